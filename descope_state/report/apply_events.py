"""The lines of Terraform's machine-readable UI that tell how an apply goes."""

from descope_state.model.change import Action, Change
from descope_state.model.plan import Summary
from descope_state.report.json_events import Event, event, resource
from descope_state.report.json_text import Json
from descope_state.report.terraform_words import action

_DOING = {
    Action.CREATE: ("Creating", "Creation"),
    Action.UPDATE: ("Modifying", "Modifications"),
    Action.REPLACE: ("Replacing", "Replacement"),
    Action.DELETE: ("Destroying", "Destruction"),
    Action.ADOPT: ("Importing", "Import"),
    Action.FORGET: ("Forgetting", "Removal"),
    Action.MOVE: ("Moving", "Move"),
    Action.NOOP: ("Reading", "Reading"),
}


def start_event(change: Change, *, timestamp: str) -> Event:
    """Say that a change begins."""
    doing, _ = _DOING[change.action]
    hook = _hook(change)
    if change.id:
        hook |= {"id_key": "id", "id_value": change.id}
    message = f"{change.address}: {doing}..."
    return event("apply_start", message, timestamp=timestamp, hook=hook)


def progress_event(change: Change, *, timestamp: str, elapsed: float) -> Event:
    """Say that a change still runs."""
    doing, _ = _DOING[change.action]
    message = f"{change.address}: Still {doing.lower()}... [{round(elapsed)}s elapsed]"
    hook = _hook(change) | {"elapsed_seconds": round(elapsed)}
    return event("apply_progress", message, timestamp=timestamp, hook=hook)


def complete_event(change: Change, *, timestamp: str, elapsed: float, id: str) -> Event:  # noqa: A002  # the format's word
    """Say that a change is done, and the id that the service knows it by."""
    _, done = _DOING[change.action]
    message = f"{change.address}: {done} complete after {round(elapsed)}s"
    hook = _hook(change) | {"elapsed_seconds": round(elapsed)}
    if id:
        message += f" [id={id}]"
        hook |= {"id_key": "id", "id_value": id}
    return event("apply_complete", message, timestamp=timestamp, hook=hook)


def errored_event(change: Change, *, timestamp: str, elapsed: float) -> Event:
    """Say that a change failed; why is told by a diagnostic."""
    _, done = _DOING[change.action]
    message = f"{change.address}: {done} errored after {round(elapsed)}s"
    hook = _hook(change) | {"elapsed_seconds": round(elapsed)}
    return event("apply_errored", message, timestamp=timestamp, level="error", hook=hook)


def applied_event(summary: Summary, *, timestamp: str) -> Event:
    """Count what was done, in the words that Terraform's readers look for."""
    imported = f"{summary.importing} imported, " if summary.importing else ""
    message = (
        f"Apply complete! Resources: {imported}{summary.add} added, "
        f"{summary.change} changed, {summary.destroy} destroyed."
    )
    counts: dict[str, Json] = {
        "add": summary.add,
        "change": summary.change,
        "import": summary.importing,
        "remove": summary.destroy,
        "forget": summary.forget,
        "move": summary.move,
        "operation": "apply",
    }
    return event("change_summary", message, timestamp=timestamp, changes=counts)


def _hook(change: Change) -> dict[str, Json]:
    return {"resource": resource(change.address, change.provider), "action": action(change)}
