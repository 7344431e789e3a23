"""One field of a change as lines: its name, what it was, what it becomes, and where inside.

A set shows the elements that come and go, a map its keys, a text its lines. What stays the same
is counted, never printed.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from descope_state.frozen import dataclass
from descope_state.model.change import Edit, FieldChange, Mark
from descope_state.model.value import Value
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, Style
from descope_state.sdk.difference import Difference

INDENT = 6
FORCES = "# forces replacement"
LONGEST_TEXT = 2_000

_STYLES: dict[Mark, Style] = {
    Mark.ADDED: "added",
    Mark.REMOVED: "removed",
    Mark.CHANGED: "changed",
}


Differ = Callable[[str, FieldChange], Difference | None]


def undescribed(kind: str, field: FieldChange) -> Difference | None:
    """Know nothing of what documents are made of."""
    del kind, field
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How much room a report has, and whether it shows long documents and texts whole.

    `differ` knows the documents of some kinds better than a walk over JSON does.
    """

    width: int
    whole: bool = False
    differ: Differ = undescribed

    @property
    def most(self) -> int:
        """Say how many lines one value may take."""
        return 100_000 if self.whole else 16

    def room(self, taken: int) -> int:
        """Say how many columns are left for a value."""
        return max(self.width - taken, values.NARROWEST)

    def brief(self, value: Value, room: int) -> str:
        """Spell a value on one line; a text is left whole where all is to be shown."""
        if self.whole and isinstance(value, str):
            return values.scalar(value)
        return values.brief(value, room)


def name_width(names: Iterable[str]) -> int:
    """Say how wide the column of names is; one very long name does not push the others away."""
    return min(max((len(name) for name in names), default=0), 32)


def whole(name: str, value: Value, *, page: Page, mark: Mark) -> Iterator[Line]:
    """Show one field that comes or goes whole: short on one line, else a block under its name."""
    head = f"{name} = "
    text = values.inline(value, page.room(INDENT + 2 + len(head)))
    if text is not None:
        yield row(mark, head + text)
    elif mark is Mark.REMOVED or (isinstance(value, str) and "\n" not in value):
        yield row(mark, head + page.brief(value, page.room(INDENT + 2 + len(head))))
    elif isinstance(value, str):
        yield row(mark, f"{head}{_lines_word(value)}")
        yield from _text_block(value, page)
    else:
        yield from _container(head, value, page=page, mark=mark)


def field_line(field: FieldChange, width: int, *, page: Page) -> Iterator[Line]:
    """Show one field that differs, its name as wide as its neighbours'."""
    mark = _mark(field)
    name = clean(field.name).ljust(width)
    forces = f"  {FORCES}" if field.forces_replacement else ""
    if field.sensitive:
        yield row(mark, f"{name} = {_arrow(mark, *_concealed(field))}", remark=forces)
    elif mark is not Mark.CHANGED:
        value = field.after if mark is Mark.ADDED else field.before
        yield from _with_note(whole(name, value, page=page, mark=mark), forces)
    elif field.edits:
        yield from _edited(field, f"{name} = ", page=page, remark=forces)
    else:
        yield from _with_note(_replaced(field, f"{name} = ", page), forces)


def _mark(field: FieldChange) -> Mark:
    if field.before is None and field.after is not None:
        return Mark.ADDED
    if field.after is None and field.before is not None:
        return Mark.REMOVED
    return Mark.CHANGED


def _concealed(field: FieldChange) -> tuple[str, str]:
    return values.concealed(field.before), values.concealed(field.after)


def _arrow(mark: Mark, before: str, after: str) -> str:
    match mark:
        case Mark.ADDED:
            return after
        case Mark.REMOVED:
            return before
        case Mark.CHANGED:
            return f"{before} -> {after}"


def _edited(field: FieldChange, head: str, *, page: Page, remark: str) -> Iterator[Line]:
    opening, closing = ("[", "]") if isinstance(field.after, list) else ("{", "}")
    yield row(Mark.CHANGED, head + opening, remark=remark)
    for edit in field.edits[: page.most]:
        yield from edit_lines(edit, page)
    if len(field.edits) > page.most:
        more = values.counted(len(field.edits) - page.most, "more difference")
        yield note(f"# {more}", 4)
    unchanged = _unchanged(field)
    if unchanged > 0:
        yield note(f"# {unchanged:,} unchanged", 4)
    if field.hidden:
        yield note(f"# {_hidden(field.hidden)}", 4)
    yield (Span(f"{'':{INDENT + 2}}{closing}"),)


def _hidden(number: int) -> str:
    return f"{values.counted(number, 'change')} of layout or bookkeeping hidden"


def _unchanged(field: FieldChange) -> int:
    """Count the top-level elements that no edit touches."""
    kept = [edit for edit in field.edits if edit.mark is not Mark.REMOVED or len(edit.path) > 1]
    heads = {edit.path[0] for edit in kept if edit.path}
    touched = len(heads) + sum(1 for edit in kept if not edit.path)
    return len(field.after) - touched if isinstance(field.after, list | dict) else 0


