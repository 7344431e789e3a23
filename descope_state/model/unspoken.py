"""Texts that nobody must see: whoever prints them, such as a reporter of crashes, sees names."""


class Unspoken(dict[str, str]):
    """Texts by name, such as environment variables; how it is printed leaves the texts out."""

    def __repr__(self) -> str:
        """Give the names alone."""
        return f"Unspoken({', '.join(self)})"
