"""Decides how live objects are to stand in a stack: which, under which names, saying what.

Only what the stack does not hold already; only what differs from the defaults; references where
one object names another; and what cannot be stated is left out, with the reason.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace

from descope_state.core.citing import Citing
from descope_state.core.naming import plural, slug, unused
from descope_state.core.observation import Observation
from descope_state.core.trimming import said
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Desired, Entries, Live
from descope_state.model.value import Unknown, Value, canonical
from descope_state.sdk.catalog import Catalog, Described, identity_of
from descope_state.sdk.provider import Tier
from descope_state.sdk.schema import Schema, Type

# A document that is longer than this goes into a file of its own, and so does one that is all
# there is to say of an object.
_LONGEST_INLINE = 200
# What the only one of a project is called.
_ONLY = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An object as it is to stand in the stack; an expression in its body is an `Unknown`.

    `secrets` are the fields that cannot be read, with a source to take each from; `unsaid` the
    fields that the service holds and a stack cannot state, with the reason.
    """

    address: Address
    id: str
    identity: str
    body: dict[str, Value]
    secrets: Mapping[str, str] = field(default_factory=dict)
    unsaid: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An object that is not taken in, or a whole kind, and why not."""

    kind: str
    why: str
    identity: str = ""
    id: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is taken in, in the order in which it is to stand, and what is left out."""

    taken: tuple[Taken, ...]
    left: tuple[Left, ...] = ()
    files: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What there is before: the stack's resources, its names, and what the state remembers.

    `unspellable` says why an object cannot be written down, or nothing.
    """

    catalog: Catalog
    observation: Observation
    entries: Entries
    desired: tuple[Desired, ...]
    names: frozenset[tuple[str, str]]
    unspellable: Callable[["Taken"], str] = lambda _taken: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be taken in: everything, or some objects by kind and id.

    A single one may have been given its address; `names` says what objects are to be called, by
    kind and id, where that was decided before.
    """

    baseline: bool = False
    only: frozenset[tuple[str, str]] = frozenset()
    address: Address | None = None
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)


def intake(ground: Ground, asked: Asked) -> Intake:
    """Decide how objects are to stand in the stack."""
    return _Intake(ground, asked).run()


def unmanaged(ground: Ground) -> Iterator[Live]:
    """Give the live objects that the state does not hold, singletons left out."""
    managed = {(address.kind, entry.id) for address, entry in ground.entries.items()}
    for kind, objects in sorted(ground.observation.live.items()):
        if not ground.catalog[kind].schema.singleton:
            for live in _sorted(objects):
                if (kind, live.id) not in managed:
                    yield live


def _sorted(objects: Mapping[str, Live]) -> list[Live]:
    return sorted(objects.values(), key=lambda live: (live.identity, live.id))


