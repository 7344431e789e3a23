"""What `drift accept` would write, as text."""

from collections.abc import Iterator, Sequence

from descope_state.frozen import dataclass
from descope_state.model.value import Value
from descope_state.report.spans import Line, Span, Style, data, line
from descope_state.report.values import brief

_DIFFERENCE: dict[str, Style] = {"+": "added", "-": "removed", "@": "dim"}
_INDENT = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One field that is taken into the stack: what it was to be, what it is, and where."""

    title: str
    wanted: Value
    live: Value
    place: str


def accepted_text(taken: Sequence[Taken], *, width: int) -> Iterator[Line]:
    """Say what is accepted, a line for each field."""
    room = max((width - len(_INDENT)) // 2, 20)
    for one in taken:
        yield (
            Span("~ ", "changed"),
            data(one.title),
            Span(" = "),
            data(brief(one.wanted, room)),
            Span(" -> "),
            data(brief(one.live, room)),
            Span("  # ", "dim"),
            data(one.place, "dim"),
        )


def difference_text(difference: str) -> Iterator[Line]:
    """Show what changes in a file."""
    for text in difference.splitlines():
        yield (data(text, _DIFFERENCE.get(text[:1], "")),)


def fed_text(fed: Sequence[tuple[str, Sequence[str]]], unasked: Sequence[str]) -> Iterator[Line]:
    """Say which other environments come to want something else by this."""
    for name, addresses in fed:
        yield (
            Span(f"Environment `{name}` reads the same: it will want this too, for ", "warning"),
            data(", ".join(addresses), "warning"),
        )
    for name in unasked:
        yield line(f"`{name}` could not be looked at: see `dstate validate --env {name}`", "dim")
