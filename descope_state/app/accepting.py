"""Takes what is live into the stack's files: finds the leaves, their places, and what to write."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path as FilePath

from descope_state.app.drifted import Leaf
from descope_state.app.workspace import Opening, Workspace
from descope_state.config import yaml
from descope_state.config.edit import rewritten
from descope_state.config.files import read_anywhere, read_inside
from descope_state.config.sources import read_json
from descope_state.config.stands import Stand, stands
from descope_state.core.accepting import Accepting, Sides, Unacceptable, at, replaced
from descope_state.core.tracing import Site, Tracer, Untraceable
from descope_state.errors import Refused
from descope_state.frozen import dataclass
from descope_state.model.value import Path, Value, same

Choose = Callable[[str, Sequence[Stand]], Stand]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a file of the stack; a file that is no YAML has none but itself."""

    file: str
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One leaf that is accepted, and the places where that is written."""

    leaf: Leaf
    places: tuple[Place, ...]


@dataclass(slots=True, kw_only=True)
class Drafts:
    """What the files are to hold; `read` is what they held when that was found out."""

    root: FilePath
    read: dict[str, bytes | None] = field(default_factory=dict)
    said: dict[str, dict[Path, Value]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    _parsed: dict[str, yaml.Document] = field(default_factory=dict)

    def present(self, file: str) -> bytes:
        """Give a file as it is; one that does not exist holds nothing."""
        if file not in self.read:
            exists = (self.root / file).exists() or (self.root / file).is_symlink()
            self.read[file] = read_inside(self.root, file) if exists else None
        return self.read[file] or b""

    def say(self, place: Place, value: Value, *, more: bool = False) -> Place:
        """Let a place say a value; only where it says `more` may it have been given another."""
        values = self.said.setdefault(place.file, {})
        path = place.path or ()
        if path in values and not more and not same(values[path], value):
            message = f"`{place.file}` would have to say two things at one place"
            hint = "these objects differ: accept one of them, or give each a value of its own"
            raise Refused(message, hint=hint)
        values[path] = value
        return place

    def put(self, file: str, data: bytes) -> Place:
        """Write a file that is no YAML, whole."""
        if self.files.get(file, data) != data:
            message = f"`{file}` would have to say two things"
            raise Refused(message, hint="these objects differ: give each a file of its own")
        self.present(file)
        self.files[file] = data
        return Place(file=file)

    def finish(self) -> None:
        """Write every YAML file that is to say something, all of it at once."""
        for file, values in self.said.items():
            self.files[file] = rewritten(self.present(file), values, file=file)

    def spoken(self, row: Row) -> str:
        """Say where a leaf is written: files, and lines where they have any."""
        return ", ".join(dict.fromkeys(self._spoken(place) for place in row.places))

    def _spoken(self, place: Place) -> str:
        if not place.path:
            return place.file
        if place.file not in self._parsed:
            self._parsed[place.file] = yaml.parse(self.files[place.file], file=place.file)
        origin = self._parsed[place.file].key_origin(place.path)
        return f"{place.file}:{origin.line}" if origin is not None else place.file


def drafted(
    workspace: Workspace,
    opening: Opening,
    *,
    folder: FilePath,
    leaves: Sequence[Leaf],
    choose: Choose,
    left: Callable[[str], None] | None,
) -> Drafts:
    """Find out what the files of a stack must say for some leaves to be as they live.

    `left` is told of those that cannot be written; without it, the first one is refused.
    """
    writer = _Writer(workspace, opening, folder=folder, choose=choose)
    for leaf in leaves:
        try:
            writer.accept(leaf)
        except Refused as error:
            if left is None:
                raise
            left(f"Left: {error.message}; {error.hint}")
    writer.drafts.finish()
    return writer.drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """An expression that must come to something else."""

    text: str
    path: Path
    sides: Sides


class _Writer:
    def __init__(
        self, workspace: Workspace, opening: Opening, *, folder: FilePath, choose: Choose
    ) -> None:
        self._workspace = workspace
        self._opening = opening
        self._folder = folder
        self._choose = choose
        self._tracer = Tracer(
            workspace.documents, frozenset(workspace.catalog), variable=self._place_of
        )
        self._chosen: dict[str, Stand] = {}
        self.drafts = Drafts(root=workspace.root)

    def accept(self, leaf: Leaf) -> None:
        """Write one leaf."""
        raw = self._tracer.block(leaf.address).body.get(leaf.name)
        try:
            places = self._written(leaf, raw)
        except Unacceptable as error:
            message = f"{leaf.title}: {error}"
            raise Refused(message, hint="write it by hand") from None
        except Untraceable as error:
            origin = error.origin or self._tracer.block(leaf.address).locate((leaf.name,))
            where = f" ({origin.file}:{origin.line})" if origin is not None else ""
            message = f"{leaf.title}{where}: {error.message}"
            raise Refused(message, hint=error.hint or "change it there by hand") from None
        self.drafts.rows.append(Row(leaf=leaf, places=tuple(places)))

    def _written(self, leaf: Leaf, raw: Value) -> list[Place]:
        tasks: list[_Task] = []
        accepting = Accepting(
            elsewhere=lambda text, path, sides: tasks.append(
                _Task(text=text, path=path, sides=sides)
            )
        )
        sides = Sides(wanted=leaf.wanted, live=leaf.live, shape=leaf.shape)
        new = accepting.written(raw, (leaf.name,), sides=sides)
        places: list[Place] = []
        if not same(new, raw):
            site = self._tracer.place(leaf.address, (leaf.name,))
            places.append(self.drafts.say(Place(file=site.file, path=site.path), new))
        for task in tasks:
            site = self._tracer.trace(task.text, leaf.address, path=task.path)
            places.append(self._elsewhere(site, task.sides))
        return places

    def _elsewhere(self, site: Site, sides: Sides) -> Place:
        match site.sort:
            case "yaml":
                return self._in_yaml(site, sides)
            case "variable":
                return self._in_variable(str(site.path[0]), site.path[1:], sides=sides)
            case _:
                return self._in_file(site, sides)

    def _in_yaml(self, site: Site, sides: Sides) -> Place:
        raw = at(yaml.parse(self.drafts.present(site.file), file=site.file).data, site.path)
        new = Accepting(elsewhere=_refuse).written(raw, (), sides=sides)
        return self.drafts.say(Place(file=site.file, path=site.path), new)

    def _in_variable(self, name: str, path: Path, *, sides: Sides) -> Place:
        current = self._workspace.documents.variables[name]
        new = Accepting(elsewhere=_refuse, literal=True).written(at(current, path), (), sides=sides)
        stand = self._stand(name)
        if not stand.fresh:
            place = Place(file=stand.file, path=(*stand.path, *path))
            return self.drafts.say(place, new)
        # What is said for one environment alone stands in the place of all of the default.
        begun = self.drafts.said.get(stand.file, {}).get(stand.path, current)
        place = Place(file=stand.file, path=stand.path)
        return self.drafts.say(place, replaced(begun, path, by=new), more=True)

    def _place_of(self, name: str) -> str:
        """Say where the value of a variable is written."""
        try:
            stand = self._stands(name)[0]
        except Refused as error:
            return error.message
        document = yaml.parse(self.drafts.present(stand.file), file=stand.file)
        origin = document.key_origin(stand.path)
        return f"{origin.file}:{origin.line}" if origin is not None else stand.file

    def _stands(self, name: str) -> tuple[Stand, ...]:
        return stands(
            self._workspace.root,
            name,
            environment=self._workspace.environment,
            outside=self._outside(),
            environ=self._workspace.environ,
        )

    def _stand(self, name: str) -> Stand:
        if name not in self._chosen:
            found = self._stands(name)
            self._chosen[name] = found[0] if len(found) == 1 else self._choose(name, found)
        return self._chosen[name]

    def _outside(self) -> Mapping[str, str]:
        """Name the variables that the command line gives, and how."""
        given: dict[str, str] = {}
        for file in self._opening.variable_files:
            data = yaml.parse(read_anywhere(self._folder / file), file=str(file)).data
            given.update(dict.fromkeys(data if isinstance(data, dict) else (), f"-var-file {file}"))
        given.update({name: f"-var {name}" for name in self._opening.variables or {}})
        return given

    def _in_file(self, site: Site, sides: Sides) -> Place:
        before = self.drafts.present(site.file)
        if site.sort == "file":
            if not isinstance(sides.live, str):
                message = f"`{site.file}` is a text, and what is live is none"
                raise Unacceptable(message)
            return self.drafts.put(site.file, sides.live.encode())
        read = read_json if site.sort == "json-file" else _yaml_of
        raw = read(before.decode())
        new = Accepting(elsewhere=_refuse, literal=True).written(raw, (), sides=sides)
        if site.sort == "yaml-file":
            return self.drafts.say(Place(file=site.file, path=()), new)
        return self.drafts.put(site.file, canonical_json(new, like=raw))


def canonical_json(value: Value, *, like: Value) -> bytes:
    """Write a JSON file as it is best compared: set in by two, in order where it was in order."""
    ordered = json.dumps(like) == json.dumps(like, sort_keys=True)
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=ordered)
    return f"{text}\n".encode()


def _yaml_of(text: str) -> Value:
    return yaml.parse(text.encode(), file="").data


def _refuse(text: str, path: Path, sides: Sides) -> None:
    del path, sides
    message = f"it leads to another expression: `{text}`"
    raise Unacceptable(message)