class _Intake:
    def __init__(self, ground: Ground, asked: Asked) -> None:
        self._ground = ground
        self._asked = asked
        self._left: list[Left] = []
        self._files: dict[str, Value] = {}
        self._managed = {
            (address.kind, entry.id): address for address, entry in ground.entries.items()
        }
        self._stated = {desired.address for desired in ground.desired}
        self._claims = _claims(ground)
        self._names = {kind: set[str]() for kind in ground.catalog}
        for kind, name in ground.names:
            self._names.setdefault(kind, set()).add(name)
        for address in ground.entries:
            self._names.setdefault(address.kind, set()).add(address.name)

    def run(self) -> Intake:
        self._closed()
        chosen = [(live, body) for live in self._candidates() if (body := self._body(live))]
        named = self._named(chosen)
        citing = Citing(self._ground.catalog, self._citable(named))
        for identifying in (True, False):
            for taken in named:
                citing.cite(taken.address, taken.body, identifying=identifying)
        return Intake(
            taken=tuple(self._filed(taken) for taken in named),
            left=tuple(self._left),
            files=self._files,
        )

    def _closed(self) -> None:
        for kind, why in sorted(self._ground.observation.closed.items()):
            self._left.append(Left(kind=kind, why=why))

    # -- which objects -------------------------------------------------------------------------

    def _candidates(self) -> Iterator[Live]:
        for kind, objects in sorted(self._ground.observation.live.items()):
            described = self._ground.catalog[kind]
            seen: dict[str, Live] = {}
            for live in _sorted(objects):
                if not self._wanted(live) or (kind, live.id) in self._managed:
                    continue
                first = seen.setdefault(live.identity, live)
                left = self._why_not(live, described, first=first)
                if left is None:
                    yield live
                else:
                    self._left.append(left)

    def _wanted(self, live: Live) -> bool:
        return not self._asked.only or (live.kind, live.id) in self._asked.only

    def _why_not(self, live: Live, described: Described, *, first: Live) -> Left | None:
        schema, observation = described.schema, self._ground.observation
        left = Left(kind=live.kind, why="", identity=live.identity, id=live.id)
        claimed = self._claims.get((live.kind, live.identity))
        if claimed is not None and (schema.unique or schema.singleton):
            why = f"the stack has it as `{claimed}`, which is not applied yet"
            return replace(left, why=why, hint=f"dstate import {claimed} {live.id}")
        if first is not live and schema.unique:
            return replace(left, why=f"{first.id} has the same name", hint="rename one of them")
        untaken = not (self._asked.baseline or self._asked.only)
        if untaken and observation.holds_by_default(live.kind, live.identity):
            return replace(left, why="every new project holds it", hint="--baseline takes it in")
        if untaken and schema.singleton and self._untouched(live, schema):
            return replace(left, why="nobody changed it", hint="--baseline takes it in")
        if schema.requires > observation.tier:
            return replace(left, why=f"it needs the {Tier(schema.requires).name.lower()} plan")
        return None

    def _untouched(self, live: Live, schema: Schema) -> bool:
        """Tell whether settings say nothing at all, or what the project's own settings say.

        That they are the model's defaults would not do: a new project may have others.
        """
        mine = {**live.attributes, **dict.fromkeys(schema.identity_fields, "")}
        if not any(said(mine, schema, whole=True).values()):
            return True
        whole = self._ground.observation.named(live.kind, "") if schema.identity_fields else None
        return whole is not None and whole is not live and _same(mine, whole.attributes)

    # -- what they say -------------------------------------------------------------------------

    def _body(self, live: Live) -> Taken | None:
        """Give what a block is to state, without its name yet; None for what cannot be stated."""
        described = self._ground.catalog[live.kind]
        schema = described.schema
        body = said(live.attributes, schema, whole=schema.singleton)
        unsaid: dict[str, str] = {}
        while complaints := described.check(body).complaints:
            worst = complaints[0]
            name = str(worst.path[0]) if worst.path else ""
            spare = described.schema.fields.get(name)
            needed = spare is None or spare.required or name in described.schema.identity_fields
            if needed or name not in body:
                left = Left(kind=live.kind, why=worst.message, identity=live.identity, id=live.id)
                self._left.append(left)
                return None
            unsaid[name] = worst.message
            del body[name]
        address = Address(live.kind, _ONLY)
        taken = Taken(address=address, id=live.id, identity=live.identity, body=body, unsaid=unsaid)
        if why := self._ground.unspellable(taken):
            self._left.append(Left(kind=live.kind, why=why, identity=live.identity, id=live.id))
            return None
        return taken

    # -- what they are called ------------------------------------------------------------------

    def _named(self, chosen: Iterable[tuple[Live, Taken]]) -> list[Taken]:
        """Name objects; what is known by another object comes after it, and begins like it."""
        names = {key: address.name for key, address in self._managed.items()}
        named: list[Taken] = []
        ordered = sorted(chosen, key=lambda one: self._belongs(one[0].kind))
        for live, taken in ordered:
            name = self._name(live, names)
            self._names[live.kind].add(name)
            names[live.kind, live.id] = name
            address = self._asked.address or Address(live.kind, name)
            named.append(replace(taken, address=address, secrets=self._secrets(address)))
        return sorted(named, key=lambda taken: taken.address.order)

    def _belongs(self, kind: str) -> bool:
        schema = self._ground.catalog[kind].schema
        return any(schema.fields[name].refers for name in schema.identity_fields)

    def _name(self, live: Live, names: Mapping[tuple[str, str], str]) -> str:
        if decided := self._asked.names.get((live.kind, live.id)):
            return decided
        schema = self._ground.catalog[live.kind].schema
        parts = [
            slug(self._owner(text, schema.fields[name].refers, names) or text)
            for name in _naming(schema)
            if isinstance(text := live.attributes.get(name), str)
        ]
        wanted = "_".join(filter(None, parts)) or (_ONLY if schema.singleton else live.kind)
        return unused(wanted, self._names[live.kind])

    @staticmethod
    def _owner(
        text: str, refers: Iterable[object], names: Mapping[tuple[str, str], str]
    ) -> str | None:
        kinds = (getattr(one, "kind", "") for one in refers)
        return next((names[kind, text] for kind in kinds if (kind, text) in names), None)

    def _secrets(self, address: Address) -> dict[str, str]:
        fields = self._ground.catalog[address.kind].schema.fields.values()
        return {
            one.name: "env:" + f"{address.kind}_{address.name}_{one.name}".upper()
            for one in fields
            if one.sensitive
        }

    # -- what they refer to --------------------------------------------------------------------

    def _citable(self, named: Iterable[Taken]) -> Iterator[tuple[Address, Live]]:
        live = self._ground.observation.live
        for taken in named:
            yield taken.address, live[taken.address.kind][taken.id]
        for address, entry in sorted(self._ground.entries.items()):
            found = live.get(address.kind, {}).get(entry.id)
            if found is not None and address in self._stated:
                yield address, found

    # -- what goes into files ------------------------------------------------------------------

    def _filed(self, taken: Taken) -> Taken:
        schema = self._ground.catalog[taken.address.kind].schema
        body = dict(taken.body)
        for name, value in taken.body.items():
            field_ = schema.fields[name]
            free = field_.shape.type is Type.JSON and isinstance(value, dict | list)
            if free and (field_.required or len(canonical(value)) > _LONGEST_INLINE):
                path = _file(taken.address, name, schema=schema)
                self._files[path] = value
                body[name] = document_in(path)
        return replace(taken, body=body)


