"""Emulated environments of one name in several stacks: nothing of one is found in another."""

import json
import re
import shutil
from pathlib import Path

from tests.support.emulated import Shop
from tests.support.spoken import Said


def shop(folder: Path, data: Path) -> Shop:
    folder.mkdir()
    made = Shop(folder)
    made.environ["DSTATE_DATA_DIR"] = str(data)
    return made


def project(came: Said) -> str:
    found = re.search(r"→ project (\w+)", came.err)
    assert found is not None, came.err
    return found[1]


def test_two_stacks_with_an_environment_of_one_name_are_two_projects(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one, other = shop(tmp_path / "one", data), shop(tmp_path / "other", data)
    projects = {project(each.does("apply", "-auto-approve")) for each in (one, other)}
    assert len(projects) == 2
    one.does("backup", "create")
    assert one.rows("backup", "list") != []
    assert other.rows("backup", "list") == []
    assert {path.name for path in (data / "backups").iterdir()} <= projects


def test_a_stack_that_is_moved_keeps_its_project(tmp_path: Path) -> None:
    before = shop(tmp_path / "before", tmp_path / "data")
    planned = project(before.does("plan"))
    # Moved before anything was ever made, and again after.
    after = Shop.__new__(Shop)
    after.folder, after.environ = tmp_path / "after", before.environ
    before.folder.rename(after.folder)
    assert project(after.does("apply", "-auto-approve")) == planned
    last = Shop.__new__(Shop)
    last.folder, last.environ = tmp_path / "last", before.environ
    after.folder.rename(last.folder)
    assert project(last.does("plan", "-detailed-exitcode")) == planned


def test_a_project_that_was_made_before_is_read_as_it_is(tmp_path: Path) -> None:
    made = shop(tmp_path / "one", tmp_path / "data")
    was = project(made.does("apply", "-auto-approve"))
    for path in (made.folder / "state" / "test").rglob("*.json"):
        text = path.read_text().replace(was, "Pemulatortest9f86d081884c7d6")
        path.write_text(text)
    made.does("state", "repair", "--accept")
    came = made.does("plan", "-detailed-exitcode")
    assert project(came) == "Pemulatortest9f86d081884c7d6"


def test_a_reset_project_is_the_same_one(tmp_path: Path) -> None:
    made = shop(tmp_path / "one", tmp_path / "data")
    was = project(made.does("apply", "-auto-approve"))
    made.does("emulator", "reset", "--yes")
    assert json.loads(made.does("emulator", "dump").out)["projectId"] == was
    assert project(made.does("plan")) == was


def test_a_world_that_is_deleted_comes_back_under_its_id(tmp_path: Path) -> None:
    made = shop(tmp_path / "one", tmp_path / "data")
    was = project(made.does("apply", "-auto-approve"))
    (made.folder / "state" / "test" / "emulator.json").unlink()
    shutil.move(made.folder, tmp_path / "two")
    made.folder = tmp_path / "two"
    assert project(made.says("plan")) == was


def test_the_state_of_a_real_project_is_not_taken_for_an_emulated_one(tmp_path: Path) -> None:
    made = shop(tmp_path / "one", tmp_path / "data")
    was = project(made.does("apply", "-auto-approve"))
    state = made.folder / "state" / "test" / "state.json"
    state.write_text(state.read_text().replace(was, "P2realProjectId0000000000000"))
    made.does("state", "repair", "--accept")
    (made.folder / "state" / "test" / "emulator.json").unlink()
    came = made.says("plan")
    assert came.status == 7
    assert "belongs to project P2realProjectId0000000000000" in came.err
