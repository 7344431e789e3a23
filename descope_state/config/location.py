"""Where a stack and its state live: the command line's `-C`, the current folder, pyproject.toml."""

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from descope_state.config.settings import SETTINGS_FILE
from descope_state.errors import UsageError
from descope_state.model.nearness import meant

_MOST_FOLDERS = 2_000
_DEEPEST = 4
_MOST_SHOWN = 10
_IGNORED = frozenset({"node_modules", "__pycache__", "venv", "build", "dist"})


def find_stack(start: Path, *, chdir: Path | None = None) -> Path:
    """Find the stack's folder; UsageError names those found below where there is none."""
    if chdir is not None:
        return _named(start / chdir)
    if os.path.lexists(start / SETTINGS_FILE):
        return start
    project = _project(start)
    if project is not None and (stack := _setting(project, "stack")):
        return _named(project.parent / stack, source=project)
    found = [f"`{path.relative_to(start)}`" for path in _below(start)]
    message = f"`{start}` is not a stack: it has no `{SETTINGS_FILE}`"
    if found:
        raise UsageError(message, hint=f"name one with -C: {', '.join(found[:_MOST_SHOWN])}")
    raise UsageError(message, hint="change to a stack's folder, or name one with -C")


def _named(folder: Path, *, source: Path | None = None) -> Path:
    if os.path.lexists(folder / SETTINGS_FILE):
        return folder
    told = f", which `{source}` names as the stack," if source else ""
    message = f"`{folder}`{told} has no `{SETTINGS_FILE}`"
    if not folder.is_dir() and folder.parent.is_dir():
        beside = [path.name for path in folder.parent.iterdir() if path.is_dir()]
        message = f"`{folder}`{told} does not exist"
        hint = meant(folder.name, beside) or "`dstate init FOLDER` begins a stack"
        raise UsageError(message, hint=hint)
    below = [str(path) for path in _below(folder)]
    raise UsageError(message, hint=f"there is a stack in {', '.join(below)}" if below else "")


def state_folder(root: Path, *, stack: str, path: str, environment: str) -> Path:
    """Give the folder that holds the state of one environment; `path` is the backend's, if any."""
    if path:
        return root / path / environment
    project = _project(root.resolve())
    if project is not None and (state := _setting(project, "state")):
        return project.parent / state / stack / environment
    return root / "state" / environment


def _project(start: Path) -> Path | None:
    """Find the nearest pyproject.toml, here or above."""
    here = start.resolve()
    return next(
        (path for folder in (here, *here.parents) if (path := folder / "pyproject.toml").is_file()),
        None,
    )


def _setting(project: Path, name: str) -> str:
    import tomllib  # noqa: PLC0415  # only where there is such a file

    try:
        content = tomllib.loads(project.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"`{project}` cannot be read: {error}"
        raise UsageError(message) from None
    value: object = content
    for step in ("tool", "dstate", name):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is not None and not isinstance(value, str):
        message = f"`[tool.dstate] {name}` in `{project}` must be text"
        raise UsageError(message)
    return value or ""


def _below(start: Path) -> Iterator[Path]:
    """Walk a bounded number of folders below, without following links."""
    for folder, folders, files in islice(os.walk(start), _MOST_FOLDERS):
        path = Path(folder)
        deep = len(path.relative_to(start).parts) >= _DEEPEST
        folders[:] = [] if deep else sorted(filter(_worth, folders))
        if SETTINGS_FILE in files:
            yield path


def _worth(name: str) -> bool:
    return not name.startswith(".") and name not in _IGNORED
