"""A secret that the stack names is in no file and on no screen, whatever is done with it."""

from pathlib import Path

import pytest

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
