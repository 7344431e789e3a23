"""A secret that the stack names is in no file and on no screen, whatever is done with it."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import TracebackException

import pytest

from descope_state.cli import main
from descope_state.cli.terminal import Terminal
from descope_state.errors import DstateError
from tests.support import canaries
from tests.support.served import PROJECT, Wired, wired
from tests.support.spoken import Said, said

STACK = """\
dstate: 1
name: canaries
environments:
  local: {endpoint: emulator}
"""
RESOURCES = """\
resources:
  outbound_application:
    calendar:
      id: calendar
      name: Calendar
      client_secret: ${secret('env:CALENDAR_SECRET')}
    drive:
      id: drive
      name: Drive
      client_secret: ${secret('file:drive.secret')}
"""
FIRST = {"CALENDAR_SECRET": "canary-of-the-calendar-1", "DRIVE": "canary-of-the-drive-1"}
SECOND = {"CALENDAR_SECRET": "canary-of-the-calendar-2", "DRIVE": "canary-of-the-drive-2"}


class Stack:
    """A stack with two secrets, and all that its commands have said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = ""
        (folder / "dstate.yaml").write_text(STACK)
        (folder / "resources.yaml").write_text(RESOURCES)

    def hold(self, secrets: dict[str, str]) -> None:
        self.environ = secrets
        (self.folder / "drive.secret").write_text(secrets["DRIVE"])

    def run(self, *arguments: str) -> Said:
        came = said([*arguments, "-log", "run.log"], folder=self.folder, environ=self.environ)
        self.told += came.out + came.err
        return came


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def test_no_canary_is_in_a_plan_a_state_a_trail_a_log_or_an_answer(stack: Stack) -> None:
    stack.hold(FIRST)
    assert stack.run("plan", "-out", "first.json").status == 0
    assert stack.run("apply", "first.json").status == 0
    stack.hold(SECOND)
    planned = stack.run("plan", "-out", "second.json", "--json")
    assert planned.status == 0
    assert '"change":2' in planned.out
    assert stack.run("show", "--json", "second.json").status == 0
    assert stack.run("apply", "second.json").status == 0
    assert stack.run("plan", "-detailed-exitcode").status == 0
    assert stack.run("runs", "show").status == 0
    canaries = [secret.encode() for held in (FIRST, SECOND) for secret in held.values()]
    files = [path for path in stack.folder.rglob("*") if path.is_file()]
    kept = {path.name for path in files}
    assert {"state.json", "audit.jsonl", "first.json", "second.json", "run.log"} <= kept
    for path in files:
        if path.name == "drive.secret":
            continue
        held = path.read_bytes()
        assert [canary for canary in canaries if canary in held] == [], path.name
    assert [canary for canary in canaries if canary in stack.told.encode()] == []


SECRETIVE = """
resources:
  role: {one: {name: One}, two: {name: Two}}
  access_key: {ci: {name: CI}}
  outbound_application:
    first: {id: first, name: First, client_secret: "${secret('env:FIRST')}"}
    second: {id: second, name: Second, client_secret: "${secret('file:second.secret')}"}
"""
_HIDDEN = ("second.secret", "told")


class Ended(Wired):
    """Secrets at a served emulator; how each command line ended, and all that it told."""

    def arm(self) -> None:
        """Make up the secrets, and let the service take the management key alone."""
        self.statuses: set[int] = set()
        self.told = b""
        self.tracebacks: list[str] = []
        self.secrets = [canaries.management_key(), canaries.canary(), canaries.canary()]
        self.service.key = self.secrets[0]
        self.environ |= {
            "DESCOPE_REMOTE_MANAGEMENT_KEY": self.secrets[0],
            "FIRST": self.secrets[1],
            "HOME": str(self.folder),
            "DSTATE_CACHE_DIR": str(self.folder / "cache"),
        }
        (self.folder / "second.secret").write_text(self.secrets[2])
        self.write(SECRETIVE)

    def ends(self, status: int, *words: str) -> None:
        """Say a command line that ends so, in public, and remember what it told."""
        came = self.said("--log", "run.log", "--debug", *words)
        assert came.status == status, (words, came.out, came.err)
        self.statuses.add(status)
        self.told += (came.out + came.err).encode()

    def leaks(self) -> list[str]:
        """Name each secret that is anywhere but where it belongs, and where."""
        self.secrets += [path.read_text() for path in self.folder.glob("told/*")]
        places = {"the screen": self.told, "a traceback": "\n".join(self.tracebacks).encode()}
        for path in self.folder.rglob("*"):
            if path.is_file() and set(_HIDDEN).isdisjoint(path.relative_to(self.folder).parts):
                places[str(path.relative_to(self.folder))] = path.read_bytes()
        return [
            f"{secret} is in {place}"
            for place, held in places.items()
            for secret in canaries.found(self.secrets, held)
        ]


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ended]:
    with wired(tmp_path, tier=2) as there:
        one = Ended(
            folder=there.folder, url=there.url, service=there.service, environ=there.environ
        )
        one.arm()
        told = main._told

        def overheard(error: DstateError, terminal: Terminal) -> int:
            # What a crash reporter would send: the whole chain, with the values at hand.
            text = TracebackException.from_exception(error, capture_locals=True)
            one.tracebacks.append("".join(text.format()))
            return told(error, terminal)

        monkeypatch.setattr(main, "_told", overheard)
        yield one


