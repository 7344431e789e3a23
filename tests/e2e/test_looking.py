"""Looking at single objects: lists, one in full, documents taken out and compared."""

import json
import stat
from pathlib import Path

import pytest

from tests.support.emulated import INVITE, Shop
from tests.unit.report import harm


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.does("apply", "-auto-approve")
    return made


def test_a_list_says_who_manages_what(shop: Shop) -> None:
    shop.console("/v1/mgmt/tenant/create", {"id": "wild", "name": "Wild"})
    assert [(row["id"], row["address"]) for row in shop.rows("tenant", "list")] == [
        ("acme", "tenant.acme"),
        ("wild", None),
    ]
    text = shop.does("tenant", "list").out
    assert text.splitlines()[0].split() == [
        *("ID", "NAME", "SELF", "PROVISIONING", "DOMAINS", "DISABLED", "ADDRESS")
    ]
    assert "acme  Acme  acme.example" in text


def test_a_list_is_searched_sorted_and_turned_round(shop: Shop) -> None:
    for number in (10, 9, 2):
        shop.console("/v1/mgmt/tenant/create", {"id": f"t{number}", "name": f"Ten {number}"})
    found = shop.rows("tenant", "list", "--search", "TEN", "--sort", "name", "--reverse")
    assert [row["name"] for row in found] == ["Ten 9", "Ten 2", "Ten 10"]
    assert "3 of 4 tenants." in shop.does("tenant", "list", "--search", "ten").err
    assert shop.rows("tenant", "list", "--search", "acme.example")[0]["id"] == "acme"


def test_what_a_table_has_not_is_refused_before_anybody_is_asked(shop: Shop) -> None:
    (shop.folder / "state/test/emulator.json").unlink(missing_ok=True)
    came = shop.says("tenant", "list", "--columns", "nme")
    assert (came.status, came.out) == (64, "")
    assert "did you mean `name`?" in came.err
    assert shop.says("tenant", "list", "--json", "--csv").status == 64


@pytest.mark.parametrize("which", ["acme", "Acme", "tenant.acme"])
def test_one_is_shown_by_id_name_or_address(shop: Shop, which: str) -> None:
    (row,) = [json.loads(shop.does("tenant", "show", which, "--json").out)]
    assert (row["id"], row["default_roles"]) == ("acme", ["Analyst"])
    assert "managed by tenant.acme" in shop.does("tenant", "show", which).out


def test_an_id_is_one_objects_whoever_is_called_like_it(shop: Shop) -> None:
    shop.console("/v1/mgmt/tenant/create", {"id": "other", "name": "acme"})
    assert json.loads(shop.does("tenant", "show", "acme", "--json").out)["name"] == "Acme"
    came = shop.says("tenant", "show", "acne")
    assert came.status == 64
    assert "there is no tenant `acne` in `test`" in came.err
    assert "did you mean `acme`?" in came.err


def test_a_state_that_is_damaged_is_no_reason_not_to_look(shop: Shop) -> None:
    state = shop.folder / "state/test/state.json"
    state.write_bytes(state.read_bytes()[:100])
    came = shop.does("tenant", "list")
    assert "acme  Acme" in came.out
    assert "addresses are not known" in came.err


def test_a_flow_is_shown_with_its_parts_counted(shop: Shop) -> None:
    text = shop.does("flow", "show", "invite").out
    assert "metadata (1 key), contents (2 keys), screens (1 element)" in text
    assert json.loads(shop.does("flow", "show", "invite", "--json").out)["definition"] == INVITE


