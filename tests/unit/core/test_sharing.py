"""Texts that only one object of a kind may hold."""

from descope_state.app.registry import catalog_of
from descope_state.core.observation import Observation
from descope_state.core.sharing import Sharing
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Reason
from descope_state.model.resource import Live
from descope_state.model.value import Unknown, Value
from dstate_descope import Descope

CATALOG = catalog_of({"descope": Descope()})
FIELD = "self_provisioning_domains"
NOTHING = Observation(live={})


def tenant(
    name: str,
    *domains: Value,
    action: Action = Action.CREATE,
    had: tuple[str, ...] = (),
    reason: Reason = Reason.NONE,
) -> Change:
    gone = action in (Action.DELETE, Action.FORGET)
    return Change(
        address=Address("tenant", name),
        provider="descope",
        action=action,
        reason=reason,
        id="" if action is Action.CREATE else f"id-{name}",
        before=None if action is Action.CREATE else {"name": name, FIELD: list(had)},
        after=None if gone else {"name": name, FIELD: list(domains)},
        stated=("name", FIELD),
    )


def why(*changes: Change, observation: Observation = NOTHING) -> list[str]:
    sharing = Sharing(changes, catalog=CATALOG, observation=observation)
    return [sharing.shared(change) for change in changes]


def test_who_has_the_same_is_named_on_both_sides() -> None:
    one, other = why(tenant("a", "x.example"), tenant("b", "y.example", "x.example"))
    assert one.startswith(f"`{FIELD}` holds `x.example`, and so does tenant.b")
    assert other.startswith(f"`{FIELD}` holds `x.example`, and so does tenant.a")


def test_what_differs_or_is_not_known_is_nobody_elses() -> None:
    assert why(tenant("a", "x.example"), tenant("b", Unknown("vars.x"))) == ["", ""]


def test_what_is_given_up_in_the_same_plan_waits_for_the_next() -> None:
    taking, giving = why(
        tenant("a", "x.example"), tenant("b", had=("x.example",), action=Action.UPDATE)
    )
    assert "which gives it up in this plan" in taking
    assert giving == ""


def test_what_vanished_holds_nothing_and_what_is_let_go_of_does() -> None:
    gone = tenant("b", had=("x.example",), action=Action.FORGET, reason=Reason.VANISHED)
    assert why(tenant("a", "x.example"), gone) == ["", ""]
    live = Live(kind="tenant", id="id-b", identity="B", attributes={FIELD: ["x.example"]})
    seen = Observation(live={"tenant": {"id-b": live}})
    (told, _) = why(tenant("a", "x.example"), gone, observation=seen)
    assert "and so does tenant `B` (id-b)" in told


def test_an_object_shares_nothing_with_itself() -> None:
    live = Live(kind="tenant", id="id-a", identity="A", attributes={FIELD: ["x.example"]})
    seen = Observation(live={"tenant": {"id-a": live}})
    kept = tenant("a", "x.example", "z.example", had=("x.example",), action=Action.UPDATE)
    anew = tenant("a", "x.example", had=("x.example",), action=Action.REPLACE)
    assert why(kept, observation=seen) == [""]
    assert why(anew, observation=seen) == [""]