def test_no_secret_is_told_however_a_command_ends(ended: Ended) -> None:
    ended.ends(0, "plan", "-out", "plan.json")
    ended.ends(5, "apply", "plan.json")
    ended.ends(5, "apply")
    ended.ends(64, "plan", "--env", "nowhere")
    ended.ends(1, "show", "nothing.json")
    ended.disturb("POST /v1/mgmt/role/*: status=500", "POST /v1/mgmt/outbound/*: status=400")
    ended.ends(4, "apply", "-auto-approve", "-secrets-into", "told", "-target", "access_key.ci",
               "-target", "outbound_application.first")  # fmt: skip
    ended.disturb()
    ended.ends(0, "apply", "-auto-approve", "--json")
    ended.ends(3, "apply", "plan.json")
    ended.ends(0, "plan", "-detailed-exitcode")
    _renew(ended)
    ended.ends(2, "plan", "-detailed-exitcode", "--json", "-out", "plan.json")
    ended.ends(0, "show", "--json", "plan.json")
    _renew(ended)
    ended.ends(3, "apply", "plan.json")
    ended.ends(0, "backup", "create")
    ended.ends(0, "import", "--all", "--out-dir", "copy", "-auto-approve")
    _locked(ended)
    ended.disturb("GET /v1/mgmt/*: status=503", "POST /v1/mgmt/*: reset=before")
    ended.ends(8, "drift", "--json")
    ended.disturb()
    _of_a_wrong_key(ended)
    assert ended.statuses == {0, 1, 2, 3, 4, 5, 6, 7, 8, 64}
    assert len(ended.tracebacks) > 5
    assert ended.leaks() == []


def _renew(ended: Ended) -> None:
    first, second = canaries.canary(), canaries.canary()
    ended.environ["FIRST"] = first
    (ended.folder / "second.secret").write_text(second)
    ended.secrets += [first, second]


def _locked(ended: Ended) -> None:
    (lock,) = ended.folder.glob("state/*/lock")
    with lock.open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended.ends(6, "apply", "-auto-approve")


def _of_a_wrong_key(ended: Ended) -> None:
    right = ended.environ["DESCOPE_REMOTE_MANAGEMENT_KEY"]
    wrong = canaries.management_key()
    ended.secrets.append(wrong)
    ended.environ["DESCOPE_REMOTE_MANAGEMENT_KEY"] = wrong
    for words in (("plan",), ("drift", "--json"), ("doctor",), ("tenant", "list", "--no-cache")):
        ended.ends(7, *words)
    ended.environ["DESCOPE_REMOTE_MANAGEMENT_KEY"] = right


def test_no_secret_is_in_the_list_of_processes_nor_told_by_one_that_is_interrupted(
    ended: Ended,
) -> None:
    ended.disturb("GET /v1/mgmt/*: delay=30", "POST /v1/mgmt/*: delay=30")
    command = [sys.executable, "-m", "descope_state", "--log", "run.log", "apply", "-auto-approve"]
    with subprocess.Popen(
        [*command, "-secrets-into", "told"],
        cwd=ended.folder,
        env={**os.environ, **ended.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        while not ended.service.calls:
            assert process.poll() is None
            os.sched_yield()
        ended.told += Path("/proc", str(process.pid), "cmdline").read_bytes()
        process.send_signal(signal.SIGINT)
        ended.told += process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert b"descope_state" in ended.told
    assert PROJECT.encode() in ended.told or b"nterrupted" in ended.told
    assert ended.leaks() == []


def test_a_secret_is_found_in_whatever_form_it_hides() -> None:
    secret = canaries.canary()
    for form in canaries.forms(secret):
        assert canaries.found([secret], b"before " + form + b" after") == [secret]
        broken = form[:9] + b"\n    " + form[9:]
        assert canaries.found([secret], broken) == [secret]
    assert canaries.found([secret], canaries.canary().encode()) == []
