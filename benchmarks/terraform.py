"""Terraform as a peer: prepared folders with the same shape, where a binary is on PATH."""

import os
import shutil
import subprocess
from pathlib import Path

PLAN = ("plan", "-no-color", "-detailed-exitcode", "-input=false")


def binary() -> str | None:
    """Find Terraform, if it is here."""
    return shutil.which("terraform")


def environ(folder: Path) -> dict[str, str]:
    """Keep Terraform to itself: no settings of the user's, no question to its makers."""
    empty = folder / "empty.tfrc"
    empty.touch()
    quiet = {"TF_CLI_CONFIG_FILE": str(empty), "CHECKPOINT_DISABLE": "1"}
    return {**os.environ, **quiet}


def initialized(folder: Path) -> Path:
    """Make a folder with a configuration ready for a plan."""
    subprocess.run(
        [str(binary()), "init", "-no-color", "-input=false"],
        cwd=folder,
        env=environ(folder.parent),
        check=True,
        capture_output=True,
    )
    return folder
