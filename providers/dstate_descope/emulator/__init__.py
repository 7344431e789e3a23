"""A Descope project in miniature, for stacks and tests that have no network and no account."""
