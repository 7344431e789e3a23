"""What a plan that undoes drift leaves as it is, in words."""

from collections.abc import Iterable, Iterator

from descope_state.core.undoing import Because, Left
from descope_state.report.clean import clean
from descope_state.report.fields import Page
from descope_state.report.spans import Line, Span, folded

_WORDS = {
    Because.STEADY: "has not drifted",
    Because.AGREED: "is as the stack wants it by now",
    Because.UNSTATED: "is not stated by the stack: state it, and a plan will keep it so",
    Because.UNWANTED: "is no longer in the stack: `dstate plan` says what becomes of it",
}


def left_text(left: Iterable[Left], *, width: int) -> Iterator[Line]:
    """Say what is left, and why."""
    page = Page(width=width)
    for one in left:
        fields = f".{{{', '.join(one.fields)}}}" if len(one.fields) > 1 else ""
        fields = fields or "".join(f".{name}" for name in one.fields)
        text = f"Left alone: {one.address}{fields} {_WORDS[one.because]}."
        for part in folded(clean(text), page.width):
            yield (Span(part, "dim"),)
