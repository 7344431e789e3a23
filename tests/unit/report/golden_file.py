"""Compares a text with the file that holds it; `DSTATE_GOLDEN=write` writes the file anew."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, text: str) -> None:
    """Fail unless the golden file says exactly this."""
    file = FOLDER / name
    if os.environ.get("DSTATE_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
