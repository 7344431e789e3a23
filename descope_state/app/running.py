"""What is remembered of the runs of an environment."""

from collections import Counter
from collections.abc import Iterator

from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, outlined
from descope_state.errors import DamagedState, UsageError
from descope_state.model.value import Json
from descope_state.store.runs import Record, Runs


def _runs(surroundings: Surroundings, opening: Opening) -> Runs:
    store = outlined(surroundings, opening).store
    return Runs(folder=store.folder, disk=store.disk)


def remembered(surroundings: Surroundings, opening: Opening) -> Iterator[Record]:
    """Give the records of runs, newest first; a damaged one tells only that it is."""
    runs = _runs(surroundings, opening)
    for name in reversed(runs.names()):
        try:
            yield runs.read(name)
        except DamagedState as error:
            yield {"run": name, "command": error.message}


def latest(surroundings: Surroundings, opening: Opening, *, name: str | None) -> Record:
    """Give one run by its name, or the last."""
    runs = _runs(surroundings, opening)
    if name is not None:
        return runs.named(name)
    names = runs.names()
    if not names:
        message = "no run is remembered here yet"
        raise UsageError(message, hint="`dstate apply` makes one")
    return runs.read(names[-1])


def summary(record: Record) -> dict[str, Json]:
    """Say in a few words what a run was and how it ended."""
    results = record.get("results")
    fates: Counter[str] = Counter()
    if isinstance(results, list):
        fates.update(str(one["fate"]) for one in results if isinstance(one, dict))
    return {
        "run": record.get("run"),
        "at": record.get("at"),
        "actor": record.get("actor"),
        "command": record.get("command"),
        "ended": record.get("ended"),
        "fates": dict(sorted(fates.items())),
    }
