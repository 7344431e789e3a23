"""How a run is shown: on a terminal, in a pipe, as events, and when nobody reads any more."""

import io
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from descope_state.cli import progress
from descope_state.cli.main import real_surroundings
from descope_state.cli.progress import JsonLines, Picture, PlainLines, observer_for
from descope_state.cli.terminal import Terminal
from descope_state.cli.ticking import ticking
from descope_state.cli.unheard import Unheard
from descope_state.core.ports import Observer, Silent
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.event import Step
from descope_state.model.plan import Estimate, Plan
from tests.support.plans import BINDINGS

PLACE = Address("role", "editor")
LOST = r"the answer\x1b[2J never came"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def terminal(
    err: io.StringIO, *, width: int = 80, clock: Callable[[], float] = lambda: 0.0
) -> Terminal:
    surroundings = replace(real_surroundings(), monotonic=clock, now=lambda: "noon", folder=Path())
    return Terminal(
        surroundings=surroundings,
        out=io.StringIO(),
        err=err,
        width=width,
        colour=False,
        moving=True,
    )


def plan(*names: str) -> Plan:
    changes = tuple(
        Change(address=Address("role", name), provider="fake", action=Action.CREATE)
        for name in names
    )
    return Plan(bindings=BINDINGS, changes=changes, estimate=Estimate(changes=len(names)))


def play(observer: Observer, clock: Clock) -> None:
    observer.began(PLACE, Step.CREATE)
    clock.now += 2.4
    observer.looking(PLACE, Step.CREATE, error="the answer\x1b[2J never came")
    observer.retrying(PLACE, Step.CREATE, error="lost", seconds=3)
    observer.succeeded(PLACE, Step.CREATE, id_="R1")
    observer.paused("general", seconds=41, reason="limit of 100 calls in 60 s")
    observer.learned("general", calls=60, seconds=60)
    observer.began(PLACE, Step.DELETE)
    observer.failed(PLACE, Step.DELETE, error="the service refuses it")


def test_in_a_pipe_every_change_is_one_clean_line() -> None:
    clock, err = Clock(), io.StringIO()
    with observer_for(terminal(err, clock=clock), plan=plan("a", "b"), json=False) as observer:
        assert isinstance(observer, PlainLines)
        play(observer, clock)
    assert err.getvalue().splitlines() == [
        f"role.editor: creating: no answer ({LOST}); looking what became of it",
        "role.editor: creating: lost; again in 3 s",
        "role.editor: Creation complete after 2s [id=R1]  (1/2)",
        "Waiting 41 s: limit of 100 calls in 60 s (general)",
        "The service allows less than was thought: 60 calls in 60 s (general)",
        "role.editor: Destruction errored after 0s: the service refuses it",
    ]


def test_what_takes_long_is_said_to_be_still_going_on() -> None:
    clock, err = Clock(), io.StringIO()
    observer = PlainLines(terminal(err, clock=clock), total=2, now=clock)
    observer.began(PLACE, Step.UPDATE)
    observer.still()
    clock.now += 12
    observer.began(Address("role", "other"), Step.UPDATE)
    observer.still()
    observer.still()
    assert err.getvalue() == "role.editor: Still changing... [12s elapsed]\n"


@pytest.mark.parametrize("width", [40, 80, 160])
def test_on_a_terminal_what_ended_scrolls_by_above_a_bar(width: int) -> None:
    clock, err = Clock(), Screen()
    shown = terminal(err, width=width, clock=clock)
    with observer_for(shown, plan=plan("a", "b", "c"), json=False) as observer:
        assert isinstance(observer, Picture)
        play(observer, clock)
        observer.began(PLACE, Step.UPDATE)
        rows = observer._drawn().plain.splitlines()
    assert "2 of 3, 1 failed" in rows[0]
    assert rows[1] == "● role.editor changing 0.0 s"
    assert rows[2].startswith("⏸ waiting 41 s: limit of 100")
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", err.getvalue())
    assert "✓ role.editor created  id R1" in text
    assert "✗ role.editor not destroyed" in text
    assert max(map(len, text.replace("\r", "\n").splitlines())) <= width


def test_of_thousands_only_some_scroll_by_and_every_failure() -> None:
    clock, err = Clock(), Screen()
    picture = Picture(terminal(err, clock=clock), total=3000, seconds=30, now=clock)
    for number in range(3000):
        place = Address("role", f"r{number}")
        picture.began(place, Step.CREATE)
        if number % 1000 == 999:
            picture.failed(place, Step.CREATE, error="no")
        else:
            picture.succeeded(place, Step.CREATE, id_="")
    picture.close()
    text = err.getvalue()
    assert text.count("✓") < 300
    assert text.count("✗") == 3


def test_as_events_every_step_begins_and_ends() -> None:
    shown = terminal(io.StringIO())
    with observer_for(shown, plan=plan("editor"), json=True) as observer:
        observer.began(PLACE, Step.CREATE)
        observer.failed(PLACE, Step.CREATE, error="no")
    out = shown.out
    assert isinstance(out, io.StringIO)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["type"] for event in events] == ["apply_start", "apply_errored"]


def test_as_events_what_takes_long_is_told_every_time() -> None:
    clock, shown = Clock(), terminal(io.StringIO())
    observer = JsonLines(shown, plan("editor"), now=clock)
    observer.began(PLACE, Step.CREATE)
    for _ in range(2):
        clock.now += 12
        observer.still()
    observer.succeeded(PLACE, Step.CREATE, id_="R1")
    observer.still()
    out = shown.out
    assert isinstance(out, io.StringIO)
    _, *during, _ = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["type"], one["hook"]["elapsed_seconds"]) for one in during] == [
        ("apply_progress", 12),
        ("apply_progress", 24),
    ]


@pytest.mark.parametrize("json", [False, True])
def test_while_a_run_goes_on_what_takes_long_is_told_without_anything_else_happening(
    monkeypatch: pytest.MonkeyPatch, *, json: bool
) -> None:
    monkeypatch.setattr(progress, "_STILL", 0.01)
    told = Event()

    class Heard(io.StringIO):
        def write(self, text: str, /) -> int:
            if "Still creating" in text:
                told.set()
            return super().write(text)

    shown = replace(terminal(Heard(), clock=time.monotonic), out=Heard())
    with observer_for(shown, plan=plan("editor"), json=json) as observer:
        observer.began(PLACE, Step.CREATE)
        assert told.wait(60)


def test_nobody_who_listens_ends_the_ticking() -> None:
    done = Event()

    def tick() -> None:
        done.set()
        raise BrokenPipeError

    with ticking(tick, every=0.001):
        assert done.wait(60)


def test_a_reader_who_goes_ends_the_telling_and_nothing_else() -> None:
    class Closed(Silent):
        def __init__(self) -> None:
            self.told = 0

        def began(self, address: Address, step: Step) -> None:
            del address, step
            self.told += 1
            raise BrokenPipeError

    closed = Closed()
    observer = Unheard(closed)
    play(observer, Clock())
    play(observer, Clock())
    assert closed.told == 1
