"""Objects as they were, into what a command wants: whatever became of them meanwhile.

An object that is still there is wanted as it was; one that is gone is wanted anew, under the id
that it had where the service lets one choose. Where it does not, whatever names it by its id is
wanted with the id that it will get.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from descope_state.core.diff import equal
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas, Cites
from descope_state.core.wanted import Places, Wanted
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Desired, Entries, Live
from descope_state.model.value import Ref, Unknown, Value, canonical
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Schema

_ID = "id"
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Was:
    """One object as it was, and the address that it had, if it had one."""

    live: Live
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """How things are now: the project, the state, and what the stack states."""

    observation: Observation
    entries: Entries
    desired: Mapping[Address, Desired]
    places: Places
    catalog: Catalog
    cites: Cites


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What is wanted, and in plain words what of it cannot come back."""

    wanted: tuple[Wanted, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fate:
    """What is to become of one object: where it stands, and its live successor, if there is one."""

    was: Was
    address: Address
    stated: bool
    desired: Desired | None
    now: Live | None


def restored(
    chosen: Sequence[Was], kept: Iterable[Was], *, today: Today, gone: Iterable[Wanted] = ()
) -> Restored:
    """Give what is wanted so that the chosen objects are as they were; `kept` are all there are."""
    work = _Restoring([one.live for one in kept], today)
    fates = [work.fate(one) for one in chosen]
    return Restored(
        wanted=(*work.gone(gone), *work.wanted(fates)), lost=tuple(dict.fromkeys(work.lost(fates)))
    )


class _Restoring:
    """One backup held against one project."""

    def __init__(self, kept: Sequence[Live], today: Today) -> None:
        live: dict[str, dict[str, Live]] = {}
        for one in kept:
            live.setdefault(one.kind, {})[one.id] = one
        self._today = today
        self._then = Atlas(Observation(live=live), today.catalog, cites=today.cites)
        self._now = Atlas(today.observation, today.catalog, cites=today.cites)
        self._entries = {(one.address.kind, one.id) for one in today.entries.values()}
        self._successors = {
            (one.kind, self._now.key(one)): one
            for objects in today.observation.live.values()
            for one in objects.values()
            if today.catalog[one.kind].schema.unique
        }

    def fate(self, was: Was) -> _Fate:
        """Find where an object stands now, and what stands in its place."""
        now = self._successor(was)
        address, desired = self._place(was, now)
        stated = desired is not None
        return _Fate(was=was, address=address, stated=stated, desired=desired, now=now)

    def _successor(self, was: Was) -> Live | None:
        """Find what there is of an object: it itself, what replaced it, or its namesake."""
        kind, observation = was.live.kind, self._today.observation
        found = observation.object(kind, was.live.id)
        entry = self._today.entries.get(was.address) if was.address is not None else None
        if found is None and entry is not None:
            found = observation.object(kind, entry.id)
        if found is None:
            found = self._successors.get((kind, self._then.key(was.live)))
        schema = self._today.catalog[kind].schema
        return (
            observation.singleton(schema, was.live.identity)
            if (found is None and schema.singleton)
            else found
        )

    def _place(self, was: Was, now: Live | None) -> tuple[Address, Desired | None]:
        own, today = was.address, self._today
        held = now is not None and self._held(now)
        if own is not None and own in today.desired and own not in today.entries and not held:
            return own, today.desired[own]
        place = today.places.place(was.live.kind, was.live.identity, id_=now.id if now else "")
        return place.address, place.desired

    def gone(self, gone: Iterable[Wanted]) -> Iterator[Wanted]:
        """Say of what is to go which of it needs which: what needs another goes before that."""
        going = {(one.address.kind, one.id): one for one in gone}
        for (kind, id_), one in going.items():
            live = self._today.observation.object(kind, id_)
            needs = self._now.needs(live) if live is not None else ()
            found = (going.get((other.kind, other.id)) for other in needs)
            yield replace(one, depends_on=tuple(other.address for other in found if other))

    def wanted(self, fates: Sequence[_Fate]) -> Iterator[Wanted]:
        """Give what is wanted of each object; of strangers that are as they were, nothing."""
        fates = [fate for fate in fates if not self._untouched(fate)]
        by_id = {(fate.was.live.kind, fate.was.live.id): fate for fate in fates}
        for fate in fates:
            attributes = self._attributes(fate, by_id)
            needs = {
                by_id[target.kind, target.id].address
                for target in self._then.needs(fate.was.live)
                if (target.kind, target.id) in by_id
            }
            yield Wanted(
                address=fate.address,
                attributes=attributes,
                id=fate.now.id if fate.now is not None else "",
                depends_on=tuple(sorted(needs - {fate.address}, key=lambda one: one.order)),
                stated=fate.stated,
            )

    def _attributes(self, fate: _Fate, by_id: Mapping[tuple[str, str], _Fate]) -> dict[str, Value]:
        schema = self._schema(fate)

        def say(target: Live) -> Value:
            found = by_id.get((target.kind, target.id))
            return target.id if found is None else self._id(found)

        attributes = self._then.translated(fate.was.live, say)
        if fate.now is None and not schema.singleton:
            attributes = _telling(attributes, schema)
        if fate.now is None and _chooses_id(schema):
            attributes[_ID] = fate.was.live.id
        attributes |= _secrets(schema, fate.desired)
        return attributes

    def _id(self, fate: _Fate) -> Value:
        """Give the id that an object will have: known only then, unless it is chosen."""
        if fate.now is None and _chooses_id(self._schema(fate)):
            return fate.was.live.id
        address = fate.address
        return Unknown(
            f"${{{address}.{_ID}}}", (Ref(address.kind, address.name, address.key, _ID),)
        )

    def _untouched(self, fate: _Fate) -> bool:
        now = fate.now
        if now is None or fate.stated or self._held(now):
            return False
        then = self._attributes(fate, {})
        return canonical(then) == canonical({name: now.attributes.get(name) for name in then})

    def _held(self, live: Live) -> bool:
        return (live.kind, live.id) in self._entries

    def _schema(self, fate: _Fate) -> Schema:
        return self._today.catalog[fate.was.live.kind].schema

    def lost(self, fates: Iterable[_Fate]) -> Iterator[str]:
        """Say in plain words what of the objects cannot come back."""
        again = [fate for fate in fates if fate.now is None]
        for fate in again:
            schema = self._schema(fate)
            stated = fate.desired.attributes if fate.desired is not None else {}
            for name, field in schema.fields.items():
                if field.sensitive and name not in stated:
                    yield f"{fate.address}: `{name}` is in no backup, and no block states it"
            if schema.tells:
                told = " and ".join(sorted(schema.tells))
                yield f"{fate.address}: its {told} is new; who used the old one needs the new one"
        yield from _unmanaged([fate for fate in again if not fate.stated])
        yield from _new_ids(
            [
                f"{fate.address} (was {fate.was.live.id})"
                for fate in again
                if not (_chooses_id(self._schema(fate)) or self._schema(fate).singleton)
            ]
        )


def _unmanaged(fates: Iterable[_Fate]) -> Iterator[str]:
    names = [str(fate.was.address) for fate in fates if fate.was.address is not None]
    if names:
        yield (
            f"no block of the stack states {_some(names)}: what comes back is unmanaged; put it"
            " back into the YAML first, and the state remembers it again"
        )


def _new_ids(names: Sequence[str]) -> Iterator[str]:
    if names:
        told = "the service gives new ids, of which nothing outside the stack knows"
        yield f"{told}: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _telling(attributes: Mapping[str, Value], schema: Schema) -> dict[str, Value]:
    """Leave out what is so by default: it is so again where an object is made anew.

    Settings are not made: those of a tenant begin as the project's, whatever the defaults are.
    """
    fields = schema.fields
    return {
        name: value
        for name, value in attributes.items()
        if fields[name].required
        or name in schema.identity_fields
        or not equal(value, fields[name].default, shape=fields[name].shape)
    }


def _chooses_id(schema: Schema) -> bool:
    field = schema.fields[_ID]
    return field.statable and not schema.singleton


def _secrets(schema: Schema, desired: Desired | None) -> dict[str, Value]:
    """Give the secrets that the stack states: a backup holds none."""
    stated = desired.attributes if desired is not None else {}
    return {
        name: stated[name]
        for name, field in schema.fields.items()
        if field.sensitive and name in stated
    }
