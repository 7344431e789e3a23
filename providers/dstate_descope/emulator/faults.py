"""Faults on demand: which calls are disturbed, and how."""

import random
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from dstate_descope.emulator.request import Request

Reset = Literal["", "before", "after", "headers", "body"]
Spoiled = Literal["", "truncated", "garbage", "empty", "html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to the calls of a method and a path with wildcards.

    `reset` cuts the connection before the call takes effect, or after it: before the answer,
    within its headers or within its body. `drip` is the time between two bytes of the answer.
    """

    method: str = "*"
    path: str = "*"
    status: int = 0
    effect: bool = False
    delay: float = 0.0
    drip: float = 0.0
    reset: Reset = ""
    body: Spoiled = ""
    retry_after: str = ""
    chance: float = 1.0
    nth: int = 0
    times: int = 0

    def means(self, request: Request) -> bool:
        """Tell whether a call is one of those that this fault is for."""
        return self.method in ("*", request.method) and fnmatchcase(request.path, self.path)


NONE = Fault()
_NUMBERS = {"status": int, "delay": float, "drip": float, "chance": float, "nth": int, "times": int}
_CHOICES = {"reset": get_args(Reset), "body": get_args(Spoiled)}
FORM = (
    "write `METHOD PATH: key=value, …`, such as `POST /v1/mgmt/role/*: status=503, times=2`; the"
    " keys are status, effect, delay, drip, reset (before, after, headers, body), body (truncated,"
    " garbage, empty, html), retry_after, chance, nth, times"
)


def parse(text: str) -> Fault:
    """Read a fault as it is written on the command line; ValueError says why one is none."""
    head, separator, tail = text.partition(": ")
    method, _, path = head.strip().partition(" ")
    if not separator or not path.strip():
        message = f"`{text}` is no fault; {FORM}"
        raise ValueError(message)
    values: dict[str, Any] = {"method": method, "path": path.strip()}
    for item in tail.split(","):
        name, _, value = item.strip().partition("=")
        values[name] = _value(name, value, text=text)
    return Fault(**values)


def _value(name: str, value: str, *, text: str) -> object:
    known = {each.name for each in fields(Fault)} - {"method", "path"}
    try:
        if name == "effect":
            return value in ("", "true", "yes")
        if name in _NUMBERS:
            return _NUMBERS[name](value)
        if name in known and value in _CHOICES.get(name, (value,)):
            return value
    except ValueError:
        pass
    message = f"`{name}={value}` in `{text}` is no fault; {FORM}"
    raise ValueError(message)


@dataclass(slots=True, kw_only=True)
class Faults:
    """The faults of one service, with how often each has been met."""

    faults: tuple[Fault, ...] = ()
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # repeatable
    struck: int = 0
    _met: dict[int, int] = field(default_factory=dict)

    def of(self, request: Request) -> Fault:
        """Give the first fault that a call meets, or one that is none."""
        for index, fault in enumerate(self.faults):
            if fault.means(request) and self._strikes(index, fault):
                self.struck += 1
                return fault
        return NONE

    def _strikes(self, index: int, fault: Fault) -> bool:
        met = self._met[index] = self._met.get(index, 0) + 1
        if fault.nth:
            return fault.nth <= met < fault.nth + max(fault.times, 1)
        if fault.times:
            return met <= fault.times
        return fault.chance >= 1 or self.chance.random() < fault.chance
