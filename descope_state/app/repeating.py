"""Remembers what earlier runs wrote, so that no run makes a change that the service never keeps."""

from collections.abc import Mapping
from functools import cache

from descope_state.app.keeping import backups_of
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.core.repeating import Repeated
from descope_state.errors import DamagedState, UsageError
from descope_state.model.change import Change
from descope_state.model.codec import plain
from descope_state.model.outcome import Fate
from descope_state.model.resource import Entry
from descope_state.model.value import Json
from descope_state.store.backups import Backup
from descope_state.store.runs import Record, Runs


def repeats(workspace: Workspace, surroundings: Surroundings) -> Repeated:
    """Make the memory of an environment; records are read when a change first asks for one."""
    runs = Runs(folder=workspace.store.folder, disk=workspace.store.disk)

    @cache
    def records() -> tuple[Record, ...]:
        return tuple(runs.all())

    @cache
    def backup_of(project: str, name: str) -> Backup:
        backups = backups_of(workspace, surroundings, project_id=project)
        return backups.read(backups.named(name))

    def repeated(change: Change, entry: Entry) -> bool:
        try:
            record = next((one for one in records() if _wrote(one, change)), None)
            if record is None or not _done(record, change):
                return False
            backup = backup_of(str(record.get("project_id")), str(record.get("backup")))
        except (DamagedState, UsageError):
            return False
        return _image(backup, change) == _as_now(change, entry)

    return repeated


def _wrote(record: Record, change: Change) -> bool:
    changes = record.get("changes")
    return isinstance(changes, dict) and str(change.address) in changes


def _image(backup: Backup, change: Change) -> Json:
    """Give what a run was about to overwrite, as far as it tells whether it was the same."""
    kind = backup.kinds.get(change.address.kind)
    for kept in kind.objects if kind is not None else ():
        if kept.id == change.id and kept.entry is not None:
            return {"before": _of(kept.attributes, change), "inputs": kept.entry["inputs"]}
    return None


def _as_now(change: Change, entry: Entry) -> Json:
    return {
        "before": _of(plain(change.before or {}), change),
        "inputs": plain(entry.inputs),
    }


def _of(before: Json, change: Change) -> Json:
    """Give the fields that the change is about: others may have changed since."""
    if not isinstance(before, Mapping):
        return None
    return {field.name: before.get(field.name) for field in change.fields}


def _done(record: Record, change: Change) -> bool:
    """Tell whether the run that wrote an object last asked the same of it, and was answered."""
    results = record.get("results")
    return isinstance(results, list) and any(
        isinstance(one, dict)
        and one.get("address") == str(change.address)
        and one.get("action") == change.action.value
        and one.get("fate") == Fate.DONE.value
        for one in results
    )
