"""One change as lines: the marker, the address, why, and what it changes.

The words of a reason are chosen here and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from descope_state.model.address import Address
from descope_state.model.change import (
    Action,
    Change,
    Drift,
    DriftSort,
    FieldChange,
    Mark,
    Reason,
)
from descope_state.model.value import Value, known
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.fields import INDENT, Page
from descope_state.report.flows import described_lines, stated_by_parts
from descope_state.report.spans import BLANK, Line, Span, Style, columns, data, folded

MARKERS: dict[Action, str] = {
    Action.NOOP: " ",
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.ADOPT: "<=",
    Action.FORGET: ".",
    Action.MOVE: "=>",
}
CREATE_FIRST = "+/-"
BLOCKED = "!"

STYLES: dict[Action, Style] = {
    Action.NOOP: "dim",
    Action.CREATE: "added",
    Action.UPDATE: "changed",
    Action.REPLACE: "replaced",
    Action.DELETE: "removed",
    Action.ADOPT: "read",
    Action.FORGET: "dim",
    Action.MOVE: "read",
}

VERBS: dict[Action, str] = {
    Action.NOOP: "leave as it is",
    Action.CREATE: "create",
    Action.UPDATE: "update in place",
    Action.REPLACE: "destroy and create again",
    Action.DELETE: "destroy",
    Action.ADOPT: "import",
    Action.FORGET: "forget, not destroy",
    Action.MOVE: "move",
}
CREATE_FIRST_VERB = "create again, then destroy"

_REASONS: dict[tuple[Action, Reason], str] = {
    (Action.CREATE, Reason.VANISHED): "vanished from the project",
    (Action.CREATE, Reason.REQUESTED): "asked for",
    (Action.UPDATE, Reason.EDITED): "changed in the stack",
    (Action.UPDATE, Reason.REQUESTED): "asked for",
    (Action.UPDATE, Reason.TAINTED): "its last apply did not finish",
    (Action.REPLACE, Reason.EDITED): "changed in the stack",
    (Action.REPLACE, Reason.IMMUTABLE): "cannot be changed in place",
    (Action.REPLACE, Reason.TAINTED): "its last apply did not finish",
    (Action.REPLACE, Reason.REQUESTED): "replacement asked for",
    (Action.REPLACE, Reason.TRIGGERED): "its `replace_triggered_by` changes",
    (Action.DELETE, Reason.REMOVED): "no longer wanted by the stack",
    (Action.DELETE, Reason.REQUESTED): "destruction asked for",
    (Action.FORGET, Reason.REMOVED): "no longer wanted by the stack; stays in the project",
    (Action.FORGET, Reason.REQUESTED): "asked for; stays in the project",
    (Action.FORGET, Reason.VANISHED): "vanished from the project",
    (Action.ADOPT, Reason.NONE): "taken into the state as it is",
}


def change_lines(change: Change, drift: Mapping[Address, Drift], *, page: Page) -> Iterator[Line]:
    """Show one change; a blocked one only says what stands in its way, unless all is shown."""
    yield from _header(change, drift, page)
    if change.takes_along:
        yield from _folded(f"takes along: {along(change)}", page, STYLES[change.action])
    if change.blocked:
        verb = VERBS[change.action]
        yield from _folded(f"would {verb}: {change.blocked}", page, "blocked")
        if not page.whole:
            return
    yield from _body(change, page)


def along(change: Change) -> str:
    """Count what is deleted with an object: `212 users, 2 roles, 1 access key`."""
    return ", ".join(
        values.counted(count, clean(kind.replace("_", " ")))
        for kind, count in sorted(change.takes_along.items(), key=lambda one: (-one[1], one[0]))
    )


def drift_lines(drift: Drift, page: Page) -> Iterator[Line]:
    """Show what happened to one object outside dstate."""
    mark, style, words = _DRIFTS[drift.sort]
    yield _title(mark, style, address=drift.address, notes=(drift.id, words))
    if drift.sort is not DriftSort.DELETED:
        yield from described_lines(drift.address.kind, map(_happened, drift.fields), page=page)
    if drift.unmanaged and page.whole:
        yield from described_lines(drift.address.kind, map(_happened, drift.unmanaged), page=page)
    elif drift.unmanaged:
        fields = values.counted(len(drift.unmanaged), "field")
        too = " too" if drift.fields else ""
        yield _aside(f"# {fields} that the stack does not state changed{too}")


def _happened(field: FieldChange) -> FieldChange:
    """Give a difference that is there already, and so forces nothing."""
    return replace(field, forces_replacement=False)


_DRIFTS: dict[DriftSort, tuple[str, Style, str]] = {
    DriftSort.CHANGED: ("~", "changed", ""),
    DriftSort.DELETED: ("-", "removed", "deleted"),
    DriftSort.CONVERGED: ("=", "read", "is now as the stack wants it"),
}


def reason(change: Change, drift: Mapping[Address, Drift]) -> str:
    """Say in words why a change is made and what else comes with it."""
    words = [_why(change, drift)]
    if change.moved_from is not None:
        words.append(f"moved from {change.moved_from}")
    if change.importing and not change.blocked and change.action is not Action.ADOPT:
        words.append("imported")
    return "; ".join(word for word in words if word)


def marker(change: Change) -> str:
    """Give the symbol that stands before an address."""
    if change.blocked:
        return BLOCKED
    if change.action is Action.REPLACE and change.create_first:
        return CREATE_FIRST
    return MARKERS[change.action]


def _why(change: Change, drift: Mapping[Address, Drift]) -> str:
    if change.blocked:
        return "blocked"
    if change.reason is Reason.DRIFTED:
        return _drifted(change, drift)
    if change.reason is Reason.IMMUTABLE:
        return f"{_immutable(change)}cannot be changed in place"
    if change.reason is Reason.EDITED and not any(known(field.after) for field in change.fields):
        return "what it refers to changes"
    words = _REASONS.get((change.action, change.reason))
    if words is not None:
        return words
    return _REASONS.get((change.action, Reason.NONE), "")


def _drifted(change: Change, drift: Mapping[Address, Drift]) -> str:
    found = drift.get(change.address)
    outside = {field.name for field in found.fields} if found else set()
    names = [field.name for field in change.fields if field.name in outside or not outside]
    return f"changed outside dstate: {_enumerated(names)}" if names else "changed outside dstate"


def _immutable(change: Change) -> str:
    names = _enumerated([field.name for field in change.fields if field.forces_replacement])
    return f"{names} " if names else ""


def _enumerated(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _header(change: Change, drift: Mapping[Address, Drift], page: Page) -> Iterator[Line]:
    style = "blocked" if change.blocked else STYLES[change.action]
    why = clean(reason(change, drift))
    object_id = "" if change.action is Action.CREATE else change.id
    head = _title(marker(change), style, address=change.address, notes=(object_id, ""))
    if not why:
        yield head
    elif sum(columns(span.text) for span in head) + len(why) + 4 <= page.width:
        yield (*head, Span(f"  # {why}", "dim"))
    else:
        yield head
        yield from _folded(why, page, "dim")


def _title(mark: str, style: Style, *, address: Address, notes: tuple[str, str]) -> Line:
    object_id, words = notes
    name = data(f"{address}", "bold")
    known = Span(f" (id {clean(object_id)})" if object_id else "", "dim")
    said = Span(f"  # {words}" if words else "", "dim")
    return (Span(f"{mark:>3} ", style), name, known, said)


def _folded(text: str, page: Page, style: Style) -> Iterator[Line]:
    for part in folded(clean(text), page.room(INDENT + 2)):
        yield (Span(f"{'':{INDENT}}# {part}", style),)


def _aside(text: str) -> Line:
    return (Span(f"{'':{INDENT}}{text}", "dim"),)


def _body(change: Change, page: Page) -> Iterator[Line]:
    match change.action:
        case Action.CREATE:
            yield from _whole(change, change.after, page=page, mark=Mark.ADDED)
        case Action.DELETE:
            yield from _whole(change, change.before, page=page, mark=Mark.REMOVED)
        case Action.UPDATE | Action.REPLACE:
            yield from described_lines(change.address.kind, change.fields, page=page)
            yield from _unchanged(change)
        case Action.NOOP | Action.ADOPT | Action.FORGET | Action.MOVE:
            yield from described_lines(change.address.kind, change.fields, page=page)


def _whole(
    change: Change, attributes: Mapping[str, Value] | None, *, page: Page, mark: Mark
) -> Iterator[Line]:
    """Show an object that comes or goes: all that is stated of it, or all that is known of it."""
    if mark is Mark.ADDED and change.fields:
        yield from described_lines(change.address.kind, change.fields, page=page)
        return
    secret = {field.name for field in change.fields if field.sensitive}
    pairs = _telling(change, attributes or {}, mark)
    openly = [(name, value) for name, value in pairs if name not in secret]
    yield from stated_by_parts(change.address.kind, openly, page=page, mark=mark)
    for name in sorted(secret.intersection(attributes or {})):
        yield _aside(f"{mark.value} {clean(name)} = {values.SENSITIVE}")


def _telling(
    change: Change, attributes: Mapping[str, Value], mark: Mark
) -> Iterable[tuple[str, Value]]:
    if mark is Mark.ADDED and change.stated:
        return [(name, attributes[name]) for name in change.stated if name in attributes]
    empty: tuple[Value, ...] = (None, "", [], {})
    # A saved plan has lost the order of the schema, and is to read like the one that was printed.
    return [(name, value) for name, value in sorted(attributes.items()) if value not in empty]


def _unchanged(change: Change) -> Iterator[Line]:
    changed = {field.name for field in change.fields}
    stated = change.stated or tuple(change.after or ())
    number = sum(1 for name in stated if name not in changed)
    if number:
        yield _aside(f"# {values.counted(number, 'unchanged field')} hidden")


def spaced(groups: Iterable[Iterator[Line]]) -> Iterator[Line]:
    """Put an empty line between groups, but not between two of one line each."""
    alone = True
    for position, group in enumerate(groups):
        lines = tuple(group)
        if position and not (alone and len(lines) == 1):
            yield BLANK
        yield from lines
        alone = len(lines) == 1
    yield BLANK