def edit_lines(edit: Edit, page: Page, *, inner: int = 4) -> Iterator[Line]:
    """Show one place inside a field."""
    head = f"{values.path_text(edit.path)} = " if _named(edit) else ""
    if edit.mark is Mark.CHANGED:
        yield from _pair(edit.before, edit.after, head=head, page=page, inner=inner)
        return
    value = edit.after if edit.mark is Mark.ADDED else edit.before
    text = page.brief(value, page.room(INDENT + 2 + inner + len(head)))
    yield row(edit.mark, head + text, inner=inner)


def _named(edit: Edit) -> bool:
    """Tell whether the place says something: a position does not where an element comes or goes."""
    if edit.mark is Mark.CHANGED or len(edit.path) != 1:
        return bool(edit.path)
    return isinstance(edit.path[0], str)


def _replaced(field: FieldChange, head: str, page: Page) -> Iterator[Line]:
    before, after = field.before, field.after
    if isinstance(before, str) and isinstance(after, str) and _comparable(before, after):
        yield row(Mark.CHANGED, f"{head}{_lines_word(after)}")
        yield from _line_differences(before, after, page)
    else:
        yield from _pair(before, after, head=head, page=page)


def _comparable(before: str, after: str) -> bool:
    """Tell whether two texts are better compared line by line; beyond some size that takes long."""
    return 1 <= max(before.count("\n"), after.count("\n")) <= LONGEST_TEXT


def _pair(before: Value, after: Value, *, head: str, page: Page, inner: int = 0) -> Iterator[Line]:
    """Show two values side by side, or one under the other where they do not fit."""
    room = page.width - (INDENT + inner + 2 + len(head))
    left = values.inline(before, room - 4)
    right = None if left is None else values.inline(after, room - 4 - len(left))
    if left is not None and right is not None:
        yield row(Mark.CHANGED, f"{head}{left} -> {right}", inner=inner)
        return
    start = _first_difference(before, after)
    below = page.room(INDENT + inner + 6)
    yield row(Mark.CHANGED, head.rstrip(), inner=inner)
    yield row(Mark.REMOVED, _side(before, below, page=page, start=start), inner=inner + 4)
    yield row(Mark.ADDED, _side(after, below, page=page, start=start), inner=inner + 4)


def _side(value: Value, room: int, *, page: Page, start: int) -> str:
    if isinstance(value, str) and start and not page.whole and values.inline(value, room) is None:
        return values.cut(value, room=room, start=start)
    return page.brief(value, room)


def _first_difference(before: Value, after: Value) -> int:
    """Find where two long texts part, less a few characters of what they share."""
    if not isinstance(before, str) or not isinstance(after, str):
        return 0
    shared = next(
        (
            place
            for place, pair in enumerate(zip(before, after, strict=False))
            if pair[0] != pair[1]
        ),
        min(len(before), len(after)),
    )
    return max(shared - 8, 0)


def _container(head: str, value: Value, *, page: Page, mark: Mark) -> Iterator[Line]:
    lines = values.block(value, room=page.room(INDENT + 4), most=page.most)
    for position, text in enumerate(lines):
        yield note(text, 0, style="") if position else row(mark, head + text)


def _lines_word(text: str) -> str:
    return f"text of {values.counted(text.count(chr(10)) + 1, 'line')}:"


def _text_block(text: str, page: Page) -> Iterator[Line]:
    lines = text.split("\n")
    for one in lines[: page.most]:
        yield note(_fitted(one, page), 4, style="")
    if len(lines) > page.most:
        yield note(f"… ({values.counted(len(lines) - page.most, 'more line')})", 4)


def _fitted(text: str, page: Page) -> str:
    room = page.room(INDENT + 6)
    return f"{clean(text[: room - 1])}…" if len(text) > room else clean(text)


def _line_differences(before: str, after: str, page: Page) -> Iterator[Line]:
    from difflib import unified_diff  # noqa: PLC0415  # only texts of several lines need it

    differences = unified_diff(before.split("\n"), after.split("\n"), n=1, lineterm="")
    found = [one for one in islice(differences, 2, None) if not one.startswith("@@")]
    for one in found[: page.most]:
        text = _fitted(one[1:], page)
        yield note(text, 4, style="") if one[0] == " " else row(Mark(one[0]), text, inner=4)
    if len(found) > page.most:
        yield note(f"… ({values.counted(len(found) - page.most, 'more line')} of differences)", 4)


def row(mark: Mark, text: str, *, remark: str = "", inner: int = 0) -> Line:
    """Make a line about something that comes, goes or changes."""
    head = Span(f"{'':{INDENT + inner}}{mark.value} ", _STYLES[mark])
    return (head, Span(text), Span(remark, "replaced")) if remark else (head, Span(text))


def note(text: str, inner: int, *, style: Style = "dim") -> Line:
    """Make a line of our own words below a field."""
    return (Span(f"{'':{INDENT + 2 + inner}}{text}".rstrip(), style),)


def _with_note(lines: Iterator[Line], note: str) -> Iterator[Line]:
    """Put a note at the end of the first line."""
    for position, spans in enumerate(lines):
        yield spans if position or not note else (*spans, Span(note, "replaced"))
