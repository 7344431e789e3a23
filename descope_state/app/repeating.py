"""Remembers what earlier runs wrote, so that no run makes a change that the service never keeps."""

from collections.abc import Mapping

from descope_state.app.workspace import Workspace
from descope_state.core.repeating import Repeated
from descope_state.errors import DamagedState
from descope_state.model.change import Change
from descope_state.model.codec import plain
from descope_state.model.outcome import Fate
from descope_state.model.resource import Entry
from descope_state.model.value import Json
from descope_state.store.runs import Record, Runs


def repeats(workspace: Workspace) -> Repeated:
    """Make the memory of an environment; records are read when a change first asks for one."""
    runs = Runs(folder=workspace.store.folder, disk=workspace.store.disk)

    def repeated(change: Change, entry: Entry) -> bool:
        try:
            # Two runs of one second have names that do not sort by time.
            records = sorted(runs.all(), key=_serial, reverse=True)
        except DamagedState:
            return False
        for record in records:
            image = _image(record, change)
            if image is not None:
                return _done(record, change) and image == _as_now(change, entry)
        return False

    return repeated


def _serial(record: Record) -> int:
    serial = record.get("base_serial")
    return serial if isinstance(serial, int) else -1


def _image(record: Record, change: Change) -> Json:
    """Give what a run was about to overwrite, as far as it tells whether it was the same."""
    match record.get("images"):
        case {**images}:
            image = images.get(str(change.address))
        case _:
            return None
    match image:
        case {"action": action, "before": before, "entry": {"inputs": inputs}}:
            return {"action": action, "before": _of(before, change), "inputs": inputs}
        case {}:
            return {}
        case _:
            return None


def _as_now(change: Change, entry: Entry) -> Json:
    return {
        "action": change.action.value,
        "before": _of(plain(change.before or {}), change),
        "inputs": plain(entry.inputs),
    }


def _of(before: Json, change: Change) -> Json:
    """Give the fields that the change is about: others may have changed since."""
    if not isinstance(before, Mapping):
        return None
    return {field.name: before.get(field.name) for field in change.fields}


def _done(record: Record, change: Change) -> bool:
    results = record.get("results")
    return isinstance(results, list) and any(
        isinstance(one, dict)
        and one.get("address") == str(change.address)
        and one.get("fate") == Fate.DONE.value
        for one in results
    )
