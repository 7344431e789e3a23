"""Single objects made, changed and deleted by a command: each a plan, and none a surprise later."""

import fcntl
import io
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal
from tests.support.emulated import INVITE, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.does("apply", "-auto-approve")
    return made


def tenants(shop: Shop, env: str = "test") -> dict[object, dict[str, object]]:
    return {row["name"]: row for row in shop.rows("tenant", "list", "--env", env)}


def planned(shop: Shop) -> int:
    return shop.says("plan", "-detailed-exitcode").status


def last_run(shop: Shop) -> dict[str, object]:
    found: dict[str, object] = json.loads(shop.does("runs", "show", "--json").out)
    return found


def answering(
    shop: Shop, words: Sequence[str], *answers: str | Callable[[], str]
) -> tuple[int, str, str]:
    """Say a command line to somebody who answers."""
    out, err, pending = io.StringIO(), io.StringIO(), iter(answers)

    def ask(question: str) -> str:
        err.write(question)
        answer = next(pending, "")
        return answer() if callable(answer) else answer

    terminal = Terminal(
        surroundings=replace(real_surroundings(), environ=shop.environ, folder=shop.folder),
        out=out,
        err=err,
        width=100,
        colour=False,
        ask=ask,
    )
    status = run(list(words), terminal)
    assert next(pending, None) is None, "not every answer was asked for"
    return status, out.getvalue(), err.getvalue()


# -- create ---------------------------------------------------------------------------------------


def test_what_no_block_states_is_made_and_left_alone_by_the_next_apply(shop: Shop) -> None:
    words = ("--name", "Wild", "--set", "attributes.seats=3", "--set", "disabled=true")
    shop.does("tenant", "create", *words, "--yes")
    row = tenants(shop)["Wild"]
    assert (row["attributes"], row["disabled"], row["address"]) == ({"seats": 3}, True, None)
    assert last_run(shop)["command"] == "dstate tenant create"
    assert planned(shop) == 0
    shop.does("apply", "-auto-approve")
    assert "Wild" in tenants(shop)


def test_what_a_block_states_is_remembered(shop: Shop) -> None:
    shop.does("tenant", "delete", "acme", "--yes")
    came = shop.does("tenant", "create", "--name", "Acme", "--id", "acme", "--yes")
    assert "tenant.acme is stated in shop.yaml:5" in came.err
    assert tenants(shop)["Acme"]["address"] == "tenant.acme"


def test_a_second_one_of_the_name_is_refused(shop: Shop) -> None:
    came = shop.says("tenant", "create", "--name", "Acme", "--yes")
    assert came.status == 5
    assert "its id is `acme`" in came.err
    assert shop.says("tenant", "create", "--name", "Other", "--id", "acme", "--yes").status == 5


def test_what_it_would_be_in_a_stack_is_shown_and_is_one(shop: Shop) -> None:
    words = ("--name", "Wild", "--set", "self_provisioning_domains=w.example", "--dry-run")
    came = shop.does("tenant", "create", *words)
    text = came.err.partition("In a stack it would be:\n")[2].partition("test →")[0]
    (shop.folder / "more.yaml").write_text("\n".join(line[2:] for line in text.splitlines()))
    assert "Wild" not in tenants(shop)
    shop.does("apply", "-auto-approve")
    assert tenants(shop)["Wild"]["self_provisioning_domains"] == ["w.example"]


def test_it_is_added_to_the_stack_where_that_is_asked_for(shop: Shop) -> None:
    before = (shop.folder / "shop.yaml").read_text().splitlines()
    shop.does("tenant", "create", "--name", "Wild", "--write", "shop.yaml", "--yes")
    after = (shop.folder / "shop.yaml").read_text().splitlines()
    assert [line for line in after if line in before and line] == before
    assert "    wild: {name: Wild}" in after
    assert tenants(shop)["Wild"]["address"] == "tenant.wild"
    assert planned(shop) == 0


def test_a_stack_is_left_as_it_was_where_nobody_approves(shop: Shop) -> None:
    before = (shop.folder / "shop.yaml").read_text()
    words = ("tenant", "create", "--name", "Wild", "--write", "shop.yaml")
    assert answering(shop, words, "no\n")[0] == 5
    assert (shop.folder / "shop.yaml").read_text() == before
    words = ("tenant", "create", "--name", "Wild", "--write", "resources/new.yaml")
    assert answering(shop, words, "no\n")[0] == 5
    assert not (shop.folder / "resources/new.yaml").exists()


