"""What goes with an object that is to be deleted, for whoever has to approve it."""

from collections.abc import Iterator, Mapping

from descope_state.core.going import Bond, Tie
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, folded, line
from descope_state.report.values import counted


def going_text(
    title: str,
    ties: tuple[Tie, ...],
    *,
    inhabitants: Mapping[str, int],
    stated: str,
    users: tuple[str, ...],
    width: int,
) -> Iterator[Line]:
    """Say what is deleted, what with it, who will miss it, and whether it comes back."""
    yield line(clean(f"{title} is to be deleted."), "bold")
    for tie in ties:
        name = f"{tie.live.kind} `{tie.live.identity or tie.live.id}` ({tie.live.id})"
        yield (Span(clean(f"  {name} {_fate(tie)}")),)
    for noun, count in inhabitants.items():
        if count:
            words = f"  {counted(count, noun)} of it: what is deleted of these cannot be put back"
            yield line(clean(words), "warning")
    for user in users:
        yield (Span(clean(f"  {user} of the stack refers to it")),)
    if stated:
        words = clean(f"The next apply will bring it back: remove it from {stated}.")
        yield from (line(part, "warning") for part in folded(words, width))


def _fate(tie: Tie) -> str:
    if tie.bond is Bond.MISSES:
        return f"refers to it in `{tie.field}`, and will miss it"
    return "goes with it" if tie.rest is None else f"loses it in `{tie.field}`"
