"""Finds texts that two objects of a kind would share, where its service allows none to be."""

from collections.abc import Iterable, Iterator

from descope_state.core.observation import Observation
from descope_state.model.change import Action, Change
from descope_state.model.value import Value
from descope_state.sdk.catalog import Catalog

_SENT = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})
Place = tuple[str, str]


class Sharing:
    """Who holds what, once a plan is applied: the objects of the plan, and strangers that live."""

    def __init__(
        self, changes: Iterable[Change], *, catalog: Catalog, observation: Observation
    ) -> None:
        self._changes = tuple(changes)
        self._catalog = catalog
        self._observation = observation
        self._held: dict[Place, dict[str, dict[str, bool]]] = {}

    def shared(self, change: Change) -> str:
        """Say which text of a change is another's, or nothing."""
        if change.action not in _SENT:
            return ""
        kind = change.address.kind
        for name in self._fields(kind):
            if name not in change.stated:
                continue
            for text in _texts((change.after or {}).get(name)):
                if why := self._why(change, name, text=text):
                    return why
        return ""

    def _why(self, change: Change, name: str, *, text: str) -> str:
        kind = change.address.kind
        others = {
            holder: keeps
            for holder, keeps in self._holders(kind, name).get(text, {}).items()
            if holder != str(change.address)
        }
        for holder, keeps in others.items():
            if keeps:
                return (
                    f"`{name}` holds `{text}`, and so does {holder}: no two objects of kind {kind}"
                    " may share one; take it out of one of them"
                )
        for holder in others:
            return (
                f"`{name}` takes `{text}` from {holder}, which gives it up in this plan; plan"
                " again once this plan is applied"
            )
        return ""

    def _fields(self, kind: str) -> Iterator[str]:
        fields = self._catalog[kind].schema.fields.values()
        return (field.name for field in fields if field.exclusive)

    def _holders(self, kind: str, name: str) -> dict[str, dict[str, bool]]:
        """Give who holds each text, and whether they keep it."""
        if (kind, name) not in self._held:
            found: dict[str, dict[str, bool]] = {}
            for holder, value, keeps in self._values(kind, name):
                for text in _texts(value):
                    found.setdefault(text, {})[holder] = keeps
            self._held[kind, name] = found
        return self._held[kind, name]

    def _values(self, kind: str, name: str) -> Iterator[tuple[str, Value, bool]]:
        planned: set[str] = set()
        for change in self._changes:
            # What is only forgotten stays as it lives, if it does.
            if change.address.kind == kind and change.action is not Action.FORGET:
                planned.add(change.id)
                yield str(change.address), (change.before or {}).get(name), False
                yield str(change.address), (change.after or {}).get(name), True
        if self._observation.refreshed:
            for id_, live in sorted(self._observation.live.get(kind, {}).items()):
                if id_ not in planned:
                    yield f"{kind} `{live.identity}` ({id_})", live.attributes.get(name), True


def _texts(value: Value) -> Iterator[str]:
    for text in value if isinstance(value, list) else ():
        if isinstance(text, str):
            yield text
