"""What a state and the events after it come to."""

from dataclasses import replace

from descope_state.core.replay import leftover, replayed
from descope_state.model.address import Address
from descope_state.model.event import (
    Began,
    Doubted,
    Event,
    Failed,
    Known,
    Noted,
    Started,
    Step,
    Succeeded,
)
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Snapshot, problems

A, B, C = (Address("site", name) for name in "abc")
EMPTY = Snapshot(lineage="L", serial=3, environment="test", project_id="P", entries={})
STARTED = Started(run="r", at="now", command="dstate apply", actor="ada@desk")


def entry(address: Address, id_: str = "", *needs: Address) -> Entry:
    return Entry(
        address=address,
        provider="fake",
        schema_version=1,
        id=id_,
        identity=address.name,
        inputs={"name": address.name},
        outputs={},
        depends_on=needs,
    )


def began(number: int, address: Address, step: Step = Step.CREATE, id_: str = "") -> Began:
    promise = None if step is Step.DELETE else entry(address)
    return Began(
        run="r",
        number=number,
        address=address,
        step=step,
        at=1.0,
        id=id_,
        identity=address.name,
        entry=promise,
    )


def made(number: int, id_: str) -> Succeeded:
    return Succeeded(number=number, id=id_, identity="x", outputs={"id": id_})


def holding(*entries: Entry) -> Snapshot:
    return replace(EMPTY, entries={one.address: one for one in entries})


def test_what_was_made_is_remembered_and_what_failed_is_not() -> None:
    events: list[Event] = [STARTED, began(0, A), began(1, B), made(0, "s-1")]
    replay = replayed(EMPTY, [*events, Failed(number=1, error="no")])
    assert {address: one.id for address, one in replay.snapshot().entries.items()} == {A: "s-1"}
    assert replay.open == ()
    assert replay.run == "r"


def test_an_intent_without_an_end_is_open_with_what_was_known() -> None:
    events: list[Event] = [
        Known(kind="site", ids=("s-9",)),
        began(0, A),
        Doubted(number=0, error="lost"),
    ]
    [pending] = replayed(EMPTY, events).open
    assert (pending.began.address, pending.known, pending.why) == (A, ("s-9",), "lost")
    assert replayed(EMPTY, events).snapshot().pending == (pending,)


def test_what_an_earlier_run_left_open_is_settled_under_a_number_below_zero() -> None:
    before = replayed(EMPTY, [began(7, A)]).snapshot()
    after = replayed(before, [made(-1, "s-1")]).snapshot()
    assert after.entries[A].id == "s-1"
    assert after.pending == ()


def test_a_deletion_removes_its_object_wherever_it_stands() -> None:
    gone: list[Event] = [began(0, A, Step.DELETE, "s-1"), Succeeded(number=0)]
    assert replayed(holding(entry(A, "s-1")), gone).snapshot().entries == {}
    assert replayed(holding(entry(B, "s-1")), gone).snapshot().entries == {}
    kept = replayed(holding(entry(A, "s-2")), gone).snapshot().entries
    assert {one.id for one in kept.values()} == {"s-2"}


def test_an_object_whose_successor_came_first_is_remembered_until_it_is_gone() -> None:
    first: list[Event] = [began(0, A, Step.CREATE, "s-1"), made(0, "s-2")]
    between = replayed(holding(entry(A, "s-1")), first).snapshot()
    assert between.entries[A].id == "s-2"
    place = leftover(A, taken=())
    assert between.entries[place].id == "s-1"
    assert problems(between) == ()
    then: list[Event] = [*first, began(1, A, Step.DELETE, "s-1"), Succeeded(number=1)]
    assert set(replayed(holding(entry(A, "s-1")), then).snapshot().entries) == {A}


def test_an_object_that_had_vanished_leaves_nothing_behind() -> None:
    after = replayed(holding(entry(A, "s-1")), [began(0, A), made(0, "s-2")]).snapshot()
    assert {address: one.id for address, one in after.entries.items()} == {A: "s-2"}


def test_moves_take_edges_along_and_may_change_places() -> None:
    before = holding(entry(A, "1"), entry(B, "2"), entry(C, "3", A))
    swapped: list[Event] = [
        Noted(address=B, entry=entry(B, "1"), moved_from=A),
        Noted(address=A, entry=entry(A, "2"), moved_from=B),
    ]
    after = replayed(before, swapped).snapshot()
    assert {address: one.id for address, one in after.entries.items()} == {A: "2", B: "1", C: "3"}
    fresh = Address("site", "fresh")
    moved = replayed(before, [Noted(address=fresh, entry=entry(fresh, "1"), moved_from=A)])
    assert moved.snapshot().entries[C].depends_on == (fresh,)
    assert problems(moved.snapshot()) == ()


def test_an_edge_to_what_is_forgotten_goes_with_it() -> None:
    before = holding(entry(A, "1"), entry(C, "3", A))
    after = replayed(before, [Noted(address=A)]).snapshot()
    assert after.entries[C].depends_on == ()
    assert problems(after) == ()


def test_saying_what_stands_somewhere_answers_what_was_asked_about_it() -> None:
    before = replayed(EMPTY, [began(0, A)]).snapshot()
    assert replayed(before, [Noted(address=A, entry=entry(A, "s-5"))]).snapshot().pending == ()
    replay = replayed(before, [])
    assert replay.forget(A)
    assert not replay.forget(A)
    assert replay.snapshot().pending == ()


def test_any_beginning_of_a_journal_is_a_state_that_was_true_then() -> None:
    events: list[Event] = [STARTED]
    for number, address in enumerate((A, B, C)):
        events += [began(number, address), made(number, f"s-{number}")]
    for length in range(len(events) + 1):
        snapshot = replayed(EMPTY, events[:length]).snapshot()
        assert problems(snapshot) == ()
        assert len(snapshot.entries) + len(snapshot.pending) == length // 2


def test_what_is_passing_is_known_to_its_run_and_in_no_state() -> None:
    """What no block states is found again after a crash, and let go of once that is settled."""
    passing, user = replace(entry(A, "s-1"), status=Status.PASSING), entry(B, "s-2", A)
    replay = replayed(EMPTY, [Noted(address=one.address, entry=one) for one in (passing, user)])
    assert A in replay.entries
    assert replay.snapshot().entries == {B: replace(user, depends_on=())}
