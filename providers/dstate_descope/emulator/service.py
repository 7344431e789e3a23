"""The emulated service as it is met from outside: limits, faults, and reads that lag."""

import hmac
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dstate_descope.emulator.api import answer, reads
from dstate_descope.emulator.faults import NONE, Fault, Faults
from dstate_descope.emulator.limits import Limits
from dstate_descope.emulator.request import Refusal, Request, Response
from dstate_descope.emulator.world import Kept, World

# So many calls are remembered.
LOGGED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What comes of a call: the answer, and what befalls it on its way."""

    response: Response
    fault: Fault = NONE


@dataclass(slots=True, kw_only=True)
class Service:
    """Answers calls to one project; `monotonic` is its clock, `keep` is told of every change.

    `lag` is for how long reads show what was there before a write; `key` is the only management
    key that is let in, where one is named. `log` are the last calls that came, oldest first.
    """

    world: World
    monotonic: Callable[[], float]
    limits: Limits | None = None
    faults: Faults = field(default_factory=Faults)
    lag: float = 0.0
    key: str = field(default="", repr=False)
    keep: Callable[[World], None] = lambda _world: None
    calls: int = 0
    refusals: int = 0
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOGGED), repr=False)
    _past: deque[tuple[float, Kept]] = field(default_factory=deque, repr=False)

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        """Answer one call, or disturb it."""
        self.calls += 1
        self.log.append(f"{request.method} {request.path}")
        at = self.monotonic()
        over = self._over(request, source=source, at=at)
        if over is not None:
            self.refusals += 1
            return Outcome(response=over)
        fault = self.faults.of(request)
        if fault.reset == "before" or (fault.status and not fault.effect):
            return Outcome(response=_refusal(fault), fault=fault)
        response = self._answered(request, at=at)
        return Outcome(response=_refusal(fault) if fault.status else response, fault=fault)

    def _over(self, request: Request, *, source: str, at: float) -> Response | None:
        if self.limits is None:
            return None
        project = self.world.project_id
        return self.limits.refused(request, source=source, project=project, at=at)

    def _answered(self, request: Request, *, at: float) -> Response:
        if self.key and not self._known(request.authorization):
            message = "The management key is wrong"
            return Refusal(message, status=401, code="E011008").response()
        if reads(request):
            return self._read(request, at=at)
        revision = self.world.revision
        before = self.world.kept() if self.lag else None
        response = answer(self.world, request)
        if self.world.revision != revision:
            if before is not None:
                self._past.append((at, before))
            self.keep(self.world)
        return response

    def _known(self, authorization: str) -> bool:
        given = authorization.rpartition(" ")[2].rpartition(":")[2]
        return hmac.compare_digest(given.encode(), self.key.encode())

    def _read(self, request: Request, *, at: float) -> Response:
        """Answer from the past, where something was written so lately that it is not seen yet."""
        while self._past and self._past[0][0] + self.lag <= at:
            self._past.popleft()
        if not self._past:
            return answer(self.world, request)
        counter, tables, documents = self._past[0][1]
        then = replace(self.world, counter=counter, tables=tables, documents=documents, spelled={})
        return answer(then, request)


def _refusal(fault: Fault) -> Response:
    message = "This was asked for"
    response = Refusal(message, status=fault.status or 500, code="E000000").response()
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    return Response(status=response.status, body=response.body, headers=headers)


@dataclass(slots=True, kw_only=True)
class Services:
    """The projects of one host: each is made when it is first asked for, and all share limits."""

    make: Callable[[str], Service]
    made: dict[str, Service] = field(default_factory=dict)

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        """Answer a call by the project that its credentials name."""
        credentials = request.authorization.rpartition(" ")[2]
        project = credentials.partition(":")[0] if ":" in credentials else self._only()
        if not _PROJECT.fullmatch(project):
            message = "The project id or the management key is wrong"
            return Outcome(response=Refusal(message, status=401, code="E011008").response())
        if project not in self.made:
            self.made[project] = self.make(project)
        return self.made[project].outcome(request, source=source)

    def _only(self) -> str:
        """Name the project that a key without one means: it must be the only one."""
        return next(iter(self.made)) if len(self.made) == 1 else ""


_PROJECT = re.compile(r"P[A-Za-z0-9]{7,63}")
