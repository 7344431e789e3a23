"""Compares a text with the file that holds it; `DSTATE_GOLDEN=write` writes the file anew."""

import json
import os
from pathlib import Path
from typing import Any

from descope_state.report.terraform_words import COMPATIBLE_VERSION

FOLDER = Path(__file__).parent / "golden"
SHAPES = f"terraform-{COMPATIBLE_VERSION}.shapes.json"


def check(name: str, text: str) -> None:
    """Fail unless the golden file says exactly this."""
    file = FOLDER / name
    if os.environ.get("DSTATE_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def recorded_shapes() -> Any:  # noqa: ANN401  # JSON is whatever it says
    """Give the shapes of what Terraform prints, as `make policy` recorded them."""
    return json.loads((FOLDER / SHAPES).read_text(encoding="utf-8"))
