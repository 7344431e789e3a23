"""Several environments are brought in together or not at all: whatever stops it is said by name."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.app.applying import Manner
from descope_state.app.factoring import Several, import_several
from descope_state.app.intaking import Differs
from descope_state.app.planning import Reading
from descope_state.app.rebuilding import rebuild
from descope_state.app.workspace import Opening
from descope_state.errors import DstateError, Locked, Refused, UsageError
from descope_state.store.lock import Holder
from descope_state.store.state import Store
from dstate_descope.kinds.permission import Permission
from tests.support.projects import made
from tests.support.several import Agreeing, Desks

HOLDER = Holder(user="ada", host="desk", pid=1, since="now", command="apply")


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    """Give a stack of two environments, whose projects differ in a description."""
    found = Desks(folder=tmp_path / "stack")
    found.folder.mkdir()
    found.hold(
        {
            name: made([("permission", Permission(name="read", description=f"In {name}"))])
            for name in ("dev", "prod")
        }
    )
    return found


def store(desks: Desks, name: str) -> Store:
    folder = desks.folder / "new" / "state" / name
    return Store(folder=folder, lineage=lambda: "L", fresh_key=lambda: bytes(32))


def test_a_no_writes_nothing(desks: Desks) -> None:
    with pytest.raises(Refused):
        desks.factored(["dev", "prod"], "new", watch=Agreeing(agrees=False), asks=True)
    assert not (desks.folder / "new").exists()


def test_a_plan_that_would_not_be_empty_is_told_with_environment_address_and_field(
    desks: Desks,
) -> None:
    """A variable of the shell outweighs the files: what they say is not what would be planned."""
    environ = {"DSTATE_VAR_permission_read_description": "In dev"}
    with pytest.raises(Differs) as caught:
        import_several(
            replace(desks.surroundings, environ=environ),
            Opening(),
            several=Several(environments=("dev", "prod"), out=Path("new")),
            manner=Manner(automatic=True),
            watch=Agreeing(),
        )
    told = caught.value.message
    assert told.startswith("prod: permission.read: ")
    assert "`description` would change" in told
    assert not (desks.folder / "new").exists()


def test_files_are_taken_away_where_the_first_state_is_somebody_elses(desks: Desks) -> None:
    with (
        store(desks, "dev").locked(HOLDER, timeout=0, pause=lambda _: None),
        pytest.raises(Locked),
    ):
        desks.factored(["dev", "prod"], "new")
    assert desks.files("new") == {}
    desks.factored(["dev", "prod"], "new")
    assert "vars/prod.yaml" in desks.files("new")


def test_what_is_left_is_told_and_found_out_again(desks: Desks) -> None:
    watch = Agreeing()
    with (
        store(desks, "prod").locked(HOLDER, timeout=0, pause=lambda _: None),
        pytest.raises(Locked),
    ):
        desks.factored(["prod", "dev"], "new", watch=watch)
    assert desks.plan("new", "dev").summary.empty
    (told,) = watch.warnings
    assert "the states that are whole: dev." in told
    assert "state rebuild --env prod`" in told
    assert "--env dev" not in told
    here = Opening(chdir=desks.folder / "new", environment="prod")
    rebuild(desks.surroundings, here, force=False, seconds=0, reading=Reading())
    assert desks.plan("new", "prod").summary.empty


def test_one_project_is_never_described_by_two_environments(desks: Desks) -> None:
    path = desks.folder / "dstate.yaml"
    pinned = "endpoint: emulator, project_id: P1"
    path.write_text(path.read_text().replace("endpoint: emulator", pinned))
    for name in ("dev", "prod"):
        (desks.folder / "state" / name / "emulator.json").unlink()
    with pytest.raises(UsageError) as caught:
        desks.factored(["dev", "prod"], "new")
    assert caught.value.message == "`dev` and `prod` are the same project, P1"
    assert not (desks.folder / "new").exists()


def test_a_new_stack_never_shares_the_state_of_another_one(desks: Desks) -> None:
    (desks.folder / "pyproject.toml").write_text('[tool.dstate]\nstate = "shared"\n')
    taken = desks.folder / "shared" / "new" / "prod" / "state.json"
    taken.parent.mkdir(parents=True)
    taken.write_text("{}")
    with pytest.raises(Refused) as caught:
        desks.factored(["dev", "prod"], "new")
    assert "another stack called `new`" in caught.value.message
    assert not (desks.folder / "new").exists()


def test_a_file_that_says_something_else_is_named(desks: Desks) -> None:
    path = desks.folder / "new" / "resources" / "permissions.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("resources: {}\n")
    with pytest.raises(Refused) as caught:
        desks.factored(["dev", "prod"], "new")
    assert "`resources/permissions.yaml`" in caught.value.message
    assert list(desks.files("new")) == ["resources/permissions.yaml"]


@pytest.mark.parametrize("names", [("dev",), ("dev", "dev"), ("dev", "prod", "dev")])
def test_several_environments_are_named_once_each(desks: Desks, names: Sequence[str]) -> None:
    with pytest.raises(UsageError):
        desks.factored(names, "new")


def test_without_a_stack_at_hand_each_environment_needs_its_own_credentials(desks: Desks) -> None:
    (desks.folder / "dstate.yaml").unlink()
    with pytest.raises(DstateError) as caught:
        desks.factored(["dev", "prod"], "new")
    assert "DESCOPE_DEV" in caught.value.message + caught.value.hint
    assert not (desks.folder / "new").exists()
