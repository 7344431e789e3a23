"""A change is made again unless it is certain that the service does not keep it."""

from dataclasses import replace

import pytest

from descope_state.core.repeating import doubtful, never, unkept
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, FieldChange, Reason
from descope_state.model.resource import Entry
from tests.support.pipeline import CATALOG

ADDRESS = Address("label", "docs")
SCHEMA = CATALOG["label"].schema
ENTRY = Entry(
    address=ADDRESS,
    provider="fake",
    schema_version=1,
    id="label-1",
    identity="Docs",
    inputs={"name": "Docs", "description": "  long  "},
    outputs={"name": "Docs", "description": "long"},
)
CHANGE = Change(
    address=ADDRESS,
    provider="fake",
    action=Action.UPDATE,
    reason=Reason.DRIFTED,
    fields=(FieldChange(name="description", before="long", after="  long  "),),
    before={"name": "Docs", "description": "long"},
    after={"name": "Docs", "description": "  long  "},
    id="label-1",
)


def always(_change: Change, _entry: Entry) -> bool:
    return True


def test_what_was_asked_for_twice_and_not_kept_is_named_with_the_way_out() -> None:
    why = unkept(CHANGE, ENTRY, schema=SCHEMA, repeated=always)
    assert "does not keep `description`" in why
    assert "ignore_changes: [description]" in why


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        (CHANGE, None),
        (replace(CHANGE, reason=Reason.EDITED), ENTRY),
        (replace(CHANGE, action=Action.REPLACE), ENTRY),
        (CHANGE, replace(ENTRY, outputs={"description": "  long  "})),
        (CHANGE, replace(ENTRY, outputs={"name": "Docs"})),
    ],
    ids=["new", "said anew", "replaced", "changed by somebody", "not remembered"],
)
def test_whatever_may_have_another_reason_is_made_again(
    change: Change, entry: Entry | None
) -> None:
    assert unkept(change, entry, schema=SCHEMA, repeated=always) == ""


def test_the_first_time_is_no_repetition() -> None:
    assert unkept(CHANGE, ENTRY, schema=SCHEMA, repeated=never) == ""


def test_what_seems_to_be_changed_back_is_looked_at_from_the_second_time_on() -> None:
    assert not doubtful(CHANGE, ENTRY, repeated=never)
    assert doubtful(CHANGE, ENTRY, repeated=always)


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        (CHANGE, None),
        (replace(CHANGE, reason=Reason.EDITED), ENTRY),
        (replace(CHANGE, action=Action.REPLACE), ENTRY),
    ],
    ids=["new", "said anew", "replaced"],
)
def test_whatever_is_asked_for_the_first_time_is_not_looked_at(
    change: Change, entry: Entry | None
) -> None:
    assert not doubtful(change, entry, repeated=always)
