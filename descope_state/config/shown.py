"""The lines of the stack's files below the problems that were found later than at reading."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from descope_state.config.files import read_inside
from descope_state.config.source import Source, read
from descope_state.errors import DstateError, Problem


def with_excerpts(root: Path, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Add the line and the exact column to every problem that has a place but no excerpt yet."""
    sources: dict[str, Source | None] = {}
    return tuple(_with_excerpt(root, problem, sources=sources) for problem in problems)


def _with_excerpt(root: Path, problem: Problem, *, sources: dict[str, Source | None]) -> Problem:
    origin = problem.origin
    if origin is None or problem.excerpt:
        return problem
    if origin.file not in sources:
        sources[origin.file] = _source(root, origin.file)
    source = sources[origin.file]
    if source is None:
        return problem
    index = source.index(origin.line) + origin.column - 1
    index += _inside(source.text, index, problem.inner)
    return replace(problem, origin=source.origin(index), excerpt=source.excerpt(index), inner=0)


def _source(root: Path, name: str) -> Source | None:
    """Read a file again; where it is gone or broken by now, the problem stands without a line."""
    try:
        return read(read_inside(root, name), file=name)
    except DstateError:
        return None


def _inside(text: str, index: int, inner: int) -> int:
    """Count the characters from the start of a value to a column of its text.

    Only a text on one line can be counted in; others are pointed at where they begin.
    """
    if inner <= 0 or text[index : index + 1] in {"|", ">", "&", ""}:
        return 0
    offset = inner - 1 + (text[index] in "\"'")
    return 0 if "\n" in text[index : index + offset] else offset
