"""The kinds of resources in a Descope project, one module each."""
