"""Two environments side by side: what differs, what is meant to, and who has what."""

from collections.abc import Sequence

from descope_state.core.comparing import Side, Standing, compared, matrix, side
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas
from descope_state.model.address import Address
from descope_state.model.resource import Desired, Entry, Live
from descope_state.model.value import Unknown, Value
from tests.support.pipeline import CATALOG


def live(kind: str, id_: str, identity: str, **attributes: Value) -> Live:
    return Live(kind=kind, id=id_, identity=identity, attributes=attributes)


def label(id_: str, name: str, description: str = "") -> Live:
    return live("label", id_, name, name=name, description=description)


def wanted(address: str, **attributes: Value) -> Desired:
    return Desired(address=Address.parse(address), provider="fake", attributes=attributes)


def entry(address: str, id_: str) -> Entry:
    return Entry(
        address=Address.parse(address),
        provider="fake",
        schema_version=1,
        id=id_,
        identity="",
        inputs={},
        outputs={},
    )


def one(
    name: str,
    *objects: Live,
    desired: Sequence[Desired] = (),
    entries: Sequence[Entry] = (),
    closed: str = "",
    partly: str = "",
) -> Side:
    found: dict[str, dict[str, Live]] = {}
    for each in objects:
        found.setdefault(each.kind, {})[each.id] = each
    observation = Observation(live=found, closed={"label": closed} if closed else {})
    return side(
        name,
        Atlas(observation, CATALOG),
        desired=desired,
        entries={each.address: each for each in entries},
        catalog=CATALOG,
        partly=frozenset({partly}) if partly else frozenset(),
    )


def test_ids_are_no_difference_and_fields_are() -> None:
    dev = one("dev", label("1", "Docs", "a"), label("2", "Same"))
    prod = one("prod", label("7", "Docs", "b"), label("9", "Same"), label("3", "New"))
    found = compared(dev, prod, catalog=CATALOG)
    docs, new = found.twins
    assert (docs.key, docs.standing) == (("label", "Docs"), Standing.BOTH)
    assert [(field.name, field.before, field.after) for field in docs.fields] == [
        ("description", "a", "b")
    ]
    assert (new.key, new.standing, new.known) == (("label", "New"), Standing.SECOND, False)
    assert found.alike == 1


def test_what_the_stack_states_differently_is_left_out_and_counted() -> None:
    here = [wanted("label.docs", name="Docs", description="a"), wanted("label.only", name="Only")]
    there = [wanted("label.docs", name="Docs", description="b")]
    dev = one("dev", label("1", "Docs", "a"), label("2", "Only"), desired=here)
    prod = one("prod", label("7", "Docs", "b"), desired=there)
    found = compared(dev, prod, catalog=CATALOG)
    assert found.twins == ()
    assert (found.fields_left_out, found.objects_left_out, found.alike) == (1, 1, 1)
    whole = compared(dev, prod, catalog=CATALOG, everything=True)
    assert [twin.key for twin in whole.twins] == [("label", "Docs"), ("label", "Only")]
    assert (whole.fields_left_out, whole.objects_left_out) == (0, 0)


def test_what_the_stack_states_alike_and_somebody_changed_is_a_difference() -> None:
    same = [wanted("label.docs", name="Docs", description=Unknown("${site.a.id}"))]
    dev = one("dev", label("1", "Docs", "a"), desired=same)
    prod = one("prod", label("7", "Docs", "by hand"), desired=same)
    (twin,) = compared(dev, prod, catalog=CATALOG).twins
    assert (twin.address, twin.known) == (Address("label", "docs"), True)


def test_what_has_another_name_there_is_matched_by_its_address() -> None:
    dev = one("dev", label("1", "Dev docs"), entries=[entry("label.docs", "1")])
    prod = one("prod", label("7", "Prod docs"), entries=[entry("label.docs", "7")])
    (twin,) = compared(dev, prod, catalog=CATALOG).twins
    assert [field.name for field in twin.fields] == ["name"]
    unknown = one("prod", label("7", "Prod docs"))
    assert len(compared(dev, unknown, catalog=CATALOG).twins) == 2


def test_what_nobody_could_look_at_is_not_said_to_be_absent() -> None:
    dev = one("dev", label("1", "Docs"))
    prod = one("prod", closed="needs a paid plan")
    found = compared(dev, prod, catalog=CATALOG)
    assert found.twins == ()
    assert found.closed == {"label": "needs a paid plan"}


def test_what_was_not_read_is_neither_absent_nor_another() -> None:
    dev, prod = one("dev", label("1", "Docs")), one("prod", partly="label")
    assert compared(dev, prod, catalog=CATALOG).twins == ()
    (row,) = matrix([dev, prod], catalog=CATALOG)
    assert (row.versions, row.unseen) == ({"dev": 1}, frozenset({"prod"}))
    assert row.alike(2)


def test_a_matrix_numbers_the_versions_of_each_object() -> None:
    sides = [
        one("a", label("1", "Docs", "x"), label("2", "Same")),
        one("b", label("1", "Docs", "y"), label("2", "Same")),
        one("c", label("3", "Docs", "x"), label("4", "Same"), label("5", "New")),
    ]
    docs, new, same = matrix(sides, catalog=CATALOG)
    assert docs.versions == {"a": 1, "b": 2, "c": 1}
    assert new.versions == {"c": 1}
    assert same.alike(3)
    assert not docs.alike(3)
    assert not new.alike(3)


def test_a_matrix_takes_what_is_meant_to_differ_for_alike() -> None:
    sides = [
        one(
            name,
            label("1", "Docs", name),
            desired=[wanted("label.docs", name="Docs", description=name)],
        )
        for name in ("a", "b", "c")
    ]
    (row,) = matrix(sides, catalog=CATALOG)
    assert row.alike(3)
    assert row.address == Address("label", "docs")
