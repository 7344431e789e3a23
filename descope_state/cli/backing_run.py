"""Runs the commands about backups and prints what there is."""

import json as jsonlib

from descope_state.app.backing import create, found
from descope_state.app.planning import Reading
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.model.value import Json
from descope_state.report.backups import backup_text, backups_text
from descope_state.report.clean import clean
from descope_state.report.spans import line
from descope_state.store.backups import Listed


def run_create(terminal: Terminal, opening: Opening, *, reading: Reading) -> None:
    """Make a backup of everything."""
    name, count = create(terminal.surroundings, opening, reading=reading)
    terminal.answer([line(f"Backup {name} holds {count:,} objects.", "added")])


def run_list(terminal: Terminal, opening: Opening, *, json: bool) -> None:
    """List backups."""
    _, backups = found(terminal.surroundings, opening)
    rows = [_row(one) for one in backups.listed()]
    if json:
        terminal.write(jsonlib.dumps(rows) + "\n")
    elif rows:
        terminal.answer(backups_text(rows))
    else:
        terminal.note(f"There is no backup of project {clean(backups.project_id)} here.")


def _row(one: Listed) -> dict[str, Json]:
    if one.manifest is None:
        return {"name": one.name, "wrong": one.wrong}
    raw = one.manifest.model_dump(mode="json", exclude={"files"})
    return {"name": one.name, **raw, "objects": one.manifest.objects}


def run_show(terminal: Terminal, opening: Opening, *, name: str | None, json: bool) -> None:
    """Show one backup."""
    _, backups = found(terminal.surroundings, opening)
    backup = backups.read(backups.named(name))
    head: dict[str, Json] = {"name": backup.name, **backup.manifest.model_dump(mode="json")}
    if json:
        kinds = {kind: file.model_dump(mode="json") for kind, file in backup.kinds.items()}
        terminal.write(jsonlib.dumps({**head, "kinds": kinds}) + "\n")
        return
    rows = [
        (kind, one.identity, one.id, one.address)
        for kind, file in backup.kinds.items()
        for one in file.objects
    ]
    terminal.answer(backup_text(head, rows))


def run_verify(terminal: Terminal, opening: Opening, *, name: str | None) -> Exit:
    """Check backups to the byte."""
    _, backups = found(terminal.surroundings, opening)
    names = backups.names() if name is None else [backups.named(name)]
    wrong = {one: why for one in names if (why := backups.verify(one))}
    for why in wrong.values():
        terminal.answer([line(clean(why), "error")])
    good = len(names) - len(wrong)
    terminal.answer([line(f"{good:,} of {len(names):,} backups are as they were written.")])
    return Exit.ERROR if wrong else Exit.DONE


def run_prune(
    terminal: Terminal, opening: Opening, *, days: int | None, count: int | None, dry: bool
) -> None:
    """Let go of old backups."""
    workspace, backups = found(terminal.surroundings, opening)
    kept = workspace.documents.retention
    gone = backups.prune(
        now=terminal.surroundings.now(),
        days=kept.backup_days if days is None else days,
        count=kept.backups if count is None else count,
        dry=dry,
    )
    words = "would go" if dry else "is gone"
    terminal.answer([line(f"{name} {words}.") for name in gone])
    if not gone:
        terminal.note("There is none to let go of.")