def test_what_is_exported_is_the_same_where_nothing_changed(shop: Shop) -> None:
    first = shop.does("flow", "export", "--all", "--out-dir", "out")
    files = {path.name: path.read_bytes() for path in (shop.folder / "out").iterdir()}
    assert json.loads(files["invite.json"]) == INVITE
    ids = sorted(name.removesuffix(".json") for name in files)
    assert first.out.splitlines() == [f"out/{id_}.json" for id_ in ids]
    again = shop.does("flow", "export", "--all", "--out-dir", "out")
    assert again.out == ""
    assert f"0 files written, {len(files)} as before." in again.err
    assert {path.name: path.read_bytes() for path in (shop.folder / "out").iterdir()} == files
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (shop.folder / "out").iterdir()}
    assert modes == {0o600}
    assert shop.does("flow", "export", "invite").out.encode() == files["invite.json"]
    several = json.loads(shop.does("flow", "export", "invite", "sign-in").out)
    assert list(several) == ["invite", "sign-in"]


def test_what_cannot_be_a_file_keeps_nothing_else_from_being_exported(shop: Shop) -> None:
    for id_ in ("../../away", "INVITE", "plain"):
        shop.console("/v2/mgmt/flow/import", {"flow": {**INVITE, "flowId": id_}})
    came = shop.says("flow", "export", "--all", "--out-dir", "out")
    assert came.status == 4
    names = {path.name for path in (shop.folder / "out").iterdir()}
    assert {"plain.json", "INVITE.json"} <= names
    assert "invite.json" not in names
    assert "Not written: flow `../../away`: the id cannot be the name of a file." in came.err
    assert "Not written: flow `invite`: the id differs from `INVITE` in case alone." in came.err
    assert shop.says("flow", "export", "../../away", "--out-dir", "none").status == 1
    assert json.loads(shop.does("flow", "export", "../../away").out)


def test_a_link_in_the_way_of_an_export_is_not_followed(shop: Shop) -> None:
    shop.does("flow", "export", "invite", "--out-dir", "out")
    precious = shop.folder / "precious"
    precious.write_text("precious")
    (shop.folder / "out/invite.json").unlink()
    (shop.folder / "out/invite.json").symlink_to(precious)
    came = shop.says("flow", "export", "invite", "--out-dir", "out")
    assert came.status == 1
    assert precious.read_text() == "precious"


def test_which_flows_is_to_be_said(shop: Shop) -> None:
    assert shop.says("flow", "export").status == 64
    assert shop.says("flow", "export", "invite", "--all").status == 64


def test_a_file_is_compared_with_what_is_live(shop: Shop) -> None:
    path = shop.folder / "files/invite.json"
    assert "say the same" in shop.does("flow", "diff", "files/invite.json").out
    path.write_text(path.read_text().replace("Hello", "Welcome"))
    came = shop.does("flow", "diff", "files/invite.json")
    assert '"Welcome" -> "Hello"' in came.out
    assert "1 difference." in came.out
    same = shop.says("flow", "diff", "files/invite.json", "-detailed-exitcode")
    assert same.status == 2


def test_environments_are_compared(shop: Shop) -> None:
    shop.does("apply", "-auto-approve", "--env", "dev")
    assert "say the same" in shop.does("flow", "diff", "invite", "dev:invite").out
    assert "dev:sign-in" in shop.does("flow", "diff", "invite", "dev:sign-in").out
    came = shop.says("flow", "diff", "invite")
    assert came.status == 64
    assert "prod:invite" in came.err
    assert shop.says("flow", "diff", "a", "b", "c").status == 64


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is not JSON"), ("[]", "is no flow"), ('{"x": NaN}', "is not JSON")]
)
def test_a_file_that_is_no_flow_is_told(shop: Shop, text: str, said: str) -> None:
    (shop.folder / "bad.json").write_text(text)
    came = shop.says("flow", "diff", "bad.json", "invite")
    assert came.status == 64
    assert said in came.err


def test_names_of_other_people_act_on_no_terminal(shop: Shop) -> None:
    for number, name in enumerate(harm.NAMES):
        body = {"id": f"h{number}", "name": name[:90].replace("\ud800", "")}
        shop.console("/v1/mgmt/tenant/create", body)
    for words in (["list"], ["list", "--csv"], ["list", "--json"], ["show", "h0"]):
        came = shop.does("tenant", *words)
        assert harm.HARMFUL.findall(came.out + came.err) == []
