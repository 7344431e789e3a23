"""Guesses what was meant by a word that nobody knows, for the hints of errors."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that is nearest, if one is near at all."""
    # Only a mistake needs it, and it takes longer to import than a small stack to check.
    from difflib import get_close_matches  # noqa: PLC0415  # see above

    return next(iter(get_close_matches(word, sorted(known), n=1)), None)


def meant(word: str, known: Iterable[str]) -> str:
    """Say `did you mean …?` where one of the known words is near."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near is not None else ""


def listed(names: Iterable[str]) -> str:
    """Spell a list of names for a message."""
    return ", ".join(f"`{name}`" for name in names)
