"""Laws of one thing: what is edited, renamed, moved, added or touched outside, and nothing else."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from descope_state.model.address import Address
from descope_state.model.change import Action, DriftSort
from tests.support.laws import law
from tests.support.pipeline import settled
from tests.support.worlds import KEYS, Stack, Written, stacks


def quiet(stack: Stack) -> Stack:
    """Take the lifecycles away, which make one change follow from another."""
    return replace(
        stack,
        blocks=tuple(
            replace(block, body={key: block.body[key] for key in block.body if key != "lifecycle"})
            for block in stack.blocks
        ),
    )


EDITABLE = {
    "label": "description", "group": "description", "site": "title", "page": "body",
    "batchling": "note", "child": "size", "premium": "seats", "record": "count",
    "settings": "retries",
}  # fmt: skip


def written(block: Written, **fields: object) -> Written:
    return replace(block, body={**block.body, **fields})


def with_block(stack: Stack, block: Written) -> Stack:
    """Put a block in the place of the one that has its address."""
    blocks = tuple(block if one.title == block.title else one for one in stack.blocks)
    return replace(stack, blocks=blocks)


def wanted(stack: Stack, block: Written) -> bool:
    return block.wanted or (block.body["when"] is not False and stack.number > 2)


@law(80)
@given(stacks(), st.integers(0, 9))
def test_one_field_edited_is_one_change_of_that_field(stack: Stack, which: int) -> None:
    stack = quiet(stack)
    chosen = [one for one in stack.blocks if one.kind in EDITABLE and wanted(stack, one)]
    assume(chosen)
    block = chosen[which % len(chosen)]
    field = EDITABLE[block.kind]
    fresh: object = 77 if field in ("size", "seats", "count", "retries") else "edited"
    start = settled(stack)
    made = replace(start, stack=with_block(stack, written(block, **{field: fresh}))).plan()
    edited = {
        (change.address.block, change.action, tuple(one.name for one in change.fields))
        for change in made.effective
    }
    place = Address(block.kind, block.name)
    assert edited == ({(place, Action.UPDATE, (field,))} if block.keys != () else set())
    assert len(made.effective) == (1 if block.keys is None else len(block.keys))
    assert made.drift == ()


@law(80)
@given(stacks(), st.integers(0, 9))
def test_a_rename_reaches_exactly_the_fields_that_mention_it(stack: Stack, which: int) -> None:
    stack = quiet(stack)
    labels = [one for one in stack.blocks if one.kind == "label" and one.keys is None]
    labels = [one for one in labels if one.wanted]
    assume(labels)
    block = labels[which % len(labels)]
    start = settled(stack)
    made = replace(start, stack=with_block(stack, written(block, name="renamed"))).plan()
    found = {
        (change.address.block, field.name) for change in made.effective for field in change.fields
    }
    expected = {(Address("label", block.name), "name")} | {
        (Address(other.kind, other.name), field)
        for other in stack.blocks
        if wanted(stack, other) and other.keys != ()
        for field, body in other.body.items()
        if f"{block.title}.name" in json.dumps(body)
    }
    assert found == expected


@law(60)
@given(stacks(), st.integers(0, 9))
def test_a_move_is_a_move_and_nothing_else(stack: Stack, which: int) -> None:
    stack = quiet(stack)
    assume(stack.blocks)
    block = stack.blocks[which % len(stack.blocks)]
    start = settled(stack)
    title = f"{block.kind}.moved_{block.name}"
    body = [json.dumps(one.body).replace(block.title, title) for one in stack.blocks]
    blocks = tuple(
        replace(one, body=json.loads(text), name=f"moved_{one.name}" if one is block else one.name)
        for one, text in zip(stack.blocks, body, strict=True)
    )
    renamed = replace(stack, blocks=blocks, moved=((block.title, title),))
    moving = replace(start, stack=renamed)
    made = moving.plan()
    count = sum(place.block == Address(block.kind, block.name) for place in start.snapshot.entries)
    assert [change.action for change in made.effective] == [Action.MOVE] * count
    assert made.drift == ()
    end = moving.then(made)
    assert end.plan().effective == ()
    assert replace(end, stack=replace(renamed, moved=())).plan().effective == ()


@law(60)
@given(stacks(), st.integers(0, 9))
def test_what_the_stack_does_not_state_is_reported_and_left_alone(stack: Stack, which: int) -> None:
    stack = quiet(stack)
    start = settled(stack)
    free = [
        (place, entry)
        for place, entry in sorted(start.snapshot.entries.items())
        if EDITABLE.get(place.kind, "name") not in entry.inputs and place.kind in EDITABLE
    ]
    assume(free)
    place, entry = free[which % len(free)]
    field = EDITABLE[place.kind]
    fresh: Any = 88 if field in ("size", "seats", "count", "retries") else "from outside"
    start.world.change(place.kind, entry.id, **{field: fresh})
    made = start.plan()
    assert made.effective == ()
    (drift,) = made.drift
    assert (drift.address, drift.sort, drift.fields) == (place, DriftSort.CHANGED, ())
    assert [one.name for one in drift.unmanaged] == [field]


@law(60)
@given(stacks(), st.integers(0, 99))
def test_an_untouched_project_has_not_drifted(stack: Stack, seed: int) -> None:
    start = settled(stack)
    start.world.shuffled = seed
    for site in start.world.held("site").values():
        site["version"] += seed
    for document in start.world.held("document").values():
        document["content"]["etag"] = f"e{seed}"
    for kind, held in start.world.objects.items():
        start.world.objects[kind] = dict(reversed(held.items()))
    made = start.plan()
    assert made.drift == ()
    assert made.summary.empty
    assert made.unmanaged == {}


@law(80)
@given(stacks(), st.sampled_from(KEYS), st.integers(0, 9))
def test_one_key_more_or_less_is_one_instance_more_or_less(
    stack: Stack, key: str, which: int
) -> None:
    stack = quiet(stack)
    repeated = [one for one in stack.blocks if one.keys is not None and wanted(stack, one)]
    assume(repeated)
    block = repeated[which % len(repeated)]
    rest = json.dumps([one.body for one in stack.blocks])
    assume(json.dumps(f"{block.title}[{json.dumps(key)}]")[1:-1] not in rest)
    keys = set(block.keys or ()) ^ {key}
    start = settled(stack)
    made = replace(
        start, stack=with_block(stack, written(block, for_each=sorted(keys, reverse=True)))
    ).plan()
    action = Action.CREATE if key in keys else Action.DELETE
    changes = {change.address: change.action for change in made.effective}
    assert changes.pop(Address(block.kind, block.name, key)) is action
    users = {
        Address(one.kind, one.name)
        for one in stack.blocks
        if any(form in json.dumps(one.body) for form in (f"({block.title})", f"{block.title}.map("))
    }
    assert {address.block for address in changes} <= users
    assert set(changes.values()) <= {Action.UPDATE}
