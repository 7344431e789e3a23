"""What `state rebuild` found, as text."""

from collections.abc import Iterator

from descope_state.core.rebuilding import Match, Rebuilt
from descope_state.report.spans import Line, Span, data, line


def rebuilt_text(rebuilt: Rebuilt) -> Iterator[Line]:
    """Say what was found, what could be several things, and what is not there."""
    for match in rebuilt.matched:
        yield (Span("  = ", "added"), data(str(match.address)), data(f" (id {match.id})", "dim"))
        if match.differs:
            fields = ", ".join(match.differs)
            yield (data(f"      differs from the stack: {fields}", "changed"),)
    for match in rebuilt.ambiguous:
        yield from _ambiguous(match)
    for address in rebuilt.missing:
        yield (
            Span("  - ", "removed"),
            data(str(address)),
            Span(" is not in the project; the next apply makes it", "dim"),
        )
    for title in rebuilt.again:
        yield (
            Span("  ~ ", "changed"),
            data(title),
            Span(" is a secret, which cannot be compared: the next apply sets it again", "dim"),
        )
    for title in rebuilt.trusted:
        yield (
            Span("  = ", "added"),
            data(title),
            Span(" is a secret that cannot be set again: it is taken as unchanged", "dim"),
        )
    total = len(rebuilt.matched) + len(rebuilt.ambiguous) + len(rebuilt.missing)
    yield line(
        f"Found {len(rebuilt.matched)} of {total} resources;"
        f" {len(rebuilt.ambiguous)} ambiguous, {len(rebuilt.missing)} not there."
    )


def _ambiguous(match: Match) -> Iterator[Line]:
    ids = ", ".join(match.candidates)
    yield (
        Span("  ? ", "warning"),
        data(str(match.address)),
        Span(" could be "),
        data(ids),
        Span(": left out", "warning"),
    )
    yield (
        Span("      before an apply makes another one, say which: ", "dim"),
        data(f"imports: [{{to: {match.address}, id: {match.candidates[0]}}}]", "dim"),
    )
