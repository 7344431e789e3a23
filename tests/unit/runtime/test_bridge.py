"""From a provider's typed objects to plain values: nothing sensitive, computed fields apart."""

from typing import Any, cast

from pydantic import Field

from descope_state.model.resource import Live
from descope_state.runtime.bridge import lifting
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Config, Schema, fields_of
from tests.support.fake_kinds import KINDS
from tests.support.fake_models import Credential, RuleSet, Site
from tests.support.pipeline import SCHEMAS
from tests.support.provider import FakeWorld, OpenGate


def lifted(kind: str, id_: str, config: Config) -> Live:
    (found,) = (one for one in KINDS if one.name == kind)
    return lifting(found(FakeWorld(), OpenGate()), SCHEMAS[kind])(Remote(id=id_, config=config))


def test_what_the_service_makes_is_kept_apart_from_what_may_be_stated() -> None:
    live = lifted("site", "S1", Site(name="n", title="T", code="c", url="u", version=2))
    assert live.attributes == {"name": "n", "title": "T", "region": "eu", "code": "c"}
    assert live.computed == {"id": "S1", "url": "u", "version": 2}
    assert (live.kind, live.id, live.identity) == ("site", "S1", "n")


def test_a_secret_that_a_service_gives_away_goes_no_further() -> None:
    live = lifted("credential", "C1", Credential(name="n", password="canary-33"))
    assert "canary-33" not in repr(live)
    assert "password" not in live.attributes


def test_objects_inside_are_plain_values() -> None:
    rules = RuleSet.model_validate({"name": "n", "rules": [{"name": "a"}]})
    live = lifted("rule_set", "R1", rules)
    assert live.attributes["rules"] == [{"name": "a", "effect": "allow", "weight": 0}]


def test_two_objects_share_nothing() -> None:
    config = RuleSet.model_validate({"name": "n", "rules": [{"name": "a"}]})
    one, two = lifted("rule_set", "R1", config), lifted("rule_set", "R1", config)
    rules = one.attributes["rules"]
    assert isinstance(rules, list)
    rules.clear()
    assert two.attributes["rules"] != []


class Chosen(Config):
    """Something whose id may be chosen."""

    id: str = Field(description="Its id.")
    name: str = Field(description="Its name.")


class ChosenKind(KindDefaults):
    """A kind of such things."""

    name = "chosen"
    model = Chosen

    def identity(self, config: Chosen) -> str:
        return config.id


def test_an_id_that_may_be_chosen_is_a_field_like_any_other() -> None:
    schema = Schema(kind="chosen", provider="fake", fields=fields_of(Chosen))
    remote = Remote(id="C1", config=Chosen(id="C1", name="n"))
    live = lifting(cast("Any", ChosenKind()), schema)(remote)
    assert live.attributes == {"id": "C1", "name": "n"}
    assert live.computed == {}