def document_in(path: str) -> Unknown:
    """Write the expression that reads a document from its file."""
    return Unknown(f'${{json(file("{path}"))}}')


def _claims(ground: Ground) -> dict[tuple[str, str], Address]:
    """Say which natural keys the stack's resources lay claim to that are not in the state."""
    found: dict[tuple[str, str], Address] = {}
    for desired in ground.desired:
        address = desired.address
        if address not in ground.entries:
            identity = identity_of(ground.catalog[address.kind].schema, desired.attributes)
            if identity is not None:
                found[address.kind, identity] = address
    return found


def _same(mine: Mapping[str, Value], whole: Mapping[str, Value]) -> bool:
    return canonical(dict(mine)) == canonical(dict(whole))


def _naming(schema: Schema) -> tuple[str, ...]:
    """Name the fields that an object is called after: an id that was chosen, else its key."""
    own = schema.fields.get("id")
    if own is not None and own.statable and not own.computed:
        return ("id",)
    return schema.identity_fields or (("name",) if not schema.singleton else ())


def _file(address: Address, name: str, *, schema: Schema) -> str:
    documents = [one for one in schema.fields.values() if one.shape.type is Type.JSON]
    last = "" if len(documents) == 1 else f".{name}"
    if schema.singleton and not schema.identity_fields:
        return f"files/{address.kind}{last}.json"
    return f"files/{plural(address.kind)}/{address.name}{last}.json"
