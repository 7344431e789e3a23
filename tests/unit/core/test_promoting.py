"""What is wanted of another environment: addresses, ids, what is kept, and what is lacking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from descope_state.core.comparing import Side, side
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas, no_documents
from descope_state.core.promoting import Freight, Journey, Readable, chosen, loaded
from descope_state.core.wanted import Wanted
from descope_state.errors import UsageError
from descope_state.model.address import Address
from descope_state.model.resource import Desired, Live
from descope_state.model.value import Ref, Secret, Unknown, Value
from descope_state.sdk.citing import Citation
from tests.support.pipeline import CATALOG


def live(kind: str, id_: str, identity: str, **attributes: Value) -> Live:
    return Live(kind=kind, id=id_, identity=identity, attributes=attributes)


SITE = live("site", "site-9", "main", name="main", title="Hi", code="c1", region="eu")
CHILD = live("child", "child-1", "site-9/One", name="One", site="site-9", size=2)
ROBOT = live("credential", "c-1", "Robot", name="Robot")


def cites(kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
    del attributes
    return [Citation(kind="connector", field="name", value="Mailer")] if kind == "page" else []


def environment(
    name: str, *objects: Live, desired: Sequence[Desired] = (), baseline: str = ""
) -> Side:
    found: dict[str, dict[str, Live]] = {}
    for one in objects:
        found.setdefault(one.kind, {})[one.id] = one
    usual = {"site": frozenset({baseline})} if baseline else {}
    observation = Observation(live=found, baseline=usual)
    atlas = Atlas(observation, CATALOG, cites=cites if name == "dev" else no_documents)
    return side(name, atlas, desired=desired, entries={}, catalog=CATALOG)


def stated(address: str, **attributes: Value) -> Desired:
    return Desired(address=Address.parse(address), provider="fake", attributes=attributes)


def unset(source: str) -> str:
    message = f"`{source}` is not set"
    raise ValueError(message)


def freight(source: Side, target: Side, *named: Live, readable: Readable = unset) -> Freight:
    journey = Journey(source=source, target=target, catalog=CATALOG, readable=readable)
    return loaded(journey, named)


def wanted(found: Freight) -> dict[str, Wanted]:
    return {str(one.address): one for one in found.wanted}


def test_the_id_of_what_is_there_is_written_and_of_what_will_be_is_promised() -> None:
    dev = environment("dev", SITE, CHILD)
    there = environment("prod", live("site", "site-1", "main", name="main", title="Old"))
    child = wanted(freight(dev, there, CHILD))["child.main_one"]
    assert child.attributes == {"name": "One", "site": "site-1", "size": 2}
    found = freight(dev, environment("prod"), CHILD)
    promised = Unknown("${site.main.id}", (Ref("site", "main", None, "id"),))
    assert wanted(found)["child.main_one"].attributes == {
        "name": "One",
        "site": promised,
        "size": 2,
    }
    assert wanted(found)["child.main_one"].depends_on == (Address("site", "main"),)
    assert found.brought == (Address("site", "main"),)


def test_what_is_new_says_no_defaults_and_what_is_there_says_all() -> None:
    dev = environment("dev", SITE)
    new = wanted(freight(dev, environment("prod"), SITE))["site.main"]
    assert new.attributes == {"name": "main", "title": "Hi"}
    there = live("site", "site-1", "main", name="main")
    old = wanted(freight(dev, environment("prod", there), SITE))["site.main"]
    assert old.attributes == {"name": "main", "title": "Hi", "region": "eu"}
    assert old.id == "site-1"


def test_what_the_stack_states_for_the_other_environment_stays() -> None:
    here = [stated("site.home", name="main", title="Hi")]
    there = [stated("site.home", name="main", title="Hello")]
    dev = environment("dev", SITE, desired=here)
    found = freight(dev, environment("prod", desired=there), SITE)
    (site,) = found.wanted
    assert (site.address, site.stated) == (Address("site", "home"), True)
    assert site.attributes == {"name": "main", "title": "Hello"}
    assert found.kept == 1


def test_a_secret_is_taken_from_where_the_stack_says_or_told_to_be_missing() -> None:
    dev = environment("dev", ROBOT)
    there = environment(
        "prod", desired=[stated("credential.robot", name="Robot", password=Secret("env:R"))]
    )
    dev_stated = environment("dev", ROBOT, desired=[stated("credential.robot", name="Robot")])
    assert dev_stated.addresses == {("credential", "c-1"): Address("credential", "robot_2")}
    dev_stated = replace(
        dev_stated, addresses={("credential", "c-1"): Address("credential", "robot")}
    )
    given = wanted(freight(dev_stated, there, ROBOT, readable=str))["credential.robot"]
    assert given.attributes == {"name": "Robot", "password": Secret("env:R")}
    unread = freight(dev_stated, there, ROBOT)
    assert [one.message for one in unread.lacks] == [
        "credential.robot: its `password` is missing: `env:R` is not set"
    ]
    nowhere = freight(dev, environment("prod"), ROBOT)
    assert "cannot be read from `dev`" in nowhere.lacks[0].message
    assert wanted(nowhere)["credential.robot"].attributes == {"name": "Robot"}
    kept = freight(dev, environment("prod", ROBOT), ROBOT)
    assert kept.lacks == ()


def test_what_cannot_come_along_is_told() -> None:
    page = live("page", "p-1", "start", name="start")
    found = freight(environment("dev", page), environment("prod"), page)
    assert 'it names the connector "Mailer", which is not brought along' in found.lacks[0].message
    usual = environment("dev", SITE, CHILD, baseline="main")
    lacking = freight(usual, environment("prod"), CHILD)
    assert [str(one.address) for one in lacking.wanted] == ["child.main_one"]
    assert 'it names the site "main", which `prod` does not have' in lacking.lacks[0].message


def test_an_address_that_is_taken_there_by_something_else_is_not_taken_over() -> None:
    dev = environment("dev", live("label", "1", "Docs", name="Docs"))
    there = environment("prod", live("label", "8", "docs", name="docs"))
    (label,) = freight(dev, there, *dev.atlas.objects.values()).wanted
    assert label.address not in there.addresses.values()
    assert label.id == ""


def test_an_address_means_its_instances_and_an_unknown_one_is_refused() -> None:
    desired = [stated(f'label.some["{key}"]', name=f"L{key}", description="") for key in ("a", "b")]
    dev = environment(
        "dev", *(live("label", key, f"L{key}", name=f"L{key}") for key in "ab"), desired=desired
    )
    assert len(chosen(dev, [Address("label", "some")])) == 2
    assert len(chosen(dev, [Address("label", "some", "b")])) == 1
    with pytest.raises(UsageError, match=r"`dev` holds no `label\.sone`"):
        chosen(dev, [Address("label", "sone")])
