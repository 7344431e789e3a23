"""Puts together what a command line says about which stack to open."""

from pathlib import Path
from typing import TYPE_CHECKING

from descope_state.cli.options import pairs
from descope_state.cli.terminal import Terminal

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.app.workspace import Opening


def opening(
    terminal: Terminal,
    *,
    env: str | None,
    var: list[str] | None = None,
    var_file: list[Path] | None = None,
) -> "Opening":
    """Read the options that every command about a stack has."""
    from descope_state.app.workspace import Opening

    return Opening(
        chdir=terminal.chdir,
        environment=env,
        variables=pairs(var, option="--var"),
        variable_files=tuple(var_file or ()),
    )
