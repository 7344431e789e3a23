"""The documents of a project, such as its flows: taken out into files, and held side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic_core import from_json

from descope_state.app.browsing import browse
from descope_state.app.differing import differing
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, outlined
from descope_state.config.files import read_anywhere
from descope_state.core.diff import field_change
from descope_state.errors import DstateError, UsageError
from descope_state.frozen import dataclass
from descope_state.model.change import FieldChange
from descope_state.model.value import Value
from descope_state.sdk.difference import Difference
from descope_state.sdk.schema import Field, Schema, Type
from descope_state.store.disk import DISK

_LARGEST = 32 << 20
_SUFFIX = ".json"
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")

Differ = Callable[[str, FieldChange], Difference | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One document of a comparison: what it is called, and what it says."""

    title: str
    document: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two documents side by side; no change says that they are the same."""

    left: Side
    right: Side
    change: FieldChange | None
    differ: Differ


def document_field(schema: Schema) -> Field:
    """Give the field of a kind that holds its document."""
    for field in schema.fields.values():
        if field.shape.type is Type.JSON and field.required:
            return field
    message = f"a {schema.kind} has no document"
    raise DstateError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of documents that were to be files: written, as before, or not, and why."""

    written: tuple[Path, ...]
    same: tuple[Path, ...]
    refused: Mapping[str, str]


def keep(folder: Path, texts: Mapping[str, str]) -> Kept:
    """Write documents, by their ids, into a folder: each that can be, whatever the others are."""
    names, refused = _file_names(sorted(texts))
    DISK.make_folder(folder)
    written: list[Path] = []
    same: list[Path] = []
    for id_, name in names.items():
        (written if _put(folder / name, texts[id_].encode()) else same).append(folder / name)
    return Kept(written=tuple(written), same=tuple(same), refused=refused)


def _file_names(ids: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Name the file of each id, or say why it has none: an id may not lead elsewhere."""
    names: dict[str, str] = {}
    refused: dict[str, str] = {}
    taken: dict[str, str] = {}
    for id_ in ids:
        if not id_ or not _SAFE.issuperset(id_) or id_.startswith("."):
            refused[id_] = "the id cannot be the name of a file"
        elif id_.casefold() in taken:
            # Where the case of names does not count, one would be written over the other.
            refused[id_] = f"the id differs from `{taken[id_.casefold()]}` in case alone"
        else:
            taken[id_.casefold()] = id_
            names[id_] = id_ + _SUFFIX
    return names, refused


def _put(path: Path, data: bytes) -> bool:
    """Write a file, unless it says the same already."""
    if DISK.status(path) is None:
        DISK.replace(path, data)
        return True
    if DISK.read(path) == data:
        return False
    DISK.rewrite(path, data)
    return True


def compared(
    surroundings: Surroundings,
    opening: Opening,
    *,
    kind: str,
    sides: Sequence[str],
    fresh: bool = False,
) -> Compared:
    """Hold two documents side by side; where one is a file alone, the other is live."""
    first, second = (*sides, "")[:2]
    workspace = outlined(surroundings, opening)
    schema = workspace.catalog[kind].schema
    look = _Look(surroundings, opening, kind=kind, fresh=fresh)
    left = look.side(first)
    if not second and not _is_file(surroundings, first):
        message = f"`{first}` is one {kind}: say what to compare it with"
        raise UsageError(message, hint=f"a file, or one of another environment: prod:{first}")
    right = look.side(second or Path(first).stem)
    change = field_change(left.document, right.document, field=document_field(schema))
    differ = differing(workspace.providers)
    return Compared(left=left, right=right, change=change, differ=differ)


def _is_file(surroundings: Surroundings, text: str) -> bool:
    return text.endswith(_SUFFIX) or (surroundings.folder / text).is_file()


class _Look:
    """Reads sides of a comparison, wherever they are."""

    def __init__(
        self, surroundings: Surroundings, opening: Opening, *, kind: str, fresh: bool
    ) -> None:
        self._surroundings = surroundings
        self._opening = opening
        self._kind = kind
        self._fresh = fresh

    def side(self, text: str) -> Side:
        """Read what a text names: a file, `ID` of this environment, or `ENVIRONMENT:ID`."""
        if _is_file(self._surroundings, text):
            document = read_document(self._surroundings, self._opening, kind=self._kind, file=text)
            return Side(title=text, document=document)
        environment, _, subject = text.rpartition(":")
        named = environment or self._opening.environment
        opening = replace(self._opening, environment=named)
        found = browse(
            self._surroundings, opening, kind=self._kind, subjects=[subject], fresh=self._fresh
        )
        if not found.found:
            message = f"{self._kind} `{subject}` went away while it was looked at"
            raise DstateError(message)
        live = found.found[0].live
        (name, *_) = sorted(found.sketch.documents & found.sketch.required)
        document = live.attributes[name]
        return Side(title=f"{found.environment}:{live.id}", document=document)


def named_in(surroundings: Surroundings, file: str, *, kind: str) -> str:
    """Give the id that a file says its document has, or nothing."""
    whole = _json(surroundings, file, kind=kind)
    inner = whole.get(kind) if isinstance(whole, dict) else None
    for part, name in ((whole, f"{kind}Id"), (inner, f"{kind}Id"), (inner, "id")):
        found = part.get(name) if isinstance(part, dict) else None
        if isinstance(found, str) and found:
            return found
    return ""


def read_document(surroundings: Surroundings, opening: Opening, *, kind: str, file: str) -> Value:
    """Read a document from a file, and bring it into the shape that the kind keeps it in."""
    described = outlined(surroundings, opening).catalog[kind]
    field = document_field(described.schema)
    document = _json(surroundings, file, kind=kind)
    checked = described.check({"id": "document", field.name: document})
    for complaint in checked.complaints:
        message = f"`{file}` is no {kind}: {complaint.message}"
        raise UsageError(message, hint=complaint.hint or f"see `dstate {kind} export`")
    return checked.attributes[field.name]


def _json(surroundings: Surroundings, file: str, *, kind: str) -> Value:
    data = read_anywhere(surroundings.folder / file, name=file, limit=_LARGEST)
    try:
        document: Value = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        message = f"`{file}` is not JSON: {error}"
        raise UsageError(message, hint=f"`dstate {kind} export` writes such files") from None
    return document
