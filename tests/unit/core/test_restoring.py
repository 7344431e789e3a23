"""Objects as they were, held against a project as it is: what is wanted, and what is lost."""

from dataclasses import replace

from descope_state.core.observation import Observation
from descope_state.core.portable import no_documents
from descope_state.core.restoring import Restored, Today, Was, restored
from descope_state.core.wanted import Places, Wanted
from descope_state.model.address import Address
from descope_state.model.resource import Desired, Entry, Live
from descope_state.model.value import Ref, Secret, Unknown, Value
from descope_state.sdk.catalog import described
from tests.support.provider import KINDS

CATALOG = {kind.name: described(kind, provider="fake") for kind in KINDS}
SITE, PAGE = Address("site", "main"), Address("child", "page")
OLD_SITE = Live(kind="site", id="s-1", identity="main", attributes={"name": "main", "region": "eu"})
OLD_PAGE = Live(
    kind="child", id="c-1", identity="s-1/page", attributes={"name": "page", "site": "s-1"}
)
NEW = "the service gives new ids, of which nothing outside the stack knows"
KEPT = (Was(live=OLD_SITE, address=SITE), Was(live=OLD_PAGE, address=PAGE))


def entry(address: Address, live: Live) -> Entry:
    return Entry(
        address=address, provider="fake", schema_version=1, id=live.id, identity=live.identity,
        inputs={}, outputs={},
    )  # fmt: skip


def today(*live: Live, entries: tuple[Entry, ...] = (), desired: tuple[Desired, ...] = ()) -> Today:
    known = {one.address: one for one in entries}
    objects: dict[str, dict[str, Live]] = {}
    for one in live:
        objects.setdefault(one.kind, {})[one.id] = one
    return Today(
        observation=Observation(live=objects),
        entries=known,
        desired={one.address: one for one in desired},
        places=Places(desired, known, catalog=CATALOG),
        catalog=CATALOG,
        cites=no_documents,
    )


def stated(address: Address, **attributes: Value) -> Desired:
    return Desired(address=address, provider="fake", attributes=dict(attributes))


def back(now: Today, chosen: tuple[Was, ...] = KEPT) -> Restored:
    return restored(chosen, KEPT, today=now)


def test_what_is_gone_comes_back_where_the_stack_states_it_and_what_names_it_follows() -> None:
    now = today(desired=(stated(SITE, name="main"), stated(PAGE, name="page", site=Unknown("x"))))
    site, page = back(now).wanted
    assert (site.address, site.id, site.stated) == (SITE, "", True)
    assert page.address == PAGE
    assert page.depends_on == (SITE,)
    assert (page.attributes or {})["site"] == Unknown(
        "${site.main.id}", (Ref("site", "main", None, "id"),)
    )
    assert back(now).lost == (f"{NEW}: site.main (was s-1), child.page (was c-1)",)


def test_what_no_block_states_comes_back_under_a_name_of_its_own() -> None:
    site, _ = back(today()).wanted
    assert (site.address, site.stated) == (Address("site", "main"), False)


def test_what_was_replaced_is_found_by_its_address() -> None:
    new = replace(OLD_SITE, id="s-2", attributes={"name": "other", "region": "us"})
    now = today(new, entries=(entry(SITE, new),), desired=(stated(SITE, name="other"),))
    (site,) = back(now, KEPT[:1]).wanted
    assert (site.address, site.id) == (SITE, "s-2")
    assert (site.attributes or {})["region"] == "eu"


def test_what_was_made_again_by_somebody_is_found_by_its_name() -> None:
    new = replace(OLD_SITE, id="s-7", attributes={"name": "main", "region": "us"})
    (site,) = back(today(new), KEPT[:1]).wanted
    assert site.id == "s-7"


def test_a_stranger_that_is_as_it_was_is_left_alone() -> None:
    assert back(today(OLD_SITE), KEPT[:1]).wanted == ()


def test_what_is_named_and_not_chosen_keeps_its_id() -> None:
    (page,) = back(today(OLD_SITE), KEPT[1:]).wanted
    assert (page.attributes or {})["site"] == "s-1"
    assert page.depends_on == ()


def test_a_secret_comes_from_the_stack_or_is_told_to_be_lost() -> None:
    place = Address("credential", "robot")
    was = Was(
        live=Live(kind="credential", id="x-1", identity="robot", attributes={"name": "robot"}),
        address=place,
    )
    secret = Secret("env:ROBOT")
    known = restored([was], [was], today=today(desired=(stated(place, password=secret),)))
    assert (known.wanted[0].attributes or {})["password"] == secret
    unknown = restored([was], [was], today=today())
    assert unknown.lost[0] == "credential.robot: `password` is in no backup, and no block states it"


def test_what_goes_is_told_what_it_needs_of_what_goes_as_well() -> None:
    gone = [
        Wanted(address=SITE, attributes=None, id="s-1"),
        Wanted(address=PAGE, attributes=None, id="c-1"),
    ]
    site, page = restored((), (), today=today(OLD_SITE, OLD_PAGE), gone=gone).wanted
    assert (site.depends_on, page.depends_on) == ((), (SITE,))
    (alone,) = restored((), (), today=today(OLD_SITE, OLD_PAGE), gone=gone[1:]).wanted
    assert alone.depends_on == ()


def test_what_was_managed_and_no_block_states_is_told_before_it_comes_back_unmanaged() -> None:
    told = "no block of the stack states site.main, child.page: what comes back is unmanaged"
    assert any(one.startswith(told) for one in back(today()).lost)
    half = back(today(desired=(stated(SITE, name="main"),))).lost
    assert any(one.startswith("no block of the stack states child.page:") for one in half)
    whole = today(desired=(stated(SITE, name="main"), stated(PAGE, name="page", site=Unknown("x"))))
    assert not any("unmanaged" in one for one in back(whole).lost)
