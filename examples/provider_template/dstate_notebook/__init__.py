"""A whole provider: notes in a JSON file. Copy it, and put your service in place of the file."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from descope_state.sdk.provider import KindDefaults, Limit, Remote, Session, Target, Tier
from descope_state.sdk.schema import Config


class Note(Config):
    """What a stack may say about a note: one field, one place."""

    name: str = Field(description="What the note is called; unique.", min_length=1)
    text: str = Field(default="", description="What it says.")


class NoteKind(KindDefaults):
    """How notes are listed, made, changed and removed."""

    name = "note"
    model = Note
    description = "A note in a notebook."

    def __init__(self, file: Path) -> None:
        self._file = file

    def _notes(self) -> dict[str, dict[str, Any]]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def _all(self) -> Iterator[Remote[Note]]:
        return (Remote(id=id_, config=Note(**note)) for id_, note in self._notes().items())

    def _write(self, notes: Mapping[str, Any]) -> None:
        self._file.write_text(json.dumps(notes, indent=1))

    def identity(self, config: Note) -> str:
        return config.name

    async def list(self) -> AsyncIterator[Remote[Note]]:
        for note in self._all():
            yield note

    async def read(self, id: str) -> Remote[Note] | None:
        return next((note for note in self._all() if note.id == id), None)

    async def find(self, identity: str) -> Remote[Note] | None:
        return next((note for note in self._all() if note.config.name == identity), None)

    async def create(self, config: Note) -> Remote[Note]:
        notes = self._notes()
        id_ = f"n{max((int(other[1:]) for other in notes), default=0) + 1}"
        self._write({**notes, id_: config.model_dump()})
        return Remote(id=id_, config=config)

    async def update(self, current: Remote[Note], config: Note, changed: object) -> Remote[Note]:
        self._write({**self._notes(), current.id: config.model_dump()})
        return Remote(id=current.id, config=config)

    async def delete(self, current: Remote[Note]) -> None:
        self._write({id_: note for id_, note in self._notes().items() if id_ != current.id})


class Open:
    """An open notebook."""

    limits: tuple[Limit, ...] = ()
    lag = 0.0

    def __init__(self, target: Target) -> None:
        self.project_id = f"notebook-{target.environment}"
        self.base_url = "notebook"
        self.kinds = {"note": NoteKind(Path(target.folder or ".") / "notebook.json")}

    async def tier(self) -> Tier:
        return Tier.FREE

    def baseline(self) -> Mapping[str, frozenset[str]]:
        return {}


class Notebook:
    """What the entry point names. `keyless` says that no credentials are ever looked up."""

    name = "notebook"
    kinds: ClassVar = (NoteKind,)
    endpoints = frozenset({"notebook"})
    keyless = frozenset({"notebook"})

    @asynccontextmanager
    async def connect(self, target: Target) -> AsyncIterator[Session]:
        yield Open(target)
