"""What changed outside dstate: what the state remembers against what is live."""

from dataclasses import replace

import pytest

from descope_state.core.drifting import drift, vanished
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift, DriftSort, FieldChange
from descope_state.model.resource import Entry, Live
from descope_state.model.value import Value
from tests.support.pipeline import SCHEMAS

PLACE = Address("site", "one")
OUTPUTS: dict[str, Value] = {
    "id": "S1",
    "name": "n",
    "title": "T",
    "region": "eu",
    "url": "u",
    "version": 1,
}
ENTRY = Entry(
    address=PLACE,
    provider="fake",
    schema_version=1,
    id="S1",
    identity="n",
    inputs={"name": "n", "title": "T"},
    outputs=OUTPUTS,
)


def live(**differing: Value) -> Live:
    now = {**OUTPUTS, **differing}
    computed: dict[str, Value] = {name: now.pop(name) for name in ("id", "url", "version")}
    return Live(kind="site", id="S1", identity="n", attributes=now, computed=computed)


def planned(*fields: str, stated: tuple[str, ...] = ("name", "title")) -> Change:
    return Change(
        address=PLACE,
        provider="fake",
        action=Action.UPDATE if fields else Action.NOOP,
        fields=tuple(FieldChange(name=name, before=1, after=2) for name in fields),
        after={"name": "n"},
        stated=stated,
    )


def found(now: Live | None, change: Change | None, entry: Entry = ENTRY) -> Drift | None:
    return drift(entry, now, schema=SCHEMAS["site"], change=change)


def fields(one: Drift | None) -> tuple[list[str], list[str]]:
    assert one is not None
    return [field.name for field in one.fields], [field.name for field in one.unmanaged]


def test_what_is_as_it_was_did_not_drift() -> None:
    assert found(live(), planned()) is None


def test_what_changes_by_itself_is_no_drift() -> None:
    assert found(live(version=9), planned()) is None


def test_what_the_state_has_no_memory_of_is_no_drift() -> None:
    assert found(live(code="new"), planned()) is None


def test_what_is_gone_was_deleted() -> None:
    one = found(None, planned())
    assert one == Drift(address=PLACE, sort=DriftSort.DELETED, id="S1")


def test_a_stated_field_that_will_be_set_back_was_changed() -> None:
    one = found(live(title="X"), planned("title"))
    assert one is not None
    assert one.sort is DriftSort.CHANGED
    assert fields(one) == (["title"], [])
    assert (one.fields[0].before, one.fields[0].after) == ("T", "X")


def test_a_stated_field_that_came_to_what_the_stack_wants_converged() -> None:
    one = found(live(title="X"), planned())
    assert one is not None
    assert one.sort is DriftSort.CONVERGED


def test_a_change_that_is_half_wanted_is_a_change() -> None:
    one = found(live(title="X", name="m"), planned("name"))
    assert one is not None
    assert one.sort is DriftSort.CHANGED


def test_a_field_that_nobody_states_is_told_apart() -> None:
    one = found(live(region="us"), planned())
    assert one is not None
    assert one.sort is DriftSort.CHANGED
    assert fields(one) == ([], ["region"])


def test_of_what_has_left_the_stack_the_fields_that_were_stated_count() -> None:
    one = found(live(title="X", region="us"), None)
    assert one is not None
    assert one.sort is DriftSort.CHANGED
    assert fields(one) == (["title"], ["region"])


def test_a_drift_is_told_under_the_address_of_today() -> None:
    moved = replace(planned("title"), address=Address("site", "two"))
    one = found(live(title="X"), moved)
    assert one is not None
    assert one.address == Address("site", "two")


@pytest.mark.parametrize(
    ("sorts", "counted"),
    [
        ([], {}),
        ([DriftSort.DELETED], {}),
        ([DriftSort.DELETED, DriftSort.CHANGED], {}),
        ([DriftSort.DELETED, DriftSort.DELETED], {"site": 2}),
    ],
)
def test_a_kind_vanished_where_all_that_is_remembered_of_it_is_gone(
    sorts: list[DriftSort], counted: dict[str, int]
) -> None:
    places = [Address("site", "one"), Address("site", "two")]
    entries = {one: replace(ENTRY, address=one) for one in places}
    drifts = tuple(
        Drift(address=one, sort=sort, id="x") for one, sort in zip(places, sorts, strict=False)
    )
    assert vanished(entries, drifts) == counted
