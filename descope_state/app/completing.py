"""What may stand at a place of the command line, for the shell: from files alone, and quickly.

Whoever presses Tab wants an answer or none, never an error.
"""

from collections.abc import Iterator
from pathlib import Path

from descope_state.app.surroundings import Surroundings
from descope_state.config.location import find_stack, state_folder
from descope_state.config.settings import choose, read_settings
from descope_state.config.stack import blocks_of
from descope_state.errors import DstateError
from descope_state.model.address import Address
from descope_state.store.state import Store


def environments(surroundings: Surroundings, chdir: Path | None) -> list[str]:
    """Name the environments of the stack."""
    try:
        return list(read_settings(find_stack(surroundings.folder, chdir=chdir)).environments)
    except DstateError:
        return []


def addresses(
    surroundings: Surroundings, chdir: Path | None, *, environment: str | None
) -> list[str]:
    """Name what the stack states and what the state of an environment holds."""
    found: dict[str, None] = {}
    try:
        root = find_stack(surroundings.folder, chdir=chdir)
        found.update(dict.fromkeys(f"{one.kind}.{one.name}" for one in blocks_of(root)))
        held = _held(surroundings, root, environment=environment)
        found.update(dict.fromkeys(map(str, held)))
    except DstateError:
        pass  # What was found until then is still right.
    return list(found)


def _held(surroundings: Surroundings, root: Path, *, environment: str | None) -> Iterator[Address]:
    settings = read_settings(root)
    name = choose(settings, asked=environment, environ=surroundings.environ).name
    folder = state_folder(root, stack=settings.name, path=settings.state_path, environment=name)
    store = Store(folder=folder, lineage=surroundings.lineage, fresh_key=surroundings.key)
    snapshot = store.snapshot()
    if snapshot is not None:
        yield from snapshot.entries
