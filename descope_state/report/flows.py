"""Documents that a provider describes: a flow by its screens, tasks, conditions, edges and texts.

What only moves on a canvas is counted, what fits no section is listed by its place in the
document, and what there is no room for is counted as well.
"""

from collections.abc import Iterable, Iterator, Sequence

from descope_state.model.change import Edit, FieldChange, Mark
from descope_state.model.value import Value
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.fields import (
    FORCES,
    INDENT,
    Page,
    edit_lines,
    field_line,
    name_width,
    note,
    row,
    whole,
)
from descope_state.report.spans import Line, Span, packed
from descope_state.sdk.difference import Difference, Item, Section

_FEW = 6
_SECTION, _ITEM, _EDIT = 2, 6, 10
_HANG = "    "


def described_lines(kind: str, fields: Iterable[FieldChange], *, page: Page) -> Iterator[Line]:
    """Show fields that differ, each as its provider describes it, or else as plain data."""
    fields = tuple(fields)
    width = name_width(field.name for field in fields)
    for field in fields:
        found = page.differ(kind, field) if field.edits and not field.sensitive else None
        if found is None:
            yield from field_line(field, width, page=page)
        else:
            remark = f"  {FORCES}" if field.forces_replacement else ""
            yield row(Mark.CHANGED, f"{clean(field.name).ljust(width)} = {{", remark=remark)
            yield from difference_lines(found, page)
            yield (Span(f"{'':{INDENT + 2}}}}"),)


def stated_by_parts(
    kind: str, attributes: Iterable[tuple[str, Value]], *, page: Page, mark: Mark
) -> Iterator[Line]:
    """Show fields that come or go whole: a document by its parts where its provider knows them.

    Where all is to be shown, the document itself is.
    """
    pairs = tuple(attributes)
    width = name_width(name for name, _ in pairs)
    for name, value in pairs:
        found = _parts(kind, name, value, page=page, mark=mark)
        head = clean(name).ljust(width)
        if found is None:
            yield from whole(head, value, page=page, mark=mark)
        else:
            yield row(mark, f"{head} =")
            yield from _outline(found, page, mark=mark)


def _parts(kind: str, name: str, value: Value, *, page: Page, mark: Mark) -> Difference | None:
    if page.whole or not isinstance(value, dict):
        return None
    before, after = (None, value) if mark is Mark.ADDED else (value, None)
    place = Edit(mark=mark, path=(), before=before, after=after)
    return page.differ(kind, FieldChange(name=name, before=before, after=after, edits=(place,)))


def _outline(found: Difference, page: Page, *, mark: Mark) -> Iterator[Line]:
    for section in found.sections:
        yield from _listed(section, page)
    for edit in found.elsewhere:
        if edit.path:
            value = edit.after if mark is Mark.ADDED else edit.before
            said = f"{values.path_text(edit.path)} = "
            room = page.room(INDENT + 2 + _SECTION + len(said))
            yield note(said + page.brief(value, room), _SECTION, style="")


def _listed(section: Section, page: Page) -> Iterator[Line]:
    """Name the items of a section side by side, and count those there is no room for."""
    title = f"{clean(section.title)} ({len(section.items):,}):"
    room = page.room(INDENT + 2 + _SECTION + len(_HANG))
    # Each name takes some columns: so many of them fit at most.
    names = [clean(item.name) for item in section.items[: _FEW * room]]
    listed = [_fitting(name, room, last=name is names[-1]) for name in names]
    shown = len(listed)
    while len(lines := packed([title, *listed[:shown]], room)) > _FEW:
        shown -= 1
    for position, text in enumerate(lines):
        yield note(text if not position else _HANG + text, _SECTION, style="")
    if more := len(section.items) - shown:
        yield note(f"{_HANG}… and {more:,} more", _SECTION)


def _fitting(name: str, room: int, *, last: bool) -> str:
    short = name if len(name) < room else f"{name[: room - 2]}…"
    return short if last else f"{short},"


def difference_lines(difference: Difference, page: Page) -> Iterator[Line]:
    """Show what a difference says, section by section."""
    for section in difference.sections:
        yield from _section(section, page)
    yield from _elsewhere(difference, page)
    if difference.layout:
        yield note(f"# {values.counted(difference.moved, 'layout move')} hidden", _SECTION)


def _section(section: Section, page: Page) -> Iterator[Line]:
    yield note(f"{clean(section.title)}:", _SECTION, style="bold")
    for item in section.items[: page.most]:
        yield from _item(item, page)
    more = len(section.items) - page.most
    if more > 0:
        yield note(f"# {more:,} more of the {clean(section.title)}", _ITEM)


def _item(item: Item, page: Page) -> Iterator[Line]:
    yield row(item.mark, clean(item.name), inner=_ITEM)
    if item.mark is Mark.CHANGED:
        yield from _edits(item.edits, page, most=page.most if page.whole else _FEW)
    elif page.whole:
        for edit in item.edits:
            yield from _whole(edit.after if item.mark is Mark.ADDED else edit.before, page)


def _whole(value: Value, page: Page) -> Iterator[Line]:
    room = page.room(INDENT + _EDIT + 2)
    return (note(text, _EDIT, style="") for text in values.block(value, room=room, most=page.most))


def _edits(edits: Sequence[Edit], page: Page, *, most: int, inner: int = _EDIT) -> Iterator[Line]:
    for edit in edits[:most]:
        yield from edit_lines(edit, page, inner=inner)
    if len(edits) > most:
        yield note(f"# {values.counted(len(edits) - most, 'more difference')}", inner)


def _elsewhere(difference: Difference, page: Page) -> Iterator[Line]:
    if not difference.elsewhere:
        return
    also = "and " if difference.sections else ""
    counted = values.counted(len(difference.elsewhere), "difference")
    yield note(f"{also}{counted} elsewhere:", _SECTION, style="bold")
    yield from _edits(difference.elsewhere, page, most=page.most, inner=_ITEM)
