"""What was seen of a project, found again by id, by natural key, or by being the only one."""

from descope_state.core.observation import Observation, remembered
from descope_state.model.address import Address
from descope_state.model.resource import Entry, Live
from tests.support.pipeline import SCHEMAS


def live(kind: str, id_: str, identity: str) -> Live:
    return Live(kind=kind, id=id_, identity=identity, attributes={})


ONE, TWO, ONLY = live("label", "L1", "a"), live("label", "L2", "b"), live("settings", "S", "")
SEEN = Observation(
    live={"label": {"L1": ONE, "L2": TWO}, "settings": {"S": ONLY}},
    baseline={"label": frozenset({"a"})},
)


def test_an_object_is_found_by_its_id_and_by_its_natural_key() -> None:
    assert SEEN.object("label", "L2") is TWO
    assert SEEN.named("label", "a") is ONE


def test_what_was_not_seen_is_none() -> None:
    assert SEEN.object("label", "L3") is None
    assert SEEN.object("group", "L1") is None
    assert SEEN.named("label", "c") is None
    assert SEEN.named("group", "a") is None


def test_the_only_one_of_its_kind_is_found_without_a_name() -> None:
    assert SEEN.singleton(SCHEMAS["settings"], "") is ONLY
    assert Observation(live={}).singleton(SCHEMAS["settings"], "") is None


def test_what_every_project_holds_is_known_by_its_natural_key() -> None:
    assert SEEN.holds_by_default("label", "a")
    assert not SEEN.holds_by_default("label", "b")
    assert not SEEN.holds_by_default("group", "a")


def test_where_nobody_is_asked_the_state_is_believed() -> None:
    entry = Entry(
        address=Address("site", "one"),
        provider="fake",
        schema_version=1,
        id="S1",
        identity="n",
        inputs={"name": "n"},
        outputs={"id": "S1", "name": "n", "url": "u"},
    )
    (one,) = remembered({entry.address: entry}, {"site": frozenset({"id", "url"})})
    assert (one.kind, one.id, one.identity) == ("site", "S1", "n")
    assert one.attributes == {"name": "n"}
    assert one.computed == {"id": "S1", "url": "u"}
