"""How hard the tests that search should search: a sample every day, all before a release."""

import os
from typing import TypeVar

T = TypeVar("T")
_LEVELS = ("sample", "full", "soak")


def level() -> str:
    """Give the effort that `DSTATE_EFFORT` asks for."""
    asked = os.environ.get("DSTATE_EFFORT", _LEVELS[0])
    if asked not in _LEVELS:
        message = f"`DSTATE_EFFORT={asked}` is no effort: write one of {', '.join(_LEVELS)}"
        raise ValueError(message)
    return asked


def examples(sample: T, full: T, *, soak: T) -> T:
    """Choose how many examples to try, or which."""
    return {"sample": sample, "full": full, "soak": soak}[level()]


def repeatable() -> bool:
    """Tell whether every run is to try the same examples."""
    return level() == "sample"
