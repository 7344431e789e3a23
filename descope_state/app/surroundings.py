"""The world a command runs in, as values: tests hand in another one."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from descope_state.frozen import dataclass

if TYPE_CHECKING:
    # For annotations only: pydantic comes with it, and `--help` does without.
    from descope_state.sdk.provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a command runs, what time it is, and which providers there are."""

    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    now: Callable[[], str]
    providers: "Callable[[], Mapping[str, Provider]]"
    version: str
    lineage: Callable[[], str]
    key: Callable[[], bytes]
