"""What the pure core asks of the world, as protocols that the shells implement."""

from typing import Protocol

from descope_state.model.value import Value


class Sources(Protocol):
    """Where the functions of expressions get text from; each refuses with a ValueError."""

    def file(self, path: str) -> str:
        """Give the text of a file inside the stack."""

    def environment_variable(self, name: str) -> str:
        """Give an environment variable; a missing one is an error that names it."""

    def parse_yaml(self, text: str) -> Value:
        """Read YAML text into plain data."""

    def parse_json(self, text: str) -> Value:
        """Read JSON text into plain data."""
