"""What is done to the state itself is in the audit trail, as what is done to the project is."""

from pathlib import Path

from descope_state.store.audit import Audit
from descope_state.store.audit_chain import first_wrong
from descope_state.store.disk import DISK
from tests.support.victims import APPLY, dstate, stack


def test_every_command_that_changes_the_state_is_in_the_trail(tmp_path: Path) -> None:
    stack(tmp_path, permissions=3)
    assert dstate(tmp_path, *APPLY)[0] == 0
    commands = (
        ("state", "mv", "permission.p0", "permission.first"),
        ("state", "rm", "permission.p1"),
        ("state", "rollback", "1"),
    )
    for command in commands:
        status, said = dstate(tmp_path, *command)
        assert status == 0, said
    audit = Audit(folder=tmp_path / "state" / "local", disk=DISK)
    assert first_wrong(audit) == ""
    told = [record["command"] for record in audit.records() if record["operation"] == "state"]
    assert told == [
        "dstate state mv permission.p0 permission.first",
        "dstate state rm permission.p1",
        "dstate state rollback",
    ]


def test_what_was_refused_is_not_told_as_done(tmp_path: Path) -> None:
    stack(tmp_path, permissions=1)
    assert dstate(tmp_path, *APPLY)[0] == 0
    assert dstate(tmp_path, "state", "rm", "permission.nothing")[0] == 64
    audit = Audit(folder=tmp_path / "state" / "local", disk=DISK)
    assert [record for record in audit.records() if record["operation"] == "state"] == []
