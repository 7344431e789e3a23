"""What goes with an object that is to be deleted, for whoever has to approve it."""

from collections.abc import Iterator

from descope_state.core.going import Bond, Tie
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, folded, line


def going_text(
    title: str, ties: tuple[Tie, ...], *, stated: str, users: tuple[str, ...], width: int
) -> Iterator[Line]:
    """Say what is deleted, what with it, who will miss it, and whether it comes back."""
    yield line(clean(f"{title} is to be deleted."), "bold")
    for tie in ties:
        name = f"{tie.live.kind} `{tie.live.identity or tie.live.id}` ({tie.live.id})"
        yield (Span(clean(f"  {name} {_fate(tie)}")),)
    for user in users:
        yield (Span(clean(f"  {user} of the stack refers to it")),)
    if stated:
        words = clean(f"The next apply will bring it back: remove it from {stated}.")
        yield from (line(part, "warning") for part in folded(words, width))


def _fate(tie: Tie) -> str:
    if tie.bond is Bond.MISSES:
        return f"refers to it in `{tie.field}`, and will miss it"
    return "goes with it" if tie.rest is None else f"loses it in `{tie.field}`"
