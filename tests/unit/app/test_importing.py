"""A whole project is brought in or nothing is: whatever stops it, no file is left half-way."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from descope_state.app.adopting import One, Strays, adopt, import_one
from descope_state.app.applying import Manner
from descope_state.app.importing import Everything, import_all
from descope_state.app.intaking import Differs, refuse_changes
from descope_state.app.workspace import Opening
from descope_state.errors import DstateError, Locked, Refused, UsageError
from descope_state.model.address import Address
from descope_state.model.plan import Plan
from descope_state.sdk.schema import Field, Refers, Shape
from descope_state.store.lock import Holder
from descope_state.store.state import Store
from dstate_descope.naming import FILE
from tests.provider.kind_samples import SAMPLES
from tests.support.projects import Desk, Quiet, made
from tests.unit.core.test_intake import CATALOG


class Declining(Quiet):
    """Says no to whatever is asked."""

    def approved(self, plan: Plan) -> bool:
        """Say no."""
        del plan
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a stack without resources, and a project that holds something."""
    (tmp_path / "stack").mkdir()
    found = Desk(folder=tmp_path / "stack")
    samples = [("permission", SAMPLES["permission"][0].made), ("flow", SAMPLES["flow"][0].made)]
    found.hold(made(samples))
    return found


def bring(desk: Desk, *, out: Path | None = None, environment: str | None = None) -> None:
    import_all(
        desk.surroundings,
        Opening(environment=environment),
        everything=Everything(out=out),
        manner=Manner(automatic=True),
        watch=Quiet(),
    )


def test_a_no_writes_nothing(desk: Desk) -> None:
    before = desk.files()
    with pytest.raises(Refused):
        import_all(
            desk.surroundings,
            Opening(),
            everything=Everything(),
            manner=Manner(),
            watch=Declining(),
        )
    assert desk.files() == before


def test_files_are_taken_away_where_the_state_is_somebody_elses(desk: Desk) -> None:
    before = desk.files()
    desk.plan()
    store = Store(
        folder=desk.folder / "state" / "local", lineage=lambda: "L", fresh_key=lambda: bytes(32)
    )
    holder = Holder(user="ada", host="desk", pid=1, since="now", command="apply")
    with store.locked(holder, timeout=0, pause=lambda _: None), pytest.raises(Locked):
        bring(desk)
    assert desk.files() == before
    bring(desk)
    assert set(desk.files()) - set(before) >= {"resources/flows.yaml", "files/flows/welcome.json"}


def test_a_file_that_says_something_else_is_named_and_nothing_is_written(desk: Desk) -> None:
    (desk.folder / "resources").mkdir()
    (desk.folder / "resources" / "permissions.yaml").write_text("resources: {}\n")
    before = desk.files()
    with pytest.raises(Refused) as caught:
        bring(desk)
    assert "resources/permissions.yaml" in caught.value.message
    assert desk.files() == before


def test_a_new_stack_takes_the_emulated_project_along(desk: Desk) -> None:
    bring(desk, out=Path("new"))
    new = Desk(folder=desk.folder / "new")
    assert (new.folder / "state" / "local" / FILE).exists()
    assert new.plan().summary.empty
    assert b"name: new\n" in new.files()["dstate.yaml"]


def test_a_new_stack_ignores_its_state_unless_it_says_itself_what_it_ignores(desk: Desk) -> None:
    bring(desk, out=Path("new"))
    assert "/state/" in (desk.folder / "new" / ".gitignore").read_text().splitlines()
    other = desk.folder / "other"
    other.mkdir()
    (other / ".gitignore").write_text("mine\n")
    bring(desk, out=Path("other"))
    assert (other / ".gitignore").read_text() == "mine\n"


def test_a_new_stack_needs_the_name_of_an_environment(desk: Desk) -> None:
    (desk.folder / "dstate.yaml").unlink()
    with pytest.raises(UsageError) as caught:
        bring(desk, out=Path("new"))
    assert "--env" in caught.value.hint
    assert not (desk.folder / "new").exists()


def test_a_new_stack_never_shares_the_state_of_another_one(desk: Desk) -> None:
    (desk.folder / "pyproject.toml").write_text('[tool.dstate]\nstate = "shared"\n')
    taken = desk.folder / "shared" / "new" / "local" / "state.json"
    taken.parent.mkdir(parents=True)
    taken.write_text("{}")
    with pytest.raises(Refused) as caught:
        bring(desk, out=Path("new"))
    assert "another stack called `new`" in caught.value.message
    assert not (desk.folder / "new").exists()


def test_strays_that_cannot_be_written_down_leave_every_file_as_it_was(desk: Desk) -> None:
    path = desk.folder / "permissions.yaml"
    path.write_text("resources: {permission: {a: {name: other}}}\n")
    before = desk.files()
    with pytest.raises(DstateError) as caught:
        adopt(
            desk.surroundings,
            Opening(),
            strays=Strays(names=("reports.read", "welcome"), write="permissions.yaml"),
            manner=Manner(automatic=True),
            watch=Quiet(),
        )
    assert "cannot be added to `permissions.yaml`" in caught.value.message
    assert desk.files() == before


def test_an_import_is_in_the_audit_trail(desk: Desk) -> None:
    bring(desk)
    lines = (desk.folder / "state" / "local" / "audit.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    told = {row.get("address"): row for row in map(_record, rows) if row.get("address")}
    assert told["permission.reports_read"]["operation"] == "remember"
    assert told["permission.reports_read"]["command"] == "dstate import"


def _record(row: dict[str, object]) -> dict[str, object]:
    inner = row.get("record", row)
    return inner if isinstance(inner, dict) else row


def test_a_plan_that_would_change_something_is_refused_by_field(desk: Desk) -> None:
    bring(desk)
    path = desk.folder / "resources" / "permissions.yaml"
    path.write_text(path.read_text().replace("reports.read", "reports.seen"))
    with pytest.raises(Differs) as caught:
        refuse_changes(desk.plan(), [Address("permission", "reports_read")])
    assert "`name` would change" in caught.value.message


def test_every_reference_that_a_kind_declares_leads_to_a_field_of_a_kind() -> None:
    declared = [one for described in CATALOG.values() for one in _refers(described.schema.fields)]
    assert len(declared) > 10
    for one in declared:
        assert one.field in CATALOG[one.kind].schema.fields


def _refers(fields: Mapping[str, Field]) -> Iterator[Refers]:
    for field in fields.values():
        yield from field.refers
        shape: Shape | None = field.shape
        while shape is not None:
            yield from _refers(shape.fields)
            shape = shape.item


def test_what_the_service_made_is_kept_by_an_import_that_changes_something(desk: Desk) -> None:
    """A full update sends back what it knows, and what is remembered afterwards is no drift."""
    (desk.folder / "stack.yaml").write_text(
        "resources:\n  permission:\n    p: {name: reports.read, description: New}\n"
    )
    import_one(
        desk.surroundings,
        Opening(),
        one=One(address=Address("permission", "p"), id="reports.read"),
        manner=Manner(automatic=True),
        watch=Quiet(),
    )
    plan = desk.plan()
    assert plan.summary.empty
    assert plan.drift == ()
