"""The world a command runs in, as values: tests hand in another one."""

import os
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from descope_state.frozen import dataclass

if TYPE_CHECKING:
    # For annotations only: pydantic comes with it, and `--help` does without.
    from descope_state.sdk.provider import Provider
    from descope_state.store.disk import Disk

T = TypeVar("T")


def _unheard(_text: str) -> None:
    """Say it to nobody."""


class Actor(NamedTuple):
    """Who runs a command, and where."""

    user: str
    host: str
    pid: int


def this_process() -> Actor:
    """Name the process that we are."""
    try:
        import pwd  # noqa: PLC0415  # only commands that write ask who we are

        user = pwd.getpwuid(os.geteuid()).pw_name
    except (ImportError, KeyError):
        user = str(os.geteuid())
    return Actor(user=user, host=os.uname().nodename, pid=os.getpid())


def new_run() -> str:
    """Name a run: names sort by the time at which they were given."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + os.urandom(2).hex()


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    import asyncio  # noqa: PLC0415  # start-up: `--help` waits for nothing

    return asyncio.run(coroutine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a command runs, what time it is, and which providers there are.

    `wall` is in seconds since 1970; `run` waits for a coroutine, in whatever time there is;
    without a `disk` files go to the one of this machine. `note` and `warn` are heard by whoever
    is at the screen: a word about what goes on, and one about what is not as it should be.
    """

    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    now: Callable[[], str]
    providers: "Callable[[], Mapping[str, Provider]]"
    version: str
    lineage: Callable[[], str]
    key: Callable[[], bytes]
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    pause: Callable[[float], None] = time.sleep
    actor: Callable[[], Actor] = this_process
    run_id: Callable[[], str] = new_run
    run: Callable[[Coroutine[Any, Any, Any]], Any] = _run
    disk: "Disk | None" = None
    note: Callable[[str], None] = _unheard
    warn: Callable[[str], None] = _unheard
