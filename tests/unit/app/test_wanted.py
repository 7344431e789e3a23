"""Single objects, changed by a command: what is remembered of them, and what is let go of."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from descope_state.app.applying import Applied, Manner
from descope_state.app.surroundings import Surroundings
from descope_state.app.wanted import Order, Seen, apply_order
from descope_state.app.workspace import Opening
from descope_state.cli.attendant import Attendant
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from descope_state.core.naming import free_name
from descope_state.core.wanted import Wanted
from descope_state.errors import Refused
from descope_state.model.address import Address
from descope_state.model.outcome import Fate
from descope_state.model.state import Snapshot
from descope_state.store.disk import DISK
from descope_state.store.runs import Runs
from descope_state.store.state import Store
from tests.support.provider import FakeProvider, FakeWorld

STACK = "resources:\n  label:\n    docs: {name: Docs}\n  group:\n    readers: {name: Readers}\n"
KEY = bytes(range(32))
Decided = Callable[[Seen], Sequence[Wanted]]


class Ground:
    """A stack that was applied, and the fake project behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = FakeWorld()
        settings = "dstate: 1\nname: acme\nenvironments: {dev: {}}\nbackend: {path: state}\n"
        (folder / "dstate.yaml").write_text(settings)
        (folder / "stack.yaml").write_text(STACK)
        self.surroundings = Surroundings(
            environ={},
            folder=folder,
            now=lambda: "2026-01-01T00:00:00Z",
            providers=lambda: {"fake": FakeProvider(self.world)},
            version="1",
            lineage=lambda: "l",
            key=lambda: KEY,
        )
        assert self.status("apply", "-auto-approve") == 0

    def terminal(self) -> Terminal:
        return Terminal(
            surroundings=self.surroundings,
            out=io.StringIO(),
            err=io.StringIO(),
            width=100,
            colour=False,
        )

    def status(self, *arguments: str) -> int:
        return self.said(*arguments)[0]

    def said(self, *arguments: str) -> tuple[int, str]:
        terminal = self.terminal()
        status = run(list(arguments), terminal)
        assert isinstance(terminal.out, io.StringIO)
        assert isinstance(terminal.err, io.StringIO)
        return status, terminal.out.getvalue() + terminal.err.getvalue()

    def runs(self) -> Runs:
        return Runs(folder=self.folder / "state" / "dev", disk=DISK)

    def order(self, decide: Decided, **overrides: int) -> Applied:
        return apply_order(
            self.surroundings,
            Opening(),
            order=Order(
                command="label change",
                kinds={"label", "group"},
                decide=decide,
                whole={},
                overrides=overrides,
            ),
            manner=Manner(automatic=True),
            watch=Attendant(terminal=self.terminal()),
        )

    def snapshot(self) -> Snapshot:
        store = Store(folder=self.folder / "state" / "dev", lineage=str, fresh_key=lambda: KEY)
        found = store.snapshot()
        assert found is not None
        return found

    def names(self, kind: str = "label") -> list[str]:
        return sorted(str(row["name"]) for row in self.world.held(kind).values())


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def wanting(*wanted: Wanted) -> Decided:
    return lambda _: wanted


def found(seen: Seen, kind: str, name: str) -> tuple[Address, str]:
    live = seen.sight.observation.named(kind, name)
    assert live is not None
    return seen.places.place(kind, name, id_=live.id).address, live.id


def label(name: str, attributes: Mapping[str, str] | None, *, id_: str = "") -> Wanted:
    return Wanted(address=Address("label", name), attributes=attributes, id=id_)


def test_what_no_block_states_is_made_and_not_remembered(ground: Ground) -> None:
    applied = ground.order(wanting(label("extra", {"name": "Extra"})))
    assert [result.fate for result in applied.outcome.results] == [Fate.DONE]
    assert ground.names() == ["Docs", "Extra"]
    assert Address("label", "extra") not in ground.snapshot().entries
    # The next plan leaves it alone.
    assert ground.status("plan", "-detailed-exitcode") == 0


def test_what_the_state_holds_is_changed_in_part(ground: Ground) -> None:
    def decide(seen: Seen) -> list[Wanted]:
        address, _ = found(seen, "label", "Docs")
        return [Wanted(address=address, attributes={"description": "by hand"}, stated=True)]

    ground.order(decide)
    entry = ground.snapshot().entries[Address("label", "docs")]
    assert entry.inputs == {"name": "Docs", "description": "by hand"}
    assert set(ground.snapshot().entries) == {Address("label", "docs"), Address("group", "readers")}
    assert ground.status("plan", "-detailed-exitcode") == 0


