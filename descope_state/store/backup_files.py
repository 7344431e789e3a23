"""What stands in the files of a backup: typed, versioned, and refused where a byte differs."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from descope_state.errors import DamagedState
from descope_state.model.codec import parsed

MANIFEST = "manifest.json"
FORMAT = 1
_Read = TypeVar("_Read", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Kept(_Model):
    """One object as it was live; with an address, and its entry, where the state held it."""

    id: str
    identity: str
    attributes: dict[str, JsonValue]
    computed: dict[str, JsonValue] = {}
    address: str = ""
    entry: dict[str, JsonValue] | None = None


class KindFile(_Model):
    """All objects of one kind that a backup holds."""

    format: Literal[1] = 1
    kind: str
    provider: str
    schema_version: int
    objects: list[Kept]


class FileSum(_Model):
    """What a file of a backup must be."""

    sha256: str
    bytes: int
    objects: int


class Manifest(_Model):
    """What a backup is of, and what its files must be.

    `number` counts the backups of a project on this machine, whatever the clock says. A backup is
    `whole` where it was asked for, and holds every object; one made before a run holds what the run
    was about to overwrite. `closed` are kinds that the credentials may not read.
    """

    format: Literal[1] = 1
    number: int
    at: str
    whole: bool
    run: str
    command: str
    actor: str
    stack: str
    environment: str
    project_id: str
    base_url: str
    lineage: str
    serial: int
    version: str
    files: dict[str, FileSum] = {}
    closed: dict[str, str] = {}

    @property
    def objects(self) -> int:
        """How many objects it holds."""
        return sum(one.objects for one in self.files.values())


def file_bytes(model: BaseModel) -> bytes:
    """Write a model so that equal ones are equal bytes."""
    raw = model.model_dump(mode="json")
    return (json.dumps(raw, ensure_ascii=True, sort_keys=True, indent=1) + "\n").encode()


def manifest_bytes(manifest: Manifest) -> bytes:
    """Write a manifest under the checksum of all its bytes."""
    body = file_bytes(manifest)
    return sha256(body).hexdigest().encode() + b"\n" + body


def summed(data: bytes, *, objects: int) -> FileSum:
    """Say what a file must be."""
    return FileSum(sha256=sha256(data).hexdigest(), bytes=len(data), objects=objects)


def read_manifest(data: bytes, *, path: object) -> Manifest:
    """Read a manifest; DamagedState where it is not as it was written."""
    checksum, _, body = data.partition(b"\n")
    if sha256(body).hexdigest().encode() != checksum:
        raise damaged(path, "it is not as it was written")
    return _read(Manifest, body, path=path)


def read_kind(data: bytes, wanted: FileSum, *, path: object) -> KindFile:
    """Read the objects of a kind; DamagedState where they are not as they were written."""
    if len(data) != wanted.bytes or sha256(data).hexdigest() != wanted.sha256:
        raise damaged(path, "it is not as it was written")
    return _read(KindFile, data, path=path)


def _read(model: type[_Read], data: bytes, *, path: object) -> _Read:
    try:
        raw = parsed(data.decode())
        if isinstance(raw, Mapping) and raw.get("format") != FORMAT:
            raise damaged(path, f"its format {raw.get('format')} is not known to this version")
        return model.model_validate(raw)
    except (ValidationError, ValueError):
        raise damaged(path, "it is not what a backup holds") from None


def damaged(path: object, why: str) -> DamagedState:
    """Refuse a file of a backup by its name."""
    return DamagedState(f"`{path}`: {why}", hint="`dstate backup list` names other backups")
