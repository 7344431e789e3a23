"""Finds names that nobody answers to: what a change names must be there when it is made.

What the project lacks is told only where it was looked at. A name that a change would take away
while the stack still mentions it is kept: the service would let go of it in silence.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from descope_state.core.graph import closure
from descope_state.core.mentions import Mention, Mentions, within_reach
from descope_state.core.observation import Observation
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.nearness import meant
from descope_state.model.resource import Live
from descope_state.model.value import Path, Unknown, Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Refers
from descope_state.sdk.validation import dotted

_SENT = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})
# Finding what was meant costs a comparison with all there is.
_MOST_HINTS = 5
_ID = "id"
Said = Mapping[str, Value]
Sort = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One name that is not to be had: what is wrong, and what to do.

    `change` cannot be made for it; `address` is the resource that says the name, at a path.
    """

    change: Address
    address: Address
    path: Path
    words: str
    hint: str

    def __str__(self) -> str:
        asked = self.hint.endswith("?")
        return f"{self.words} ({self.hint})" if asked else f"{self.words}; {self.hint}"


class Names:
    """The names of a plan and of a project: who gives one, who mentions one.

    `ignored` are the fields, by address, whose changes the stack lets pass.
    """

    def __init__(
        self,
        changes: Iterable[Change],
        *,
        catalog: Catalog,
        observation: Observation,
        ignored: Mapping[Address, Collection[str]],
    ) -> None:
        self._changes = {change.address: change for change in changes}
        self._catalog = catalog
        self._observation = observation
        self._ignored = ignored
        self._mentions = Mentions(catalog)
        self._given: dict[Sort, dict[str, list[Change]]] = {}
        self._living: dict[Sort, dict[str, list[Live]]] = {}
        self._mentioned: dict[tuple[str, str, str], list[tuple[Address, Mention, Refers]]] | None
        self._mentioned = None
        self._sorts: dict[str, set[str]] = {}
        self._hints = _MOST_HINTS

    def lacks(self, change: Change) -> Iterator[Lack]:
        """Give what stands in the way of a change: names it lacks, or one that it takes away."""
        lacking = tuple(self._lacking(change))
        yield from lacking
        missed = None if lacking else self._missed(change)
        if missed is not None:
            yield missed

    # -- what a change names -------------------------------------------------------------------

    def _lacking(self, change: Change) -> Iterator[Lack]:
        """Give each name that a change states and that nobody will have when it is made."""
        if change.action not in _SENT or not self._observation.refreshed:
            return
        held = self._held(change)
        for mention in self._stated(change):
            if (mention.path[0], mention.text) not in held:
                yield from self._lack(change, mention)

    def _stated(self, change: Change) -> Iterator[Mention]:
        passed = self._ignored.get(change.address, ()) if change.action is not Action.CREATE else ()
        for mention in self._mentions.of(change.address.kind, _becomes(change)):
            if mention.path[0] in change.stated and mention.path[0] not in passed:
                yield mention

    def _held(self, change: Change) -> frozenset[tuple[str | int, str]]:
        """Give the names that the live object has already: the service knows them."""
        if change.action is not Action.UPDATE:
            return frozenset()
        found = self._mentions.of(change.address.kind, change.before or {})
        return frozenset((mention.path[0], mention.text) for mention in found)

    def _lack(self, change: Change, mention: Mention) -> Iterator[Lack]:
        found = [self._wrong(change, mention, refers) for refers in mention.refers]
        if not all(found):
            return
        kinds = " or ".join(dict.fromkeys(refers.kind for refers in mention.refers))
        wrong = next((one for one in found if one != _NOWHERE), _NOWHERE)
        hint = self._meant(change, mention) if wrong == _NOWHERE else ""
        yield Lack(
            change=change.address,
            address=change.address,
            path=mention.path,
            words=f"`{dotted(mention.path)}` names the {kinds} `{mention.text}`, {wrong}",
            hint=hint or f"correct it, or make that {kinds} first",
        )

    def _wrong(self, change: Change, mention: Mention, refers: Refers) -> str:
        """Say why no object of one kind is meant; nothing, where one is or nobody can tell."""
        if refers.loose or not self._seen(refers):
            return ""
        wrong = _NOWHERE
        for target in self._givers(refers).get(mention.text, ()):
            fits = within_reach(mention, _becomes(target), refers=refers, by=change.address)
            if target.address == change.address:
                continue
            if fits is False:
                wrong = _elsewhere(refers)
            elif _there(target, refers.field) or not self._later(target, change):
                return ""
            else:
                wrong = f"which is made only after it, as {target.address}"
        for live in self._live(refers).get(mention.text, ()):
            if within_reach(mention, _lives(live), refers=refers, by=change.address) is not False:
                return ""
            wrong = _elsewhere(refers)
        return "" if wrong == _NOWHERE and self._perhaps(refers) else wrong

    def _seen(self, refers: Refers) -> bool:
        """Tell whether all objects of a kind were seen, with the field that is asked for."""
        schema, observation = self._catalog[refers.kind].schema, self._observation
        looked = refers.kind in observation.live or refers.kind in observation.beside
        told = refers.field == _ID or refers.field in schema.identity_fields
        return (
            looked
            and refers.kind not in observation.closed
            and not schema.sifted_list
            and (told or not schema.partial_list)
        )

    def _later(self, target: Change, change: Change) -> bool:
        """Tell whether an object is made only after the one that names it."""
        if target.address in change.depends_on:
            return False
        needs = {address: one.depends_on for address, one in self._changes.items()}
        return change.address in closure([target.address], needs)

    def _perhaps(self, refers: Refers) -> bool:
        """Tell whether there is an object whose name is known only after apply."""
        return any(
            isinstance(_becomes(one).get(refers.field), Unknown)
            for address, one in self._changes.items()
            if address.kind == refers.kind
        )

    def _meant(self, change: Change, mention: Mention) -> str:
        if self._hints <= 0:
            return ""
        self._hints -= 1
        known: set[str] = set()
        for refers in mention.refers:
            for text, givers in self._givers(refers).items():
                said = map(_becomes, givers)
                if any(
                    within_reach(mention, one, refers=refers, by=change.address) for one in said
                ):
                    known.add(text)
            for text, living in self._live(refers).items():
                said = map(_lives, living)
                if any(
                    within_reach(mention, one, refers=refers, by=change.address) for one in said
                ):
                    known.add(text)
        return meant(mention.text, known)

    # -- what a change takes away --------------------------------------------------------------

    def _missed(self, change: Change) -> Lack | None:
        """Give a mention, by the stack, of a name that a change would take away."""
        if change.before is None or change.action not in (*_SENT, Action.DELETE):
            return None
        before, after = _was(change), _becomes(change)
        for sort, text in self._names(change.address.kind, before):
            if isinstance(after.get(sort), Unknown) or after.get(sort) == text:
                continue
            for address, mention, refers in self._mentioners().get(
                (change.address.kind, sort, text), ()
            ):
                if address != change.address and self._robbed(mention, refers, change, by=address):
                    return _missed(change, address, mention)
        return None

    def _names(self, kind: str, said: Said) -> Iterator[tuple[str, str]]:
        self._mentioners()
        for sort in self._sorts.get(kind, ()):
            text = said.get(sort)
            if isinstance(text, str):
                yield sort, text

    def _mentioners(self) -> Mapping[tuple[str, str, str], list[tuple[Address, Mention, Refers]]]:
        if self._mentioned is None:
            self._mentioned = {}
            for address, change in self._changes.items():
                for mention in self._stated(change) if change.after is not None else ():
                    for refers in mention.refers:
                        self._sorts.setdefault(refers.kind, set()).add(refers.field)
                        place = (refers.kind, refers.field, mention.text)
                        self._mentioned.setdefault(place, []).append((address, mention, refers))
        return self._mentioned

    def _robbed(self, mention: Mention, refers: Refers, change: Change, *, by: Address) -> bool:
        """Tell whether a mention means what goes away, and nothing else will have the name."""
        if refers.loose or not within_reach(mention, _was(change), refers=refers, by=by):
            return False
        return not any(
            within_reach(mention, _becomes(other), refers=refers, by=by) is not False
            for other in self._givers(refers).get(mention.text, ())
            if other.address != change.address
        )

    # -- who gives what ------------------------------------------------------------------------

    def _givers(self, refers: Refers) -> Mapping[str, list[Change]]:
        sort = (refers.kind, refers.field)
        if sort not in self._given:
            names: dict[str, list[Change]] = {}
            for address, change in self._changes.items():
                text = _becomes(change).get(refers.field) if address.kind == refers.kind else None
                if isinstance(text, str):
                    names.setdefault(text, []).append(change)
            self._given[sort] = names
        return self._given[sort]

    def _live(self, refers: Refers) -> Mapping[str, list[Live]]:
        sort = (refers.kind, refers.field)
        if sort not in self._living:
            names: dict[str, list[Live]] = {}
            observation = self._observation
            seen = observation.live.get(refers.kind) or observation.beside.get(refers.kind, {})
            for live in seen.values():
                text = _lives(live).get(refers.field)
                if isinstance(text, str):
                    names.setdefault(text, []).append(live)
            self._living[sort] = names
        return self._living[sort]


_NOWHERE = "which neither the stack nor the project has"


def _elsewhere(refers: Refers) -> str:
    where = f"another {refers.level}" if refers.same else f"a {refers.level}, not to the project"
    return f"which belongs to {where}"


def _missed(change: Change, by: Address, mention: Mention) -> Lack:
    field = dotted(mention.path)
    return Lack(
        change=change.address,
        address=by,
        path=mention.path,
        words=f"{by} still names it: `{mention.text}` in its `{field}`",
        hint=f"take it out there as well, or keep {change.address} as it is",
    )


def _becomes(change: Change) -> Said:
    """Give what an object will say, its id included where that is known before."""
    after = change.after
    if after is None:
        return {}
    known = change.id if change.action is not Action.REPLACE else ""
    return {**after, _ID: known} if known else after


def _was(change: Change) -> Said:
    return {**(change.before or {}), _ID: change.id}


def _lives(live: Live) -> Said:
    return {**live.attributes, **live.computed, _ID: live.id}


def _there(target: Change, field: str) -> bool:
    """Tell whether an object has its name before the plan is applied, and keeps it meanwhile."""
    if target.before is None or target.action is Action.REPLACE:
        return False
    return _was(target).get(field) == _becomes(target).get(field)