def test_what_nobody_manages_is_changed_and_deleted(ground: Ground) -> None:
    ground.order(wanting(label("extra", {"name": "Extra"})))

    def change(seen: Seen) -> list[Wanted]:
        address, id_ = found(seen, "label", "Extra")
        return [Wanted(address=address, attributes={"description": "seen"}, id=id_)]

    def delete(seen: Seen) -> list[Wanted]:
        address, id_ = found(seen, "label", "Extra")
        return [Wanted(address=address, attributes=None, id=id_)]

    ground.order(change)
    row = next(row for row in ground.world.held("label").values() if row["name"] == "Extra")
    assert row["description"] == "seen"
    ground.order(delete)
    assert ground.names() == ["Docs"]
    assert len(ground.snapshot().entries) == 2


def test_what_the_state_holds_is_deleted_and_forgotten(ground: Ground) -> None:
    ground.order(wanting(label("docs", None)))
    assert ground.names() == []
    assert set(ground.snapshot().entries) == {Address("group", "readers")}
    # The stack states it, so the next plan brings it back.
    assert ground.status("plan", "-detailed-exitcode") == 2


def test_what_is_as_it_is_wanted_is_left_alone(ground: Ground) -> None:
    applied = ground.order(wanting(Wanted(address=Address("label", "docs"), attributes={})))
    assert applied.plan.effective == ()


def test_guards_hold_for_commands_as_well(ground: Ground) -> None:
    (ground.folder / "dstate.yaml").write_text(
        "dstate: 1\nname: acme\nenvironments: {dev: {}}\nbackend: {path: state}\n"
        "safety: {max_deletes: 0}\n"
    )
    with pytest.raises(Refused):
        ground.order(wanting(label("docs", None)))
    assert ground.names() == ["Docs"]
    ground.order(wanting(label("docs", None)), max_deletes=1)
    assert ground.names() == []


def test_what_is_undone_has_the_name_that_it_was_made_under(ground: Ground) -> None:
    ground.order(wanting(label("extra", {"name": "Extra"})))
    status, said = ground.said("undo", "--dry-run")
    assert status == 0
    assert "- label.extra (id " in said


def test_undo_forth_and_back_any_number_of_times(ground: Ground) -> None:
    ground.order(wanting(label("extra", {"name": "Extra"})))
    for names in (["Docs"], ["Docs", "Extra"]) * 2:
        assert ground.status("undo", "-auto-approve") == 0
        assert ground.names() == names
        assert ground.status("plan", "-detailed-exitcode") == 0


def test_undo_knows_what_an_interrupted_run_made(ground: Ground) -> None:
    ground.order(wanting(label("extra", {"name": "Extra"})))
    runs = ground.runs()
    cut = {**runs.read(runs.names()[-1])}
    del cut["results"]
    runs.keep(cut)
    assert ground.status("undo", "-auto-approve") == 0
    assert ground.names() == ["Docs"]


def test_what_an_unsettled_run_did_is_not_undone(ground: Ground) -> None:
    ground.order(wanting(label("extra", {"name": "Extra"})))
    runs = ground.runs()
    cut = {**runs.read(runs.names()[-1])}
    del cut["results"]
    runs.keep(cut)
    (ground.folder / "state" / "dev" / "journal.jsonl").touch()
    status, said = ground.said("undo", "-auto-approve")
    assert status == 5
    assert "was interrupted" in said
    assert "dstate resume" in said
    assert ground.names() == ["Docs", "Extra"]


PROTECTED = STACK.replace("{name: Docs}", "{name: Docs, lifecycle: {prevent_destroy: true}}")


@pytest.mark.parametrize("known", [True, False])
def test_what_the_stack_protects_no_command_deletes(ground: Ground, *, known: bool) -> None:
    (ground.folder / "stack.yaml").write_text(PROTECTED)
    if not known:
        assert ground.status("state", "rm", "label.docs") == 0

    def delete(seen: Seen) -> list[Wanted]:
        address, id_ = found(seen, "label", "Docs")
        return [Wanted(address=address, attributes=None, id="" if known else id_)]

    with pytest.raises(Refused, match="is blocked"):
        ground.order(delete)
    assert ground.names() == ["Docs"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acme Corp.", "acme_corp"),
        ("7up", "_7up"),
        ("in", "in_"),
        ("", "_"),
        ("ü", "u"),
        ("日", "_"),
    ],
)
def test_any_text_makes_a_name(text: str, name: str) -> None:
    assert free_name(text, ()) == name


def test_a_name_that_is_taken_is_numbered() -> None:
    assert free_name("a", {"a", "a_2"}) == "a_3"
