"""Plans in files: sealed, private, and trusted only as far as their seal can be verified."""

import os
from pathlib import Path

import pytest

from descope_state.app.saved import SavedPlan, read_plan, save_plan
from descope_state.app.surroundings import Surroundings
from descope_state.errors import DstateError, Exit, StalePlan, UnsafeFile
from descope_state.model.change import Action
from descope_state.model.plan import Plan
from descope_state.store.state import Store
from tests.support import plans
from tests.support.provider import FakeProvider, FakeWorld

KEY = bytes(range(32))
PLAN = plans.plan(plans.change("a", Action.CREATE), plans.change("b", Action.DELETE))


def surroundings(folder: Path) -> Surroundings:
    return Surroundings(
        environ={},
        folder=folder,
        now=lambda: "2026-01-01T00:00:00Z",
        providers=lambda: {"fake": FakeProvider(FakeWorld())},
        version="1",
        lineage=lambda: "l",
        key=lambda: KEY,
    )


def stack(root: Path, name: str = "acme", *, lineage: str = "l") -> Path:
    """Make the stack and the state that the plan was made from."""
    root.mkdir(exist_ok=True)
    text = f"dstate: 1\nname: {name}\nenvironments: {{dev: {{}}}}\nbackend: {{path: state}}\n"
    (root / "dstate.yaml").write_text(text)
    store = Store(folder=root / "state" / "dev", lineage=lambda: lineage, fresh_key=lambda: KEY)
    store.begun(environment="dev", project_id="P1")
    store.sealing_key(needed=False)
    return root


def saved(folder: Path, plan: Plan = PLAN) -> Path:
    path = folder / "plan.json"
    save_plan(path, plan, key=KEY)
    return path


def read(folder: Path, path: Path) -> SavedPlan:
    return read_plan(surroundings(folder), path, chdir=None)


def test_a_plan_is_written_privately_and_read_back_as_it_was(tmp_path: Path) -> None:
    path = saved(stack(tmp_path))
    assert path.stat().st_mode & 0o777 == 0o600
    found = read(tmp_path, path)
    assert (found.plan, found.verified, found.why) == (PLAN, True, "")
    assert "label" in found.schemas


def test_a_plan_replaces_the_one_before_it(tmp_path: Path) -> None:
    path = saved(stack(tmp_path), plans.plan())
    path.chmod(0o666)
    assert saved(tmp_path).stat().st_mode & 0o777 == 0o600
    assert read(tmp_path, path).plan == PLAN


def test_a_plan_cannot_be_written_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFile, match=r"gone/plan\.json` cannot be written") as caught:
        save_plan(tmp_path / "gone" / "plan.json", PLAN, key=KEY)
    assert caught.value.hint


def test_an_altered_plan_is_refused_where_its_key_is_at_hand(tmp_path: Path) -> None:
    path = saved(stack(tmp_path))
    path.write_bytes(path.read_bytes().replace(b'"delete"', b'"forget"'))
    with pytest.raises(StalePlan, match="altered") as caught:
        read(tmp_path, path)
    assert caught.value.status == Exit.STALE


def test_a_plan_without_any_stack_around_is_shown_and_said_to_be_unverified(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, saved(tmp_path))
    assert (found.plan, found.verified) == (PLAN, False)
    assert found.why == "there is no stack here whose state has its key"


def test_a_plan_of_another_stack_is_not_called_altered(tmp_path: Path) -> None:
    found = read(tmp_path, saved(stack(tmp_path, "other")))
    assert (found.plan, found.verified) == (PLAN, False)
    assert found.why == "it is of stack `acme`, and this is `other`"


def test_a_plan_of_a_state_that_was_begun_again_is_not_called_altered(tmp_path: Path) -> None:
    found = read(tmp_path, saved(stack(tmp_path, lineage="m")))
    assert (found.verified, found.why) == (False, "the state of `dev` here has another lineage")


def test_a_plan_of_an_environment_without_a_state_here_is_unverified(tmp_path: Path) -> None:
    stack(tmp_path)
    for path in (tmp_path / "state" / "dev").iterdir():
        path.unlink()
    assert not read(tmp_path, saved(tmp_path)).verified


def test_the_stack_may_be_named_apart_from_the_plan(tmp_path: Path) -> None:
    stack(tmp_path / "stack")
    path = saved(tmp_path)
    found = read_plan(surroundings(tmp_path), path, chdir=Path("stack"))
    assert found.verified


def missing(path: Path) -> None:
    del path


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def text(path: Path) -> None:
    path.write_text("no plan at all\n")


def cut(path: Path) -> None:
    save_plan(path, PLAN, key=KEY)
    os.truncate(path, path.stat().st_size // 2)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)


@pytest.mark.parametrize("make", [missing, folder, empty, text, cut, os.mkfifo])
def test_what_is_no_plan_is_refused_in_words(tmp_path: Path, make: object) -> None:
    assert callable(make)
    path = tmp_path / "plan.json"
    make(path)
    with pytest.raises(DstateError) as caught:
        read(stack(tmp_path), path)
    assert caught.value.status in (Exit.ERROR, Exit.STALE)
    assert caught.value.message


def test_a_plan_too_large_to_be_one_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("descope_state.app.saved._LARGEST", 100_000)
    path = tmp_path / "plan.json"
    huge(path)
    with pytest.raises(DstateError, match="too large: at most 100,000 bytes"):
        read(stack(tmp_path), path)
