"""The limits of the emulated service: so many calls in a sliding window, and a pause after."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from dstate_descope.emulator.request import Refusal, Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What one family of calls is allowed; counted by source address, or by project."""

    calls: int
    seconds: float
    back_off: float
    by_source: bool = True


# As documented; the last family is everything that is in no other.
DOCUMENTED: Mapping[str, Bound] = {
    "user create": Bound(calls=100, seconds=60, back_off=60, by_source=False),
    "user search": Bound(calls=200, seconds=60, back_off=60, by_source=False),
    "user": Bound(calls=500, seconds=60, back_off=60, by_source=False),
    "audit search": Bound(calls=10, seconds=60, back_off=60, by_source=False),
    "general": Bound(calls=100, seconds=60, back_off=60),
}
_AUDITS = "/v1/mgmt/audit/search"
_USER = ("/v1/mgmt/user/", "/v2/mgmt/user/")
_OWN = {"create": "user create", "update": "user search", "search": "user search"}


def family(path: str) -> str:
    """Say which limit a call counts against."""
    for head in _USER:
        if path.startswith(head):
            return _OWN.get(path[len(head) :].split("/", maxsplit=1)[0], "user")
    return "audit search" if path == _AUDITS else "general"


@dataclass(slots=True)
class _Count:
    calls: deque[float] = field(default_factory=deque)
    shut_until: float = -math.inf


@dataclass(slots=True, kw_only=True)
class Limits:
    """Counts calls and refuses those beyond the bound, until the back-off is over."""

    bounds: Mapping[str, Bound] = field(default_factory=lambda: DOCUMENTED)
    counts: dict[tuple[str, str], _Count] = field(default_factory=dict)

    def refused(self, request: Request, *, source: str, project: str, at: float) -> Response | None:
        """Count one call, or give the refusal that it is answered with."""
        name = family(request.path)
        bound = self.bounds[name]
        count = self.counts.setdefault((name, source if bound.by_source else project), _Count())
        while count.calls and count.calls[0] <= at - bound.seconds:
            count.calls.popleft()
        if at < count.shut_until:
            return _too_many(count.shut_until - at)
        if len(count.calls) >= bound.calls:
            count.shut_until = at + bound.back_off
            return _too_many(bound.back_off)
        count.calls.append(at)
        return None


def _too_many(seconds: float) -> Response:
    refusal = Refusal("API rate limit exceeded.", status=429, code="E130429").response()
    return Response(
        status=429, body=refusal.body, headers={"retry-after": str(max(1, math.ceil(seconds)))}
    )


def bound(text: str) -> tuple[str, Bound]:
    """Read `general=1000/10`, or `general=100/60/30` with its back-off; ValueError says why not."""
    name, _, figures = text.partition("=")
    parts = figures.split("/")
    if name not in DOCUMENTED or len(parts) not in (2, 3):
        names = ", ".join(DOCUMENTED)
        message = f"`{text}` is no limit; write `FAMILY=CALLS/SECONDS`, of {names}"
        raise ValueError(message)
    calls, seconds = int(parts[0]), float(parts[1])
    back_off = float(parts[-1])
    by_source = DOCUMENTED[name].by_source
    return name, Bound(calls=calls, seconds=seconds, back_off=back_off, by_source=by_source)