def test_what_somebody_edits_while_it_is_asked_is_kept(shop: Shop) -> None:
    file = shop.folder / "shop.yaml"

    def edit() -> str:
        file.write_text(file.read_text() + "# edited\n")
        return "no\n"

    words = ("tenant", "create", "--name", "Wild", "--write", "shop.yaml")
    assert answering(shop, words, edit)[0] == 5
    assert file.read_text().endswith("# edited\n")


@pytest.mark.parametrize("locked", [True, False])
def test_a_block_of_what_was_not_tried_does_not_stay(shop: Shop, *, locked: bool) -> None:
    before = (shop.folder / "shop.yaml").read_text()
    words = ("tenant", "create", "--name", "Wild", "--write", "shop.yaml", "--yes")
    with ExitStack() as held:
        if locked:
            lock = held.enter_context((shop.folder / "state/test/lock").open("r+"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        came = shop.says(*words)
    assert came.status == (6 if locked else 0), came.err
    assert ((shop.folder / "shop.yaml").read_text() == before) is locked


@pytest.mark.parametrize("file", ["dstate.yaml", "../x.yaml", "vars/test.yaml", "x.yml", "/x.yaml"])
def test_a_place_that_is_no_file_of_resources_is_refused(shop: Shop, file: str) -> None:
    came = shop.says("tenant", "create", "--name", "Wild", "--write", file, "--yes")
    assert came.status == 64
    assert "Wild" not in tenants(shop)


def test_what_is_missing_is_asked_for_and_checked_at_once(shop: Shop) -> None:
    answers = ("\n", "Wild\n", "w.example\n", "\n", "yes\n")
    status, _, err = answering(shop, ("tenant", "create"), *answers)
    assert status == 0, err
    assert err.count("name: ") >= 2, "an empty name is asked for again"
    assert "name: Wild" in err
    assert tenants(shop)["Wild"]["self_provisioning_domains"] == ["w.example"]


def test_where_nobody_answers_what_is_missing_is_told(shop: Shop) -> None:
    came = shop.says("tenant", "create", "--yes")
    assert came.status == 64
    assert "a tenant needs `name`" in came.err
    assert answering(shop, ("tenant", "create"))[0] == 5


# -- update ---------------------------------------------------------------------------------------


def test_what_is_not_named_stays_as_it_is(shop: Shop) -> None:
    body = {"id": "w", "name": "Wild", "customAttributes": {"a": 1}, "disabled": True}
    shop.console("/v1/mgmt/tenant/create", body)
    shop.does("tenant", "update", "Wild", "--set", "attributes.b=2", "--yes")
    row = tenants(shop)["Wild"]
    assert (row["attributes"], row["disabled"]) == ({"a": 1, "b": 2}, True)
    assert planned(shop) == 0


def test_an_update_of_what_the_stack_states_says_that_it_will_be_put_back(shop: Shop) -> None:
    words = ("--set", "self_provisioning_domains=other.example", "--yes")
    came = shop.does("tenant", "update", "tenant.acme", *words)
    assert "shop.yaml:5: the next apply sets back what differs" in came.err
    assert planned(shop) == 2


def test_nothing_to_set_is_told(shop: Shop) -> None:
    assert shop.says("tenant", "update", "acme", "--yes").status == 64
    assert shop.says("tenant", "update", "--set", "disabled=true").status == 64
    assert shop.says("tenant", "update", "acme", "--tenant-id", "acme", "--name", "x").status == 64
    assert shop.says("tenant", "update", "acme", "--set", "name", "--yes").status == 64
    done = shop.does("tenant", "update", "acme", "--name", "Acme", "--yes")
    assert "No changes" in done.out


# -- delete ---------------------------------------------------------------------------------------


def crowd(shop: Shop) -> None:
    """Make a tenant with all that may hang on one."""
    for id_, parent in (("big", ""), ("sub", "big"), ("subsub", "sub"), ("far", "")):
        shop.console("/v1/mgmt/tenant/create", {"id": id_, "name": id_.title(), "parent": parent})
    shop.console("/v1/mgmt/role/create", {"name": "Local", "tenantId": "big"})
    for name, tied in (("One", ["big"]), ("Two", ["big", "sub"]), ("Three", ["big", "far"])):
        keys = [{"tenantId": tenant} for tenant in tied]
        shop.console("/v1/mgmt/accesskey/create", {"name": name, "keyTenants": keys})


def test_what_goes_with_a_tenant_is_shown_and_holds_it_back(shop: Shop) -> None:
    crowd(shop)
    came = shop.says("tenant", "delete", "--tenant-id", "big", "--yes")
    assert came.status == 5
    assert "role `big/Local`" in came.out
    assert "access_key `Three`" in came.out
    assert "--cascade" in came.err
    assert "Big" in tenants(shop)


def test_with_cascade_all_of_it_goes_in_an_order_that_the_service_takes(shop: Shop) -> None:
    crowd(shop)
    lifted = ("--override", "max_deletes=9")
    shop.does("tenant", "delete", "big", "--cascade", "--yes", *lifted)
    assert set(tenants(shop)) == {"Acme", "Far"}
    roles = shop.does("emulator", "call", "GET", "/v1/mgmt/role/all").out
    assert '"Local"' not in roles
    keys = json.loads(shop.does("emulator", "call", "POST", "/v1/mgmt/accesskey/search", "{}").out)
    assert [
        (row["name"], [one["tenantId"] for one in row["keyTenants"]]) for row in keys["keys"]
    ] == [("Three", ["far"])]
    assert planned(shop) == 0
    record = last_run(shop)
    assert record["command"] == "dstate tenant delete"
    # What it overwrote is kept with the run.
    assert '"subsub"' in json.dumps(record)


def test_users_hold_a_tenant_back_and_go_with_it_on_demand(shop: Shop) -> None:
    for number in range(3):
        body = {"loginId": f"u{number}", "userTenants": [{"tenantId": "acme"}]}
        shop.console("/v1/mgmt/user/create", body)
    came = shop.says("tenant", "delete", "acme", "--yes")
    assert came.status == 5
    assert "3 users of it: what is deleted of these cannot be put back" in came.out
    assert "held by 3 of its users" in came.err
    shop.does("tenant", "delete", "acme", "--yes", "--cascade")
    assert tenants(shop) == {}
    users = shop.does("emulator", "call", "POST", "/v2/mgmt/user/search", "{}").out
    assert json.loads(users)["total"] == 0


def test_a_role_that_the_state_holds_goes_with_its_tenant(shop: Shop) -> None:
    text = (shop.folder / "shop.yaml").read_text()
    more = '    local: {name: Local, tenant: "${tenant.acme.id}"}\n'
    settings = '  tenant_settings:\n    acme: {tenant: "${tenant.acme.id}", session_token: 5}\n'
    (shop.folder / "shop.yaml").write_text(
        text.replace("  tenant:\n", more + "  tenant:\n") + settings
    )
    shop.does("apply", "-auto-approve")
    came = shop.does("tenant", "delete", "acme", "--yes")
    assert "The next apply will bring it back: remove it from shop.yaml:6" in came.out
    assert "role.local (shop.yaml:4) of the stack refers to it" in came.out
    assert "tenant" not in shop.does("state", "list").out
    assert planned(shop) == 2
    shop.does("apply", "-auto-approve")
    assert "Acme" in tenants(shop)


def test_a_deletion_is_asked_about_and_only_shown_where_that_is_wanted(shop: Shop) -> None:
    assert answering(shop, ("tenant", "delete", "acme"), "no\n")[0] == 5
    shop.does("tenant", "delete", "acme", "--dry-run")
    assert "Acme" in tenants(shop)
    assert shop.says("tenant", "delete", "acme").status == 5, "nobody there to ask"
    assert shop.says("tenant", "delete", "nobody", "--yes").status == 64


def test_guards_and_protection_stay(shop: Shop) -> None:
    for number in range(6):
        shop.console("/v1/mgmt/tenant/create", {"id": f"t{number}", "name": f"T {number}"})
    (shop.folder / "few.yaml.txt").write_text("resources: {tenant: {acme: {name: Acme}}}")
    sync = ("tenant", "sync", "--config", "few.yaml.txt", "--apply", "--yes", "--prune")
    assert shop.says(*sync).status == 5
    shop.does(*sync, "--override", "max_deletes=6", "--override", "max_delete_percent=100")
    assert set(tenants(shop)) == {"Acme"}
    create = ("tenant", "create", "--name", "Wild", "--yes", "--env", "prod")
    assert shop.says(*create).status == 5
    shop.does(*create, "--confirm", "prod")
    assert "Wild" in tenants(shop, "prod")


# -- sync -----------------------------------------------------------------------------------------

FILE = """\
resources:
  role: {other: {name: Other}}
  tenant:
    acme:
      name: Acme
      id: acme
      self_provisioning_domains: [acme.example]
      default_roles: ["${role.analyst.name}"]
      attributes: {seats: 5}
      lifecycle: {ignore_changes: [attributes.crm]}
    many:
      for_each: [a, b]
      name: Many ${each.key}
"""


def test_a_file_is_what_tenants_become_and_others_stay(shop: Shop) -> None:
    (shop.folder / "files/t.yaml").write_text(FILE)
    shop.console("/v1/mgmt/tenant/create", {"id": "w", "name": "Wild"})
    shop.console(
        "/v1/mgmt/tenant/patch", {"id": "acme", "customAttributes": {"crm": "x"}}, method="PATCH"
    )
    words = ("tenant", "sync", "--config", "files/t.yaml")
    came = shop.does(*words, "--dry-run")
    assert "2 to add, 1 to change, 0 to destroy" in came.out
    assert "1 resources of other kinds" in came.err or "1 resource of another kind" in came.err
    assert set(tenants(shop)) == {"Acme", "Wild"}
    shop.does(*words, "--apply", "--yes")
    found = tenants(shop)
    assert set(found) == {"Acme", "Wild", "Many a", "Many b"}
    assert found["Acme"]["attributes"] == {"crm": "x", "seats": 5}
    again = shop.does(*words, "--apply", "--yes")
    assert "No changes" in again.out
    shop.does(*words, "--apply", "--yes", "--prune")
    assert set(tenants(shop)) == {"Acme", "Many a", "Many b"}
    assert planned(shop) == 0, "what the stack states of acme is as it was"


def test_a_file_that_cannot_be_is_told_with_its_line(shop: Shop) -> None:
    path = shop.folder / "files/t.yaml"
    words = ("tenant", "sync", "--config", "files/t.yaml", "--apply", "--yes")
    for text, said in (
        ("resources: {role: {a: {name: A}}}", "holds no tenant"),
        ("resources:\n  tenant:\n    a: {nmae: A}", "files/t.yaml:3"),
        ('resources:\n  tenant:\n    a: {name: "${role.analyst.id}"}', "not known before an apply"),
        ("resources: [", "files/t.yaml"),
    ):
        path.write_text(text)
        came = shop.says(*words)
        assert came.status in (1, 64)
        assert said in came.err
    assert shop.says("tenant", "sync", "--config", "files/t.yaml").status == 64
    assert shop.says(*words, "--dry-run").status == 64


# -- flows ----------------------------------------------------------------------------------------


def test_a_template_is_deployed_to_several_environments(shop: Shop) -> None:
    changed = json.dumps(INVITE).replace("Hello", "Welcome")
    (shop.folder / "invite.json").write_text(changed)
    shop.does("flow", "import", "invite.json", "--env", "test,dev", "--yes")
    for env in ("test", "dev"):
        assert shop.does("flow", "export", "invite", "--env", env).out.count("Welcome") == 1
    # A block states it, so that it is remembered where it was made.
    assert shop.does("state", "list", "--env", "dev").out == "flow.invite\n"
    again = shop.does("flow", "import", "invite.json", "--yes")
    assert "No changes" in again.out
    shop.does("flow", "import", "invite.json", "--flow-id", "copy", "--yes")
    assert (
        json.loads(shop.does("flow", "export", "copy").out)["screens"]
        == json.loads(changed)["screens"]
    )


def test_no_environment_is_written_to_where_one_is_not_known(shop: Shop) -> None:
    came = shop.says("flow", "import", "files/invite.json", "--env", "dev,nowhere", "--yes")
    assert came.status == 64
    assert "invite" not in shop.does("flow", "list", "--env", "dev").out


def test_a_flow_says_what_refers_to_it_when_it_is_deleted(shop: Shop) -> None:
    page = "https://example.descope.com/login?flow=invite"
    shop.console("/v1/mgmt/thirdparty/app/create", {"name": "App", "loginPageUrl": page})
    came = shop.does("flow", "delete", "--flow-id", "invite", "--yes")
    assert "inbound_application `App`" in came.out
    assert "will miss it" in came.out
    assert "The next apply will bring it back: remove it from shop.yaml:11" in came.out
    assert "invite" not in shop.does("flow", "list").out
    shop.does("apply", "-auto-approve")
    assert "flow.invite" in shop.does("flow", "list").out


def test_all_flows_are_all_but_those_of_a_new_project(shop: Shop) -> None:
    shop.does("flow", "import", "files/invite.json", "--flow-id", "copy", "--yes")
    shop.does("flow", "delete", "--all", "--yes")
    left = {row["id"] for row in shop.rows("flow", "list")}
    assert "sign-in" in left
    assert not left & {"invite", "copy"}
    assert "There is no flow to delete." in shop.does("flow", "delete", "--all", "--yes").out
    assert shop.says("flow", "delete", "--all", "invite", "--yes").status == 64
    came = shop.says("flow", "delete", "sign-in", "--yes")
    assert came.status == 5
    assert "every project holds it from the start" in came.out
