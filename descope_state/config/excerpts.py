"""Adds to problems the line they point at, read again from the stack only when it is needed."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from descope_state.config.files import read_inside
from descope_state.config.source import Source, read
from descope_state.errors import WITHHELD, Invalid, Origin, Problem, UnsafeFile

Line: TypeAlias = tuple[str, int]

_QUOTES = "'\""


def excerpted(
    root: Path, problems: Iterable[Problem], *, withheld: Collection[Line] = ()
) -> tuple[Problem, ...]:
    """Give problems with the lines of the stack that they point at, but for those withheld."""
    sources: dict[str, Source | None] = {}
    found = (_excerpted(root, problem, sources) for problem in problems)
    return tuple(
        replace(problem, excerpt=WITHHELD)
        if problem.origin is not None and (problem.origin.file, problem.origin.line) in withheld
        else problem
        for problem in found
    )


def _excerpted(root: Path, problem: Problem, sources: dict[str, Source | None]) -> Problem:
    origin = problem.origin
    if origin is None:
        return problem
    if origin.file not in sources:
        sources[origin.file] = _source(root, origin.file)
    source = sources[origin.file]
    if source is None:
        return problem
    exact = origin if problem.excerpt else _exact(source, origin, problem.inner)
    index = source.index(exact.line) + exact.column - 1
    excerpt = problem.excerpt or source.excerpt(index)
    return replace(problem, origin=exact, excerpt=excerpt, byte=source.byte(index))


def _source(root: Path, file: str) -> Source | None:
    try:
        return read(read_inside(root, file), file=file)
    except (Invalid, UnsafeFile):
        return None  # It changed since it was read; the problem stands without its line.


def _exact(source: Source, origin: Origin, inner: int) -> Origin:
    """Point into an expression: behind the quote, where the text stands on the line it began."""
    if not inner:
        return origin
    start = source.index(origin.line) + origin.column - 1
    first = source.text[start : start + 1]
    if first in ("|", ">", "&", "!"):
        return origin
    column = origin.column + inner - 1 + (first in _QUOTES and first != "")
    line_end = source.text.find("\n", start)
    width = (line_end if line_end >= 0 else len(source.text)) - source.index(origin.line)
    return origin if column > width else replace(origin, column=column)
