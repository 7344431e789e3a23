"""What is taken in of a project, and what is not, in words for people and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from descope_state.core.intake import Intake, Left, Taken
from descope_state.report.clean import clean
from descope_state.report.json_text import Json
from descope_state.report.spans import BLANK, Line, Span, data, line

_MOST = 8


def intake_text(found: Intake, *, files: Mapping[str, int], folder: str) -> tuple[Line, ...]:
    """Tell what is to be written where, what is left out and why, and what must be set."""
    return (
        *written_files(found.taken, files=files, folder=folder),
        *_left(found.left),
        *_secrets(found),
    )


def written_files(
    objects: Iterable[Taken], *, files: Mapping[str, int], folder: str
) -> Iterator[Line]:
    """Tell which files are to be written, with how many objects in each."""
    if not files:
        return
    yield (Span("To be written into ", "bold"), data(folder, "bold"), Span(":", "bold"))
    yield BLANK
    counts = Counter(taken.address.kind for taken in objects)
    by_file = {f"resources/{kind}": count for kind, count in counts.items()}
    longest = max(map(len, files))
    for name in sorted(files):
        stem = name.removesuffix(".yaml")
        count = by_file.get(stem) or by_file.get(stem.removesuffix("s"))
        told = f"{count:,} {_objects(count)}" if count else f"{files[name]:,} bytes"
        yield (Span("  + ", "added"), data(name.ljust(longest)), Span(f"  {told}", "dim"))
    yield BLANK


def _objects(count: int) -> str:
    return "object" if count == 1 else "objects"


def _left(left: Iterable[Left]) -> Iterator[Line]:
    ordered = sorted(left, key=lambda one: (one.kind, one.why, one.identity, one.id))
    if not ordered:
        return
    yield line("Left out:", "bold")
    for (kind, why), group in groupby(ordered, key=lambda one: (one.kind, one.why)):
        rows = list(group)
        named = [clean(one.identity or one.id) for one in rows if one.identity or one.id]
        more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
        who = f" {', '.join(named[:_MOST])}{more}" if named else ""
        yield (Span("  "), data(f"{kind}{who}"), Span(": "), data(why, "dim"))
        hints = dict.fromkeys(one.hint for one in rows if one.hint)
        for hint in list(hints)[:_MOST]:
            yield (Span("    "), data(hint, "dim"))
    yield BLANK


def _secrets(found: Intake) -> Iterator[Line]:
    rows = [
        (taken, name, source) for taken in found.taken for name, source in taken.secrets.items()
    ]
    if not rows:
        return
    yield line("Secrets that nobody can read; each stays what it is until it is stated:", "bold")
    for taken, name, source in rows:
        told = f"{taken.address}.{name}"
        yield (Span("  "), data(told), Span("  from "), data(source.removeprefix("env:")))
    yield BLANK


def intake_json(found: Intake, *, files: Iterable[str]) -> Json:
    """Give the same as one value."""
    return {
        "format_version": "1.0",
        "imported": [
            {"address": str(taken.address), "id": taken.id, "identity": taken.identity}
            for taken in found.taken
        ],
        "left_out": [
            {"kind": one.kind, "id": one.id, "identity": one.identity, "reason": one.why}
            for one in found.left
        ],
        "files": list(files),
        "secrets": [
            {"field": f"{taken.address}.{name}", "source": source}
            for taken in found.taken
            for name, source in taken.secrets.items()
        ],
    }
