"""What several environments share, and what they do not, in words for people and as JSON."""

from collections.abc import Iterable, Iterator, Mapping

from descope_state.core.factoring import Factored, Side, left_in
from descope_state.report.clean import clean
from descope_state.report.intake import intake_json, written_files
from descope_state.report.json_text import Json
from descope_state.report.spans import BLANK, Line, Span, data, line

_MOST = 40


def factored_text(
    found: Factored, sides: Mapping[str, Side], *, files: Mapping[str, int], folder: str
) -> tuple[Line, ...]:
    """Tell what is to be written where, what differs between whom, and what is left out."""
    return (
        *written_files(found.taken, files=files, folder=folder),
        *_section("What differs, and is a variable:", _variables(found)),
        *_section("What an environment lacks, and excludes:", _excluded(found)),
        *_section("Left out:", _left(sides)),
        *_section("Secrets that nobody can read; each stays what it is:", _secrets(found)),
    )


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[Line]:
    told = list(rows)
    if not told:
        return
    yield line(title, "bold")
    for what, where in told[:_MOST]:
        yield (Span("  "), data(what), Span("  "), data(where, "dim"))
    if len(told) > _MOST:
        yield line(f"  and {len(told) - _MOST:,} more", "dim")
    yield BLANK


def _variables(found: Factored) -> Iterator[tuple[str, str]]:
    for one in found.variables:
        yield one.name, f"otherwise in {', '.join(one.values)}"


def _excluded(found: Factored) -> Iterator[tuple[str, str]]:
    for environment, addresses in found.excluded.items():
        for address in addresses:
            yield environment, str(address)


def _left(sides: Mapping[str, Side]) -> Iterator[tuple[str, str]]:
    """Name by kind and reason what is left out, with the environments where not all are alike."""
    rows: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (kind, why, identity), where in left_in(sides).items():
        rows.setdefault((kind, why, where), []).append(clean(identity))
    for (kind, why, where), names in rows.items():
        told = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if names[8:] else "")
        place = "" if len(where) == len(sides) else f", in {', '.join(where)}"
        yield f"{kind} {told}".rstrip(), f"{why}{place}"


def _secrets(found: Factored) -> Iterator[tuple[str, str]]:
    for taken in found.taken:
        for name, source in taken.secrets.items():
            yield f"{taken.address}.{name}", f"from {source.removeprefix('env:')}"


def factored_json(
    found: Factored, sides: Mapping[str, Side], *, files: Iterable[str]
) -> dict[str, Json]:
    """Give the same as one value."""
    return {
        "format_version": "1.0",
        "environments": {name: intake_json(side.intake, files=[]) for name, side in sides.items()},
        "variables": [
            {"name": one.name, "type": one.type, "differs_in": list(one.values)}
            for one in found.variables
        ],
        "excluded": {
            name: [str(address) for address in addresses]
            for name, addresses in found.excluded.items()
        },
        "files": list(files),
    }
