"""A watch tells what is new and nothing twice, posts it, outlives failures, and ends cleanly."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from descope_state.app.surroundings import Surroundings
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from descope_state.runtime import patience
from tests.support.provider import FakeProvider, FakeWorld
from tests.support.receiver import receiving
from tests.support.remembered import KEY, LINEAGE, state_files
from tests.support.scenario import FAULTS, NOW, SETTINGS

PERIOD = 900.0


@dataclass(slots=True)
class Watch:
    """A command line that watches; one event happens in each pause, and then Ctrl-C."""

    folder: Path
    world: FakeWorld
    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)
    pauses: list[float] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def run(self, arguments: str, *events: Callable[[], object], **environ: str) -> int:
        pending = list(events)

        def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            if seconds != PERIOD:
                return
            self.heard.append(self.out.getvalue() + self.err.getvalue())
            for stream in (self.out, self.err):
                stream.truncate(0)
                stream.seek(0)
            if not pending:
                raise KeyboardInterrupt
            pending.pop(0)()

        surroundings = Surroundings(
            environ=environ,
            folder=self.folder,
            now=lambda: NOW,
            providers=lambda: {"fake": FakeProvider(self.world)},
            version="1",
            lineage=lambda: LINEAGE,
            key=lambda: KEY,
            wall=lambda: 0.0,
            pause=pause,
        )
        terminal = Terminal(
            surroundings=surroundings, out=self.out, err=self.err, width=80, colour=False
        )
        return run(arguments.split(), terminal)

    def change(self, description: str) -> Callable[[], None]:
        return lambda: self.world.change("label", "l-1", description=description)

    def fault(self, name: str | None) -> Callable[[], None]:
        faults = {} if name is None else {("label", "list"): FAULTS[name]}
        return lambda: setattr(self.world, "on", faults)


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.01)
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "labels.yaml").write_text(
        "resources:\n  label:\n    one: {name: One, description: Ours}\n    two: {name: Two}\n"
    )
    world = FakeWorld()
    world.put("label", "l-1", name="One", description="Ours")
    world.put("label", "l-2", name="Two")
    entries = [{"address": "label.one", "id": "l-1"}, {"address": "label.two", "id": "l-2"}]
    state_files({"state": entries}, folder=tmp_path, world=world)
    return Watch(folder=tmp_path, world=world)


def test_only_what_is_new_is_told_and_ctrl_c_ends_it(watch: Watch) -> None:
    status = watch.run(
        "drift --watch 15m",
        watch.change("Theirs"),
        lambda: None,
        watch.change("Theirs again"),
        lambda: watch.world.drop("label", "l-2"),
        watch.change("Ours"),
        watch.change("Theirs"),
    )
    assert status == 130
    assert watch.err.getvalue() == "Stopped watching. Nothing was changed.\n"
    first, one, same, another, dropped, mended, back = watch.heard
    assert "Watching" in first
    assert "label" not in first
    assert '"Ours" -> "Theirs"' in one
    assert same == ""
    assert '"Ours" -> "Theirs again"' in another
    assert "label.two" in dropped
    assert "label.one" not in dropped
    assert mended == ""
    assert '"Ours" -> "Theirs"' in back
    assert watch.pauses == [PERIOD] * 7


def test_an_outage_is_told_once_and_makes_nothing_new_afterwards(watch: Watch) -> None:
    watch.change("Theirs")()
    watch.run(
        "drift --watch 15m",
        watch.fault("unavailable"),
        lambda: None,
        watch.fault(None),
        watch.fault("unavailable"),
    )
    first, outage, still, over, again = watch.heard
    assert "label.one" in first
    assert "503" in outage
    assert (still, over) == ("", "")
    assert "503" in again


def test_an_alarm_is_new_once(watch: Watch) -> None:
    watch.run("drift --watch 15m", watch.fault("empty"), lambda: None)
    _, alarm, still = watch.heard
    assert "Alarm: all 2 objects of kind label vanished" in alarm
    assert still == ""


def test_a_stack_in_the_middle_of_an_edit_does_not_end_the_watch(watch: Watch) -> None:
    rules = watch.folder / "drift.yaml"
    watch.change("Theirs")()
    status = watch.run(
        "drift --watch 15m",
        lambda: rules.write_text("ignore: ["),
        rules.unlink,
        watch.change("More"),
    )
    assert status == 130
    _, broken, mended, more = watch.heard
    assert "drift.yaml" in broken
    assert mended == ""
    assert '"More"' in more


def test_a_stack_that_cannot_be_read_at_first_is_an_error(watch: Watch) -> None:
    (watch.folder / "drift.yaml").write_text("ignore: [")
    assert watch.run("drift --watch 15m") == 1
    assert watch.pauses == []


def test_what_is_new_is_posted_and_posted_again_if_nobody_took_it(watch: Watch) -> None:
    with receiving(200, *[503] * 5) as received:
        watch.change("Theirs")()
        status = watch.run(
            f"drift --watch 15m --webhook {received.url}",
            watch.change("More"),
            lambda: None,
            lambda: None,
            DSTATE_WEBHOOK_KEY="0123456789abcdef",
        )
    assert status == 130
    documents = [json.loads(body) for body in received.bodies]
    live = [_live(document) for document in documents]
    # The second look was refused five times; after the third it was taken, and after that no more.
    assert live == [["Theirs"], *[["More"]] * 5, ["More"]]
    assert "did not take it" in watch.heard[1]
    assert watch.heard[2:] == ["", ""]


def _live(document: dict[str, Any]) -> list[str]:
    (environment,) = document["environments"]
    return [field["live"] for one in environment["findings"] for field in one["fields"]]


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        ("drift --watch soon", "not a duration"),
        ("drift --watch 0s", "no pause"),
        ("drift --webhook https://hooks.example", "goes with `--watch`"),
        ("drift --watch 15m --webhook https://hooks.example", "DSTATE_WEBHOOK_KEY is not set"),
    ],
)
def test_a_watch_that_cannot_be_is_refused(watch: Watch, arguments: str, about: str) -> None:
    assert watch.run(arguments) == 64
    assert about in watch.err.getvalue()
    assert watch.pauses == []


def test_a_watch_tells_machines_one_document_a_line(watch: Watch) -> None:
    watch.run("drift --watch 15m --json", watch.change("Theirs"), watch.change("More"))
    told = [text for text in watch.heard if '"findings"' in text]
    documents = [json.loads(text[text.index("{") :].splitlines()[0]) for text in told]
    assert [document["summary"]["changed"] for document in documents] == [1, 1]
