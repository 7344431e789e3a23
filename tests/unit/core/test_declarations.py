"""What a stack says besides its resources, and what of it cannot be."""

from pathlib import Path

import pytest

from descope_state.core.claims import contradictions
from descope_state.core.declarations import Declarations, Move
from descope_state.model.address import Address
from descope_state.model.resource import Entry
from tests.unit.core.stacks import problem, problems, resolved

RESOURCES = "resources: {label: {a: {name: a}, many: {for_each: [x], name: m}}}\n"


def address(text: str) -> Address:
    return Address.parse(text)


def moves(*pairs: tuple[str, str]) -> Declarations:
    return Declarations(
        moved=tuple(Move(source=address(old), target=address(new)) for old, new in pairs)
    )


def entries(*names: str) -> dict[Address, Entry]:
    return {
        address(name): Entry(
            address=address(name),
            provider="fake",
            schema_version=1,
            id=f"id of {name}",
            identity=name,
            inputs={},
            outputs={},
        )
        for name in names
    }


# -- moves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "start", "end"),
    [
        ([("label.a", "label.b")], "label.a", "label.b"),
        ([("label.a", "label.b")], "label.c", "label.c"),
        ([("label.b", "label.c"), ("label.a", "label.b")], "label.a", "label.c"),
        ([("label.a", "label.b"), ("label.b", "label.c")], "label.a", "label.c"),
        ([("label.a", "label.b")], 'label.a["x"]', 'label.b["x"]'),
        ([('label.a["x"]', 'label.a["y"]')], 'label.a["x"]', 'label.a["y"]'),
        ([("label.a", 'label.b["x"]')], "label.a", 'label.b["x"]'),
    ],
)
def test_an_address_is_followed_through_all_its_moves(
    pairs: list[tuple[str, str]], start: str, end: str
) -> None:
    assert moves(*pairs).destination(address(start)) == address(end)


def test_moves_in_a_circle_come_to_an_end() -> None:
    whole = moves(("label.a", "label.b"), ("label.b", "label.a"))
    assert whole.destination(address("label.a")) in (address("label.a"), address("label.b"))


def test_a_move_onto_an_address_that_the_state_holds_is_refused_with_both_ways_out() -> None:
    found = list(contradictions(moves(("label.a", "label.b")), entries("label.a", "label.b")))
    assert len(found) == 1
    assert found[0].message == (
        "`label.a` cannot become `label.b`: the state holds another object there"
    )
    assert "removed: [{from: label.a, destroy: false}]" in found[0].hint


def test_a_move_of_what_the_state_does_not_hold_any_more_is_quietly_done() -> None:
    assert list(contradictions(moves(("label.a", "label.b")), entries("label.b"))) == []


# -- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("moved: [{from: label.old, to: label.b}]", "`label.b` is not in the stack"),
        ("moved: [{from: group.old, to: label.a}]", "that is another kind"),
        ("moved: [{from: label.a, to: label.many}]", "`label.a` is still in the stack"),
        ("moved: [{from: old, to: label.a}]", "`old` is not an address"),
        ("moved: [{from: label.old}]", "`to` is missing"),
        ("moved: [{from: label.old, to: label.a, too: x}]", "unknown field `too`"),
        ("removed: [{from: label.a}]", "`label.a` is still in the stack"),
        ("removed: [{from: label.old, destroy: maybe}]", "`destroy` must be true or false"),
        ("imports: [{to: label.b, id: L1}]", "`label.b` is not in the stack"),
        ("imports: [{to: label.a, id: 5}]", "`id` must be text"),
        ('imports: [{to: label.a, id: ""}]', "`id` must be text"),
        ('imports: [{to: label.a, id: "${label.a.id}"}]', "known"),
        ("outputs: {o: {description: d}}", "needs a `value`"),
        ("outputs: {o: {value: 1, sensitive: 1}}", "`sensitive` must be true or false"),
        ("outputs: {o: {value: 1, description: 5}}", "`description` must be text"),
        ('outputs: {o: {value: "${label.b.id}"}}', "`label.b`"),
        ("checks: [{name: n, assert: true}]", "an entry of `checks` needs `message`"),
        ("checks: [{name: 5, assert: true, message: m}]", "`name` must be text"),
    ],
)
def test_what_a_declaration_cannot_say_is_told_at_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    found = problem(tmp_path, f"{RESOURCES}{text}\n")
    assert found.startswith("a.yaml:2:")
    assert said in found


def test_all_declarations_are_judged_at_once(tmp_path: Path) -> None:
    text = (
        "moved: [{from: label.old, to: label.b}]\n"
        "removed: [{from: label.a}]\n"
        "imports: [{to: label.c, id: L1}]\n"
        "outputs: {o: {}}\n"
        "checks: [{}]\n"
    )
    lines = {one.split(":")[1] for one in problems(tmp_path, RESOURCES + text)}
    assert lines == {"2", "3", "4", "5", "6"}


def test_what_a_declaration_says_is_kept(tmp_path: Path) -> None:
    text = (
        "moved: [{from: label.old, to: label.a}]\n"
        "removed: [{from: label.gone}, {from: label.kept, destroy: false}]\n"
        "imports: [{to: label.a, id: \"${'L' + '1'}\"}]\n"
        "outputs: {o: {value: 1, description: d, sensitive: true}}\n"
        "checks: [{name: n, assert: true, message: m}]\n"
    )
    found = resolved(tmp_path, RESOURCES + text).declarations
    assert [(str(one.source), str(one.target)) for one in found.moved] == [("label.old", "label.a")]
    assert [(str(one.address), one.destroy) for one in found.removed] == [
        ("label.gone", True),
        ("label.kept", False),
    ]
    assert [(str(one.address), one.id) for one in found.imports] == [("label.a", "L1")]
    assert [(one.name, one.sensitive, one.description) for one in found.outputs] == [
        ("o", True, "d")
    ]
    assert [(one.name, one.message) for one in found.checks] == [("n", "m")]
