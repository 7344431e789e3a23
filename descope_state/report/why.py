"""Explanations as text: why a change is planned, and what uses a resource."""

import json
from collections.abc import Iterator, Sequence

from descope_state.model.address import Address
from descope_state.model.change import Action, Drift
from descope_state.model.explanation import Chain, Step, Use
from descope_state.model.plan import Plan
from descope_state.model.value import Secret, Value, same
from descope_state.report.changes import marker, reason
from descope_state.report.fields import Page
from descope_state.report.spans import BLANK, Line, Span, data, line

_PLAIN = ("it is as the stack wants it", "the stack has it and the project does not")


def why_text(chain: Chain, plan: Plan, *, width: int) -> tuple[Line, ...]:
    """Tell the chain from file and line to value to action."""
    page = Page(width=width, whole=False)
    drift = {found.address: found for found in plan.drift}
    return tuple(_chain(chain, drift, page))


def _chain(chain: Chain, drift: dict[Address, Drift], page: Page) -> Iterator[Line]:
    change = chain.change
    said = reason(change, drift) or _PLAIN[change.action is Action.CREATE]
    yield (Span(f"{marker(change)} " if marker(change) else "", "bold"), data(str(change.address)))
    yield (Span("  action   ", "dim"), data(f"{change.action}: {said}"))
    if change.blocked:
        yield (Span("  blocked  ", "blocked"), data(change.blocked))
    if chain.origin is not None:
        yield (Span("  stated   ", "dim"), data(str(chain.origin)))
    if change.id:
        yield (Span("  object   ", "dim"), data(change.id))
    if chain.needs:
        yield (Span("  needs    ", "dim"), data(", ".join(map(str, chain.needs))))
    for step in chain.steps:
        yield BLANK
        yield from _step(step, page)


def _step(step: Step, page: Page) -> Iterator[Line]:
    where = f"  {step.origin}" if step.origin else ""
    yield (Span("  "), data(step.field, "bold"), data(where, "dim"))
    sides: list[tuple[str, str]] = []
    if "${" in (written := _written(step.written)):
        sides.append(("written", written))
    sides.append(("wanted", page.brief(step.wanted, page.room(17))))
    if step.known_before:
        sides.append(("remembered", page.brief(step.remembered, page.room(17))))
    if step.exists and isinstance(step.wanted, Secret):
        sides.append(("live", "(never shown by the service)"))
    elif step.exists:
        sides.append(("live", page.brief(step.live, page.room(17))))
    for name, said in sides:
        yield (Span(f"    {name:<12}", "dim"), data(said))
    yield (Span("    so          ", "dim"), *_verdict(step))


def _written(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _verdict(step: Step) -> Line:
    if not step.exists:
        return line("it is set when the object is made", "added")
    if step.change is None:
        return line("nothing to do: live is as wanted")
    moved = step.known_before and not same(step.remembered, step.live)
    edited = step.known_before and not same(step.remembered, step.wanted)
    what = "it is replaced" if step.change.forces_replacement else "it is changed"
    causes = []
    if edited or not step.known_before:
        causes.append("the stack says otherwise")
    if moved:
        causes.append("it was changed outside dstate")
    return line(f"{what}: {' and '.join(causes)}", "changed")


def impact_text(address: Address, uses: Sequence[Use]) -> tuple[Line, ...]:
    """List what uses a resource, nearest first."""
    if not uses:
        return ((data(f"Nothing in the stack uses {address}."),),)
    count = f"{len(uses):,} resource uses" if len(uses) == 1 else f"{len(uses):,} resources use"
    lines: list[Line] = [(Span(f"{count} "), data(f"{address}:"))]
    for use in uses:
        where = f"  {use.origin}" if use.origin else ""
        path = f"  through {use.through}" if use.steps > 1 else ""
        lines.append((Span("  " * use.steps), data(str(use.address)), data(path + where, "dim")))
    return tuple(lines)
