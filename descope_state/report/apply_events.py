"""The lines of Terraform's machine-readable UI that tell how an apply goes."""

from collections.abc import Iterator

from descope_state.errors import Problem
from descope_state.model.change import Action, Change
from descope_state.model.outcome import Fate, Outcome, Result
from descope_state.report.json_events import Event, diagnostic_event, event, resource
from descope_state.report.json_text import Json
from descope_state.report.outcome import summary_line, unseen_line
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


def outcome_events(outcome: Outcome, *, timestamp: str) -> Iterator[Event]:
    """Tell what did not succeed, and count what did."""
    for result in outcome.results:
        if result.fate is not Fate.DONE:
            problem = Problem(
                code="E2000",
                message=f"{result.address}: {result.fate.value}: {_why(result)}",
                hint=result.hint,
                warning=result.fate in (Fate.BLOCKED, Fate.STALE),
            )
            yield diagnostic_event(problem, timestamp=timestamp)
    if unseen := unseen_line(outcome):
        problem = Problem(code="E2000", message=unseen, warning=True)
        yield diagnostic_event(problem, timestamp=timestamp)
    yield applied_event(outcome, timestamp=timestamp)


def _why(result: Result) -> str:
    if result.because is not None:
        return f"it needs {result.because}, which was not done"
    return result.error


def applied_event(outcome: Outcome, *, timestamp: str) -> Event:
    """Count what was done, in the words that Terraform's readers look for."""
    done = [result.action for result in outcome.results if result.fate is Fate.DONE]
    replaced = done.count(Action.REPLACE)
    counts: dict[str, Json] = {
        "add": done.count(Action.CREATE) + replaced,
        "change": done.count(Action.UPDATE),
        "import": done.count(Action.ADOPT),
        "remove": done.count(Action.DELETE) + replaced,
        "forget": done.count(Action.FORGET),
        "move": done.count(Action.MOVE),
        "operation": "apply",
    }
    imported = f"{counts['import']} imported, " if counts["import"] else ""
    message = (
        f"Apply complete! Resources: {imported}{counts['add']} added, "
        f"{counts['change']} changed, {counts['remove']} destroyed."
    )
    if outcome.interrupted or len(done) < len(outcome.results):
        message = summary_line(outcome)
    return event("change_summary", message, timestamp=timestamp, changes=counts)


def _hook(change: Change) -> dict[str, Json]:
    return {"resource": resource(change.address, change.provider), "action": action(change)}
