"""The sources of secrets that a resolved stack names, for whoever fingerprints them."""

from collections.abc import Iterator

from descope_state.core.resolve import Resolution
from descope_state.errors import Origin
from descope_state.model.plan import Plan
from descope_state.model.resource import Desired
from descope_state.model.value import Secret, placeholders


def secrets_of(resolution: Resolution) -> dict[Secret, Origin | None]:
    """Give every source of a secret that a resolution names, with the first place that does."""
    found: dict[Secret, Origin | None] = {}
    for desired in resolution.desired:
        for secret, origin in _secrets(desired):
            found.setdefault(secret, origin)
    return found


def secrets_in(plan: Plan) -> dict[str, str]:
    """Give every source of a secret that a plan will write, with the fingerprint it planned for."""
    return {
        hole.source: hole.fingerprint or ""
        for change in plan.changes
        if change.writes and change.after is not None
        for _, hole in placeholders(change.after)
        if isinstance(hole, Secret)
    }


_PLAIN = frozenset({str, int, bool, float, type(None)})


def _secrets(desired: Desired) -> Iterator[tuple[Secret, Origin | None]]:
    for name, value in desired.attributes.items():
        if type(value) in _PLAIN:
            continue
        for path, hole in placeholders(value, (name,)):
            if isinstance(hole, Secret):
                yield hole, desired.locate(path)
