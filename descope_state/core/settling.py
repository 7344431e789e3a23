"""Answers the unknowns of a stack as far as live objects and earlier decisions allow."""

from collections.abc import Callable, Mapping

from descope_state.core.expressions import ExpressionError, evaluate, parse, scope_of
from descope_state.core.scope import View, World
from descope_state.errors import Problem
from descope_state.model.change import Action, Change
from descope_state.model.resource import Desired, Live
from descope_state.model.value import Path, Secret, Unknown, Value, known
from descope_state.sdk.catalog import Catalog, Described

Report = Callable[[Problem], None]


class Settler:
    """Turns unknowns into values where that can be done, and secrets into fingerprints."""

    def __init__(
        self, catalog: Catalog, *, world: World, secrets: Mapping[str, str], report: Report
    ) -> None:
        self._kinds = frozenset(catalog)
        self._world = world
        self._secrets = secrets
        self._report = report

    def settled(self, desired: Desired, described: Described) -> dict[str, Value]:
        """Give the attributes of a resource with every answerable unknown answered."""
        attributes = desired.attributes
        if all(type(value) in _SETTLED for value in attributes.values()):
            return attributes
        if not any(_open(value) for value in attributes.values()):
            return attributes
        answered = {
            name: value if type(value) in _SETTLED else self._value(value, (name,), desired=desired)
            for name, value in attributes.items()
        }
        if all(map(known, attributes.values())):
            return answered
        checked = described.check(answered)
        for complaint in checked.complaints:
            self._report(
                Problem(
                    code="E1340",
                    message=f"{desired.address}: {complaint.message}",
                    origin=desired.locate(complaint.path),
                    hint=complaint.hint,
                )
            )
        return checked.attributes

    def _value(self, value: Value, path: Path, *, desired: Desired) -> Value:
        if isinstance(value, dict):
            return {
                key: self._value(inner, (*path, key), desired=desired)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [
                self._value(inner, (*path, index), desired=desired)
                for index, inner in enumerate(value)
            ]
        if isinstance(value, Secret):
            return Secret(value.source, self._secrets.get(value.source))
        if isinstance(value, Unknown):
            return self._unknown(value, path, desired=desired)
        return value

    def _unknown(self, value: Unknown, path: Path, *, desired: Desired) -> Value:
        try:
            template = parse(value.expression, kinds=self._kinds)
            plain = not value.bindings  # Then it needs nothing but resources.
            scope = self._world if plain else scope_of(value, self._world.resource)
            return evaluate(template, scope)
        except ExpressionError as error:
            self._report(
                Problem(
                    code=error.code,
                    message=f"{desired.address}: {error.message}",
                    origin=desired.locate(path),
                    hint=error.hint,
                    inner=error.column,
                )
            )
            return value


_SETTLED = frozenset({str, int, bool, float, type(None)})


def _open(value: Value) -> bool:
    if isinstance(value, dict):
        return any(_open(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_open(inner) for inner in value)
    return isinstance(value, Unknown | Secret)


def planned_view(
    change: Change, *, attributes: Mapping[str, Value], live: Live | None, described: Described
) -> View:
    """Show a resource to others as it will be once the plan is applied."""
    schema = described.schema
    if live is None or change.action in (Action.CREATE, Action.REPLACE):
        return View(schema, attributes)
    seen: dict[str, Value] = {"id": live.id, **live.attributes, **live.computed, **attributes}
    if change.action is Action.UPDATE:
        seen = {name: seen[name] for name in seen if not schema.fields[name].volatile}
    return View(schema, seen)
