"""Holds a plan against the safety rules of the stack: what is too much to do in one go."""

from collections.abc import Iterator, Mapping

from descope_state.core.drifting import vanished
from descope_state.model.change import Action
from descope_state.model.plan import CheckResult, Plan, Verdict, Violation
from descope_state.model.resource import Entries
from descope_state.model.stack import Safety

PERCENT_FROM = 10
OVERRIDES = ("max_deletes", "max_delete_percent", "vanished", "rollback")


def check(
    plan: Plan, entries: Entries, *, safety: Safety, overrides: Mapping[str, int]
) -> tuple[Violation, ...]:
    """Give every reason why a plan may not be applied as it stands."""
    return (
        *_vanished(plan, entries, overrides),
        *(
            ()
            if plan.mode == "destroy"
            else _too_many(plan, entries, safety=safety, overrides=overrides)
        ),
        *(violation for result in plan.checks for violation in _failed(result)),
    )


def _too_many(
    plan: Plan, entries: Entries, *, safety: Safety, overrides: Mapping[str, int]
) -> Iterator[Violation]:
    gone = [
        change.address
        for change in plan.changes
        if not change.blocked and change.action in (Action.DELETE, Action.REPLACE)
    ]
    most = overrides.get("max_deletes", safety.max_deletes)
    if len(gone) > most:
        yield Violation(
            code="max_deletes",
            message=f"the plan destroys {len(gone)} objects, and `safety.max_deletes` is {most}",
            hint=f"if that is what you want: `--override max_deletes={len(gone)}`",
            addresses=tuple(gone),
        )
    share = overrides.get("max_delete_percent", safety.max_delete_percent)
    if len(entries) >= PERCENT_FROM and len(gone) * 100 > share * len(entries):
        percent = -(-len(gone) * 100 // len(entries))
        yield Violation(
            code="max_delete_percent",
            message=f"the plan destroys {len(gone)} of {len(entries)} objects in the state"
            f" ({percent} %), and `safety.max_delete_percent` is {share}",
            hint=f"if that is what you want: `--override max_delete_percent={percent}`",
            addresses=tuple(gone),
        )


def _vanished(plan: Plan, entries: Entries, overrides: Mapping[str, int]) -> Iterator[Violation]:
    """Doubt that everything went at once: a list that answers empty by mistake looks the same."""
    allowed = overrides.get("vanished", 1)
    for kind, count in sorted(vanished(entries, plan.drift).items()):
        if count > allowed:
            yield Violation(
                code="vanished",
                message=f"all {count} objects of kind {kind} vanished from the project at once",
                hint="look whether the key still may read them; if they are really gone:"
                f" `--override vanished={count}`",
                addresses=tuple(sorted(address for address in entries if address.kind == kind)),
            )


def _failed(result: CheckResult) -> Iterator[Violation]:
    if result.verdict is Verdict.FAILED:
        yield Violation(
            code="check",
            message=f"check `{result.name}` failed: {result.message}",
            hint="change the stack until the check holds",
        )
