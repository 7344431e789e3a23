"""Finds what may be accepted: fields that changed outside and that the stack states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from descope_state.app.planning import Planned
from descope_state.app.workspace import Workspace
from descope_state.core.accepting import at, replaced
from descope_state.core.deciding import remembered_form
from descope_state.core.diff import equal
from descope_state.errors import Origin, Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Change, Drift, DriftSort, FieldChange
from descope_state.model.nearness import listed, meant
from descope_state.model.value import Path, Value
from descope_state.sdk.schema import Schema, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An address, and the field of it, that somebody wants to accept."""

    address: Address
    path: Path = ()

    def __str__(self) -> str:
        return ".".join([str(self.address), *map(str, self.path)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A field to accept: what the stack wants, what is live, and the shape of both."""

    address: Address
    name: str
    wanted: Value
    live: Value
    shape: Shape

    @property
    def title(self) -> str:
        """The address with the field."""
        return f"{self.address}.{self.name}"


@dataclass(slots=True, kw_only=True)
class Found:
    """What is to be accepted, and what is told about the rest."""

    leaves: list[Leaf] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def wish_of(text: str) -> Wish:
    """Read `role.analyst`, `role.analyst.description` or one with a key."""
    try:
        return Wish(address=Address.parse(text))
    except ValueError as error:
        wrong = error
    head = text
    steps: list[str | int] = []
    while "." in head:
        head, _, step = head.rpartition(".")
        steps.insert(0, step)
        try:
            return Wish(address=Address.parse(head), path=tuple(steps))
        except ValueError:
            continue
    raise UsageError(str(wrong), hint="or name a field of it: `role.analyst.description`")


def found(workspace: Workspace, planned: Planned, *, wishes: Sequence[Wish] | None) -> Found:
    """Find what somebody wishes to accept; without wishes, all that can be."""
    finder = _Finder(workspace, planned)
    if wishes is None:
        finder.all()
    for wish in wishes or ():
        finder.wish(wish)
    return finder.result


class _Finder:
    def __init__(self, workspace: Workspace, planned: Planned) -> None:
        self._workspace = workspace
        self._planned = planned
        self._drifts = {one.address: one for one in planned.plan.drift}
        self.result = Found()

    def all(self) -> None:
        for change in self._planned.plan.changes:
            drift = self._drifts.get(change.address)
            if drift is not None and drift.sort is DriftSort.DELETED:
                self.result.notes.append(f"{change.address} was deleted outside; {_GONE}")
            else:
                self._whole(change, drift)

    def wish(self, wish: Wish) -> None:
        changes = [
            one
            for one in self._planned.plan.changes
            if wish.address in (one.address, one.address.block)
        ]
        if not changes:
            known = [str(one.address) for one in self._planned.plan.changes]
            message = f"`{self._workspace.environment}` has no `{wish.address}`"
            raise UsageError(message, hint=meant(str(wish.address), known))
        before = len(self.result.leaves) + len(self.result.notes)
        for change in changes:
            drift = self._drifts.get(change.address)
            if drift is not None and drift.sort is DriftSort.DELETED:
                message = f"{change.address} was deleted outside: there is nothing live to accept"
                raise Refused(message, hint=self._gone(change.address))
            if wish.path:
                self._one(change, drift, wish)
            else:
                self._whole(change, drift)
                self._settled(change, drift)
        if len(self.result.leaves) + len(self.result.notes) == before:
            self.result.notes.append(f"{wish} has not drifted.")

    def _gone(self, address: Address) -> str:
        origin = self._origin(address)
        where = f" ({origin.file}:{origin.line})" if origin is not None else ""
        return f"take its block out of the stack{where}; or `dstate apply` makes it again"

    def _origin(self, address: Address) -> Origin | None:
        for block in self._workspace.documents.blocks:
            if (block.kind, block.name) == (address.kind, address.name):
                return block.locate(())
        return None

    def _whole(self, change: Change, drift: Drift | None) -> None:
        schema = self._workspace.catalog[change.address.kind].schema
        for changed in change.fields if change.before is not None else ():
            title = f"{change.address}.{changed.name}"
            if changed.sensitive:
                self.result.notes.append(f"{title} is a secret: it is never written.")
            elif self._outside(change, changed, drift=drift, schema=schema):
                self.result.leaves.append(_leaf(change, changed, schema))
            else:
                self.result.notes.append(f"{title} differs because the stack was edited: left.")
        unmanaged = drift.unmanaged if drift is not None else ()
        self.result.notes += [
            f"{change.address}.{one.name} changed too, and is not managed; {self._how(change, one)}"
            for one in unmanaged
            if schema.fields[one.name].statable
        ]

    def _settled(self, change: Change, drift: Drift | None) -> None:
        """Say what changed since the last apply and is as the stack says all the same."""
        differing = {one.name for one in change.fields}
        for one in drift.fields if drift is not None else ():
            if one.name not in differing:
                self._same(change, drift, one.name)

    def _how(self, change: Change, changed: FieldChange) -> str:
        origin = self._origin(change.address)
        where = f" at {origin.file}:{origin.line}" if origin is not None else ""
        return f"to manage it, state `{changed.name}:` in its block{where}"

    def _outside(
        self, change: Change, changed: FieldChange, *, drift: Drift | None, schema: Schema
    ) -> bool:
        """Tell whose doing a difference is: the stack says what it said, or the object changed."""
        if drift is not None and any(one.name == changed.name for one in drift.fields):
            return True
        entry = self._planned.snapshot.entries.get(change.address)
        if entry is None or changed.name not in entry.inputs:
            return False
        stated = remembered_form(changed.after)
        return equal(stated, entry.inputs[changed.name], shape=schema.fields[changed.name].shape)

    def _one(self, change: Change, drift: Drift | None, wish: Wish) -> None:
        schema = self._workspace.catalog[change.address.kind].schema
        name = str(wish.path[0])
        if name not in schema.fields:
            message = f"`{schema.kind}` has no field `{name}`"
            hint = meant(name, schema.fields) or f"it has {listed(schema.fields)}"
            raise UsageError(message, hint=hint)
        changed = next((one for one in change.fields if one.name == name), None)
        title = f"{change.address}.{name}"
        if changed is None:
            self._same(change, drift, name)
        elif changed.sensitive:
            message = f"{title} is a secret: what is live cannot be read, and is never written"
            raise Refused(message, hint="`dstate apply` sets it to what its source says")
        elif not self._outside(change, changed, drift=drift, schema=schema):
            message = f"{title} differs because the stack was edited since it was last applied"
            raise Refused(message, hint="undo that edit by hand, or apply it")
        else:
            self.result.leaves.append(_narrowed(_leaf(change, changed, schema), wish))

    def _same(self, change: Change, drift: Drift | None, name: str) -> None:
        title = f"{change.address}.{name}"
        for one in drift.unmanaged if drift is not None else ():
            if one.name == name:
                message = f"{title} is not managed: the stack does not state it"
                raise Refused(message, hint=self._how(change, one))
        if drift is not None and any(one.name == name for one in drift.fields):
            note = f"{title} has become what the stack says: nothing to write."
        elif name in change.stated:
            note = f"{title} is as the stack says: nothing to write."
        else:
            note = f"{title} is not stated in the stack, and has not changed."
        self.result.notes.append(note)


_GONE = "its block stays: `dstate apply` makes it again."


def _leaf(change: Change, changed: FieldChange, schema: Schema) -> Leaf:
    return Leaf(
        address=change.address,
        name=changed.name,
        wanted=changed.after,
        live=changed.before,
        shape=schema.fields[changed.name].shape,
    )


def _narrowed(leaf: Leaf, wish: Wish) -> Leaf:
    """Take from what is live only what stands at a path; the rest stays as it is wanted."""
    rest = wish.path[1:]
    if not rest:
        return leaf
    try:
        live = replaced(leaf.wanted, rest, by=at(leaf.live, rest))
    except (LookupError, ValueError):
        message = f"{leaf.address}: there is nothing live at `{'.'.join(map(str, wish.path))}`"
        raise UsageError(message, hint=f"accept `{leaf.title}` as a whole") from None
    return Leaf(
        address=leaf.address, name=leaf.name, wanted=leaf.wanted, live=live, shape=leaf.shape
    )


def by_title(leaves: Sequence[Leaf]) -> Mapping[tuple[Address, str], Leaf]:
    """File leaves by address and field."""
    return {(leaf.address, leaf.name): leaf for leaf in leaves}


def instances(leaves: Sequence[Leaf]) -> Iterator[Address]:
    """Give the addresses of leaves, each once."""
    yield from dict.fromkeys(leaf.address for leaf in leaves)
