"""Looking twice costs one look; what is written is seen at once; nobody sees what is another's."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal
from descope_state.sdk.provider import Provider
from tests.support.emulated import Shop
from tests.support.served import KEY, PROJECT, Wired, wired

STACK = "resources:\n  tenant:\n    acme: {name: Acme, id: acme}\n"
LOOKS = (
    ("tenant", "list"),
    ("flow", "list"),
    ("tenant", "show", "acme"),
    ("flow", "show", "sign-in"),
)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path) as service:
        service.environ["DSTATE_CACHE_DIR"] = str(tmp_path / "cache")
        service.write(STACK)
        service.world.tenants["wild"] = _tenant("wild")
        yield service


def _tenant(name: str) -> dict[str, object]:
    lists: dict[str, object] = {"selfProvisioningDomains": [], "defaultRoles": []}
    return {"id": name, "name": name.title(), "parent": "", "customAttributes": {}, **lists}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def calls(there: Wired, *words: str) -> int:
    before = there.service.calls
    came = there.said(*words)
    assert came.status == 0, came.err
    return there.service.calls - before


def names(there: Wired, *words: str) -> list[str]:
    came = there.said("tenant", "list", "--json", *words)
    assert came.status == 0, came.err
    return [row["name"] for row in json.loads(came.out)]


def shop_names(shop: Shop) -> list[object]:
    return [row["name"] for row in shop.rows("tenant", "list")]


def test_looking_again_makes_no_call(there: Wired) -> None:
    there.world.tenants["acme"] = _tenant("acme")
    first = sum(calls(there, *words) for words in LOOKS)
    again = sum(calls(there, *words) for words in LOOKS * 3)
    assert first == 3  # Both lists, and one flow whole.
    assert again == 0
    assert "--no-cache reads it again" in there.said("tenant", "list").err


def test_the_same_is_told_again(there: Wired) -> None:
    first = [there.said(*words).out for words in LOOKS[:2]]
    assert [there.said(*words).out for words in LOOKS[:2]] == first


def test_the_cache_is_passed_by_on_request(there: Wired) -> None:
    assert names(there) == ["Wild"]
    there.world.tenants["new"] = _tenant("new")
    assert names(there) == ["Wild"]
    assert names(there, "--no-cache") == ["New", "Wild"]
    # Nobody is told afterwards what was so before.
    assert names(there) == ["New", "Wild"]


def test_nothing_is_written_where_the_cache_is_passed_by(there: Wired) -> None:
    assert names(there, "--no-cache") == ["Wild"]
    assert not (there.folder / "cache").exists()


def test_an_apply_is_seen_at_once(shop: Shop) -> None:
    assert shop_names(shop) == []
    shop.does("apply", "-auto-approve")
    assert shop_names(shop) == ["Acme"]
    shop.does("destroy", "-auto-approve")
    assert shop_names(shop) == []


def test_an_apply_in_another_process_is_seen_at_once(shop: Shop) -> None:
    assert shop_names(shop) == []
    command = [sys.executable, "-m", "descope_state", "apply", "-auto-approve"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    subprocess.run(
        command, cwd=shop.folder, env={**kept, **shop.environ}, check=True, capture_output=True
    )
    assert shop_names(shop) == ["Acme"]


def test_what_lags_behind_a_write_is_not_remembered(there: Wired) -> None:
    assert there.apply().status == 0
    # For ten seconds a list may be an old one.
    assert names(there) == ["Acme", "Wild"]
    assert calls(there, "tenant", "list") == 1


def test_while_a_run_is_open_nothing_is_recalled(shop: Shop) -> None:
    shop.does("apply", "-auto-approve")
    shop.does("tenant", "list")
    (shop.folder / "state/test/journal.jsonl").write_text("")
    assert "--no-cache" not in shop.does("tenant", "list").err
    (shop.folder / "state/test/journal.jsonl").unlink()
    assert "--no-cache" in shop.does("tenant", "list").err


def test_plan_apply_and_drift_never_look_there(there: Wired) -> None:
    calls(there, "cache", "warm")
    for words in (("plan",), ("drift",)):
        assert calls(there, *words) > 0
    there.world.tenants["acme"] = _tenant("acme")
    assert "`Acme` exists" in there.said("plan").out or "import" in there.said("plan").out


@pytest.mark.parametrize(
    "changed",
    [
        {"DESCOPE_REMOTE_MANAGEMENT_KEY": "K2another"},
        {"DESCOPE_REMOTE_PROJECT_ID": "P2another000000000000000000"},
    ],
)
def test_another_key_or_project_never_sees_an_answer(there: Wired, changed: dict[str, str]) -> None:
    there.service.key = KEY
    assert calls(there, "tenant", "list") == 1
    assert calls(there, "tenant", "list") == 0
    there.environ.update(changed)
    before = there.service.calls
    came = there.said("tenant", "list")
    assert (came.status, came.out) == (7, "")
    assert there.service.calls == before + 1


def test_another_environment_never_sees_an_answer(shop: Shop) -> None:
    shop.does("apply", "-auto-approve")
    assert shop_names(shop) == ["Acme"]
    assert shop.rows("tenant", "list", "--env", "dev") == []


def test_another_stack_on_the_emulator_never_sees_an_answer(shop: Shop, tmp_path: Path) -> None:
    shop.does("apply", "-auto-approve")
    assert shop_names(shop) == ["Acme"]
    (tmp_path / "other").mkdir()
    other = Shop(tmp_path / "other")
    other.environ = shop.environ
    assert shop_names(other) == []


def test_a_pinned_project_is_refused_whatever_is_remembered(there: Wired) -> None:
    assert calls(there, "tenant", "list") == 1
    settings = there.folder / "dstate.yaml"
    text = settings.read_text().replace("remote: {", 'remote: {project_id: "P2pinned00", ')
    settings.write_text(text)
    assert there.said("tenant", "list").status == 7


CHANGES = {
    "dstate.yaml": "\n# another\n",
    "pyproject.toml": "[tool.dstate]\n",
    ".env": "DESCOPE_REMOTE_MANAGEMENT_KEY=K2another\n",
    "state/remote/journal.jsonl": "",
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_shortcut_is_taken_past_a_file_that_decides(there: Wired, name: str) -> None:
    if name == ".env":
        (there.folder / name).write_text(f"DESCOPE_REMOTE_MANAGEMENT_KEY={KEY}\n")
        del there.environ["DESCOPE_REMOTE_MANAGEMENT_KEY"]
    assert there.said("plan").status == 0
    assert calls(there, "tenant", "list") == 1
    reader = Counting(there)
    assert reader.opened("tenant", "list") == 0
    path = there.folder / name
    with path.open("a") as file:
        file.write(CHANGES[name])
    assert reader.opened("tenant", "list") == 1


class Counting:
    """Counts how often the providers were looked up, which a shortcut does without."""

    def __init__(self, there: Wired) -> None:
        self._there = there

    def opened(self, *words: str) -> int:
        count = 0
        real = real_surroundings()

        def providers() -> Mapping[str, Provider]:
            nonlocal count
            count = 1
            return real.providers()

        surroundings = replace(
            real, environ=self._there.environ, folder=self._there.folder, providers=providers
        )
        out, err = io.StringIO(), io.StringIO()
        terminal = Terminal(surroundings=surroundings, out=out, err=err, width=80, colour=False)
        assert run(list(words), terminal) == 0, err.getvalue()
        return count


def test_no_secret_is_remembered(there: Wired) -> None:
    calls(there, "cache", "warm")
    held = b"".join(path.read_bytes() for path in (there.folder / "cache").iterdir())
    assert b"Wild" in held
    assert KEY.encode() not in held
    assert KEY[1:].encode() not in held


def test_it_is_warmed_told_and_cleared(there: Wired) -> None:
    came = there.said("cache", "warm")
    assert came.status == 0, came.err
    assert came.out.splitlines() == ["1 tenant, 1 call", "6 flows, 7 calls"]
    assert calls(there, "flow", "export", "--all") == 0
    found = json.loads(there.said("cache", "info", "--json").out)
    # Two lists, six flows whole, and what two looks came to with these.
    assert (found["answers"], found["projects"]) == (10, 1)
    assert "10 answers of 1 project" in there.said("cache", "info").out
    assert there.said("cache", "clear").out == "10 answers forgotten.\n"
    assert calls(there, "tenant", "list") == 1


def test_a_damaged_cache_is_an_empty_one(there: Wired) -> None:
    calls(there, "tenant", "list")
    for path in (there.folder / "cache").iterdir():
        path.write_bytes(b"nothing of the kind" * 500)
    assert calls(there, "tenant", "list") == 1
    assert calls(there, "tenant", "list") == 0


def test_a_cache_that_cannot_be_is_none(there: Wired) -> None:
    (there.folder / "cache").write_text("in the way")
    assert calls(there, "tenant", "list") == 1
    assert calls(there, "tenant", "list") == 1
    assert there.apply().status == 0
    assert PROJECT in there.said("tenant", "list").err
