"""Backups, for people: what there is, and what one of them holds."""

from collections.abc import Iterator, Mapping, Sequence

from descope_state.model.value import Json
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, line

Told = Mapping[str, Json]


def backups_text(rows: Sequence[Told]) -> Iterator[Line]:
    """Lay out one line for each backup."""
    return (_summary(row) for row in rows)


def _summary(row: Told) -> Line:
    name = Span(clean(f"{row['name']}  "))
    if row.get("wrong"):
        return (name, Span(clean(f"cannot be used: {row['wrong']}"), "error"))
    what = "everything" if row.get("whole") else f"before run {row.get('run')}"
    count = row.get("objects")
    objects = "object " if count == 1 else "objects"
    about = f"{count:>6} {objects}  {row.get('environment')}  {what}"
    return (name, Span(clean(about), "bold"), Span(clean(f"  {row.get('actor')}"), "dim"))


def backup_text(head: Told, objects: Sequence[tuple[str, str, str, str]]) -> Iterator[Line]:
    """Lay out one backup: what it is of, and each object by kind, name, id and address."""
    yield line(clean(f"Backup {head.get('name')}"), "bold")
    for name in ("at", "run", "command", "actor", "stack", "environment", "project_id", "serial"):
        label = Span(f"  {name.replace('_', ' '):<12} ", "dim")
        yield (label, Span(clean(str(head.get(name)))))
    closed = head.get("closed")
    for kind, why in closed.items() if isinstance(closed, dict) else ():
        yield line(clean(f"  without {kind}: {why}"), "warning")
    for kind, identity, id_, address in objects:
        yield (
            Span(clean(f"  {kind} {identity}")),
            Span(clean(f"  id {id_}"), "dim"),
            Span(clean(f"  {address}" if address else "")),
        )
