"""Laws of what is written to disk, for any values whatever."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descope_state.errors import DamagedState, StalePlan
from descope_state.model.address import Address
from descope_state.model.change import Change
from descope_state.model.codec import (
    decode_plan,
    decode_state,
    encode_plan,
    encode_state,
    plain,
    plain_change,
    plain_entry,
    plan_bindings,
    revived,
    revived_change,
    revived_entry,
)
from descope_state.model.plan import Plan
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot, problems
from descope_state.model.value import Value, canonical, written
from tests.support import strategies
from tests.support.effort import examples, repeatable

KEY = b"the key of a state"

law = settings(
    max_examples=examples(30, 1_000, soak=20_000),
    deadline=None,
    database=None,
    derandomize=repeatable(),
)


@law
@given(strategies.snapshots())
def test_a_state_is_read_as_it_was_written(snapshot: Snapshot) -> None:
    data = encode_state(snapshot)
    read = decode_state(data)
    assert read == snapshot
    assert encode_state(read) == data
    assert decode_state(data, sealed=False) == snapshot
    assert not problems(read)


@law
@given(strategies.plans())
def test_a_plan_is_read_as_it_was_written(plan: Plan) -> None:
    data = encode_plan(plan, KEY)
    read = decode_plan(data, KEY)
    assert read == plan
    assert encode_plan(read, KEY) == data
    assert decode_plan(data, None) == plan
    assert plan_bindings(data) == plan.bindings
    assert data.count(b"\n") == 1


@law
@given(strategies.values())
def test_a_value_comes_back_from_json(value: Value) -> None:
    spelled = plain(value)
    read = revived(json.loads(json.dumps(spelled)) if _whole(spelled) else spelled)
    assert written(plain(read)) == written(spelled)
    assert read == value


@law
@given(strategies.values())
def test_what_is_not_a_placeholder_is_never_read_as_one(value: Value) -> None:
    posing = json.loads(canonical(value).decode("utf-8", "surrogatepass"))
    assert revived(plain(posing)) == posing


@law
@given(strategies.changes())
def test_a_change_comes_back_from_json(change: Change) -> None:
    assert revived_change(plain_change(change)) == change


@law
@given(strategies.addresses().flatmap(strategies.entries))
def test_an_entry_comes_back_from_json(entry: Entry) -> None:
    assert revived_entry(plain_entry(entry)) == entry


@law
@given(strategies.json_values())
def test_equal_values_have_equal_bytes(value: Value) -> None:
    assert canonical(_turned(value)) == canonical(value)


@law
@given(strategies.addresses())
def test_an_address_is_read_as_it_is_printed(address: Address) -> None:
    assert Address.parse(str(address)) == address


@law
@given(strategies.plans(), st.data())
def test_a_seal_finds_any_changed_byte(plan: Plan, data: st.DataObject) -> None:
    written = encode_plan(plan, KEY)
    with pytest.raises(StalePlan):
        decode_plan(_spoiled(written, data), KEY)


@law
@given(strategies.snapshots(), st.data())
def test_a_checksum_finds_any_changed_byte(snapshot: Snapshot, data: st.DataObject) -> None:
    written = encode_state(snapshot)
    with pytest.raises(DamagedState):
        decode_state(_spoiled(written, data))


@law
@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_value_or_a_refusal(data: bytes) -> None:
    with pytest.raises(DamagedState):
        decode_state(data)
    with pytest.raises(DamagedState):
        decode_state(data, sealed=False)
    with pytest.raises(StalePlan):
        decode_plan(data, None)
    with pytest.raises(StalePlan):
        plan_bindings(data)


def _spoiled(written: bytes, data: st.DataObject) -> bytes:
    position = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.integers(1, 255))
    return bytes(byte ^ other if index == position else byte for index, byte in enumerate(written))


def _turned(value: Value) -> Value:
    """Say the same in another order of keys."""
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [_turned(inner) for inner in value]
    return value


def _whole(spelled: object) -> bool:
    # Two lone surrogates side by side are one character to a reader of escapes: not our spelling.
    return not any(
        "\ud800" <= letter <= "\udfff" for letter in json.dumps(spelled, ensure_ascii=False)
    )
