"""Circumstances under which a command is said, so that it ends in every way in which it can."""

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager

from dstate_descope.emulator.api import reads
from dstate_descope.emulator.faults import Faults, parse
from dstate_descope.emulator.request import Request
from tests.support import canaries
from tests.support.endings import RESOURCES, Stage, Words, never

Under = Callable[[Stage, Words], AbstractContextManager[Words]]


@contextmanager
def _plainly(_: Stage, words: Words) -> Iterator[Words]:
    yield words


@contextmanager
def _unasked(_: Stage, words: Words) -> Iterator[Words]:
    """Let nobody be there who could approve."""
    yield tuple(word for word in words if word not in _APPROVAL)


_APPROVAL = ("-auto-approve", "--yes")


@contextmanager
def _abandoned(stage: Stage, words: Words) -> Iterator[Words]:
    """Let somebody be asked, and press Ctrl-C."""

    def ask(_: str) -> str:
        raise KeyboardInterrupt

    stage.ask = ask
    yield tuple(word for word in words if word not in _APPROVAL)


@contextmanager
def _misused(_: Stage, words: Words) -> Iterator[Words]:
    yield (*words, "--no-such-flag")


@contextmanager
def _nowhere(_: Stage, words: Words) -> Iterator[Words]:
    yield (*words, "--env", "nowhere")


def _disturbed(*faults: str) -> Under:
    @contextmanager
    def disturbed(stage: Stage, words: Words) -> Iterator[Words]:
        for service in stage.services:
            service.faults = Faults(faults=tuple(map(parse, faults)))
        yield words

    return disturbed


@contextmanager
def _refused(stage: Stage, words: Words) -> Iterator[Words]:
    """Refuse everything, and say what was sent."""
    for service in stage.services:
        service.refusing = lambda _: True
    yield words


@contextmanager
def _half_refused(stage: Stage, words: Words) -> Iterator[Words]:
    """Refuse every second write, and say what was sent."""
    for service in stage.services:
        service.refusing = _Second()
    yield words


class _Second:
    def __init__(self) -> None:
        self._writes = 0
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> bool:
        with self._lock:
            self._writes += not reads(request)
            return not reads(request) and self._writes % 2 == 1


@contextmanager
def _keyless(stage: Stage, words: Words) -> Iterator[Words]:
    """Give a key that is not the right one."""
    wrong = canaries.management_key()
    stage.secrets.append(wrong)
    for name in ("REMOTE", "OTHER"):
        stage.environ[f"DESCOPE_{name}_MANAGEMENT_KEY"] = wrong
    yield words


@contextmanager
def _locked(stage: Stage, words: Words) -> Iterator[Words]:
    with ExitStack() as held:
        for lock in stage.folder.glob("state/*/lock"):
            file = held.enter_context(lock.open("rb+"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield words


@contextmanager
def _secretless(stage: Stage, words: Words) -> Iterator[Words]:
    del stage.environ["FIRST"]
    (stage.folder / "second.secret").unlink()
    yield words


@contextmanager
def _careless(stage: Stage, words: Words) -> Iterator[Words]:
    """Write a secret into the stack, where nobody but the stack's own text may tell it."""
    apps = RESOURCES["outbound_application"]
    stated = {**apps["first"], "client_secret": stage.secrets[1]}
    stage.write({**RESOURCES, "outbound_application": {**apps, "first": stated}})
    yield words
    (stage.folder / "stack.yaml").unlink()


@contextmanager
def _damaged(stage: Stage, words: Words) -> Iterator[Words]:
    """Cut off what dstate keeps, wherever it is."""
    kept = ("state.json", "audit.jsonl", "plan.json", "pulled.json", "dump.json", "emulator.json")
    for path in stage.folder.rglob("*"):
        runs = path.parent.name == "runs" or "backups" in path.parts
        if path.is_file() and (path.name in kept or runs):
            path.write_bytes(path.read_bytes()[:-20])
    yield words


@contextmanager
def _misspelt(stage: Stage, words: Words) -> Iterator[Words]:
    (stage.folder / "dstate.yaml").write_text("dstate: 1\nname: [\n")
    yield words


@contextmanager
def _moved(stage: Stage, words: Words) -> Iterator[Words]:
    """Let somebody be at the project between a plan and its apply."""
    for service in stage.services:
        for row in service.world.tables["roles"].values():
            row["description"] = "theirs again"
    yield words


@contextmanager
def _emptied(stage: Stage, words: Words) -> Iterator[Words]:
    """Take everything out of the stack, where hardly anything may be deleted."""
    settings = stage.folder / "dstate.yaml"
    settings.write_text(settings.read_text().replace("max_deletes: 100", "max_deletes: 0"))
    stage.write({})
    yield words


@contextmanager
def _vanished(stage: Stage, words: Words) -> Iterator[Words]:
    """Let the lists answer empty by mistake."""
    for service in stage.services:
        for table in ("roles", "permissions", "tenants", "flows", "outbound"):
            service.world.tables[table].clear()
    yield words


@contextmanager
def _tidy(stage: Stage, words: Words) -> Iterator[Words]:
    """Let nobody have been there, and nothing be left to do."""
    for service in stage.services:
        service.refusing = service.stopping = never
    stage.say(("apply", "-auto-approve", "-secrets-into", "told"), under="before")
    yield words


class _Once:
    """Says yes to the first call of a sort, whichever project it is for: Ctrl-C is pressed once."""

    def __init__(self, means: Callable[[Request], bool]) -> None:
        self._means = means
        self._said = False
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> bool:
        with self._lock:
            says = self._means(request) and not self._said
            self._said = self._said or says
            return says


def _stopped(means: Callable[[Request], bool]) -> Under:
    @contextmanager
    def stopped(stage: Stage, words: Words) -> Iterator[Words]:
        once = _Once(means)
        for service in stage.services:
            service.stopping = once
        yield words

    return stopped


CARELESS = "a secret in the stack"
CIRCUMSTANCES: Mapping[str, Under] = {
    "as it is": _plainly,
    "nobody to approve": _unasked,
    "asked, and Ctrl-C": _abandoned,
    "an unknown flag": _misused,
    "an unknown environment": _nowhere,
    "the service is broken": _disturbed("* /*: status=500"),
    "the service is away": _disturbed("* /*: reset=before"),
    "answers are lost": _disturbed(
        "POST /v1/mgmt/*/create*: reset=after", "POST */update*: status=504"
    ),
    "all is refused": _refused,
    "half is refused": _half_refused,
    "a wrong key": _keyless,
    "somebody holds the lock": _locked,
    "no secrets": _secretless,
    CARELESS: _careless,
    "damaged files": _damaged,
    "a misspelt stack": _misspelt,
    "somebody was there": _moved,
    "an emptied stack": _emptied,
    "vanished objects": _vanished,
    "nothing to do": _tidy,
    "Ctrl-C while writing": _stopped(lambda request: not reads(request)),
    "Ctrl-C while reading": _stopped(reads),
}
