"""The same look a moment later: answered before the stack, its providers or a connection are.

What a look came to is remembered with the signs of every file that decided it, and under all
variables that could decide otherwise. One sign that differs, and nothing is recalled.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from descope_state.app.caching import cache_of
from descope_state.app.surroundings import Surroundings
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.browsed import Browsed, Found, Sketch
from descope_state.model.resource import Live

# What says who we are and where, whichever provider asks; and all that speaks to dstate itself.
_DECIDING = ("_PROJECT_ID", "_MANAGEMENT_KEY", "_BASE_URL", "_BASE_URI")
_OURS = "DSTATE_"
_SETTINGS = "dstate.yaml"
_PROJECT = "pyproject.toml"

Sign = Sequence[int] | None
Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a command wants to see, in the words of its command line."""

    kind: str
    chdir: Path | None
    environment: str | None
    subjects: tuple[str, ...] | None
    whole: bool

    def key(self, surroundings: Surroundings) -> str:
        """Name the look, with all that is not in files and could make it another."""
        deciding = {
            name: value
            for name, value in sorted(surroundings.environ.items())
            if name.startswith(_OURS) or name.endswith(_DECIDING)
        }
        parts = [
            "look 1",
            surroundings.version,
            str(surroundings.folder.absolute()),
            str(self.chdir),
            self.environment,
            self.kind,
            self.subjects,
            self.whole,
            deciding,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def signs(folder: Path, root: Path, *, others: Sequence[Path]) -> dict[str, Sign]:
    """Take the signs of all files that decide where a stack is and what it says of itself."""
    paths = [folder / _SETTINGS, root / _SETTINGS, root / ".env", *others]
    paths += [*_projects(folder), *_projects(root)]
    return {str(path.absolute()): _sign(path) for path in paths}


def _projects(folder: Path) -> Iterator[Path]:
    here = folder.resolve()
    yield from (one / _PROJECT for one in (here, *here.parents))


def _sign(path: Path) -> Sign:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode]


def recalled(surroundings: Surroundings, look: Look) -> Browsed | None:
    """Give what the same look came to a while ago, if nothing has changed since."""
    if surroundings.disk is not None:
        return None
    found = cache_of(surroundings.environ, surroundings).find(look.key(surroundings))
    if found is None:
        return None
    try:
        signed, rest = json.loads(found.body)
        if any(_sign(Path(path)) != sign for path, sign in signed.items()):
            return None
        return _read(rest, age=found.age)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def written(result: Browsed, signed: dict[str, Sign]) -> bytes:
    """Spell what a look came to, to be recalled."""
    sketch = result.sketch
    rows = [
        [
            one.live.id,
            one.live.identity,
            one.live.attributes,
            one.live.computed,
            one.address and list(one.address),
        ]
        for one in result.found
    ]
    kind = [sketch.kind, sketch.fields, sorted(sketch.required), sorted(sketch.documents)]
    told = [result.environment, result.project_id, result.warning]
    return json.dumps([signed, [told, kind, rows]], separators=(",", ":")).encode()


def _read(rest: Json, *, age: float) -> Browsed:
    (environment, project_id, warning), (kind, fields, required, documents), rows = rest
    sketch = Sketch(
        kind=kind,
        fields=tuple(fields),
        required=frozenset(required),
        documents=frozenset(documents),
    )
    return Browsed(
        environment=environment,
        project_id=project_id,
        sketch=sketch,
        found=tuple(_found(kind, *row) for row in rows),
        age=age,
        warning=warning,
    )


def _found(kind: str, id_: str, *parts: Json) -> Found:
    identity, attributes, computed, address = parts
    live = Live(kind=kind, id=id_, identity=identity, attributes=attributes, computed=computed)
    return Found(live=live, address=Address(*address) if address else None)
