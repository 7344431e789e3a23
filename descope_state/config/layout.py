"""The canonical layout of a YAML text: indentation and blank lines, nothing else.

Lines are moved, never rewritten, so comments, quotes, anchors, flow style and folded text stay as
they were typed. The scanner's tokens say to which block a line belongs; each block gets the column
that its depth asks for, and takes its lines along.
"""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Protocol

import yaml

from descope_state.frozen import dataclass

_STEP = 2
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK_START = ("BlockMappingStartToken", "BlockSequenceStartToken")
_OPEN = ("FlowMappingStartToken", "FlowSequenceStartToken")
_CLOSE = ("FlowMappingEndToken", "FlowSequenceEndToken")
_HEADER = re.compile(r"[|>][-+0-9]*")
_SILENT = ("StreamStartToken", "StreamEndToken", "BlockEndToken")


class _Mark(Protocol):
    line: int
    column: int


class _Token(Protocol):
    start_mark: _Mark
    end_mark: _Mark
    style: str | None


@dataclass(slots=True, kw_only=True)
class _Block:
    """A block mapping or sequence; `indentless` is a sequence at the column of its own key."""

    old: int
    new: int
    line: int
    indentless: bool = False
    mapping: bool = False

    @property
    def shift(self) -> int:
        return self.new - self.old


@dataclass(slots=True, kw_only=True)
class _Layout:
    """What is known of the lines of a text, by their numbers."""

    lines: list[str]
    blocks: list[_Block] = field(default_factory=list)
    flow: int = 0
    shifts: dict[int, int] = field(default_factory=dict)
    columns: dict[int, dict[int, int]] = field(default_factory=dict)
    inside: dict[int, int] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    top: list[int] = field(default_factory=list)

    def see(self, token: _Token) -> None:
        name = type(token).__name__
        self.flow += (name in _OPEN) - (name in _CLOSE)
        if self.flow == 0 and name not in _CLOSE:
            self._structure(name, token.start_mark)
        if name not in _SILENT:
            self._place(token)

    def _structure(self, name: str, mark: _Mark) -> None:
        if name in {"KeyToken", "ValueToken", "BlockEndToken"}:
            self._leave_indentless()
        if name == "BlockEndToken":
            self.blocks.pop()
        elif name in _BLOCK_START:
            self._enter(mark, mapping=name == "BlockMappingStartToken")
        elif name == "BlockEntryToken" and self.blocks[-1].mapping:
            parent = self.blocks[-1]
            self.blocks.append(
                _Block(old=mark.column, new=parent.new + _STEP, line=mark.line, indentless=True)
            )
        if name in {"KeyToken", "ValueToken", "BlockEntryToken"}:
            self.blocks[-1].line = mark.line
        if name == "KeyToken" and len(self.blocks) == 1:
            self.top.append(mark.line)

    def _leave_indentless(self) -> None:
        if self.blocks and self.blocks[-1].indentless:
            self.blocks.pop()

    def _enter(self, mark: _Mark, *, mapping: bool) -> None:
        parent = self.blocks[-1] if self.blocks else None
        if parent is None:
            new = 0
        elif parent.line == mark.line:
            new = mark.column + parent.shift
        else:
            new = parent.new + _STEP
        self.blocks.append(_Block(old=mark.column, new=new, line=mark.line, mapping=mapping))

    def _place(self, token: _Token) -> None:
        shift = self.blocks[-1].shift if self.blocks else 0
        first, last = token.start_mark.line, token.end_mark.line
        if first not in self.shifts:
            self.shifts[first] = shift
            self.columns[first] = {block.old: block.shift for block in self.blocks}
        if last > first:
            covered = min(last + (token.end_mark.column > 0), len(self.lines))
            if getattr(token, "style", None) in {"|", ">"}:
                covered = self._end_of_block(token.start_mark, covered)
            self.inside.update(dict.fromkeys(range(first + 1, covered), shift))

    def _end_of_block(self, mark: _Mark, end: int) -> int:
        """Leave out the blank lines after a literal or folded text, unless it keeps them."""
        header = _HEADER.match(self.lines[mark.line], mark.column)
        if header and "+" in header.group():
            self.kept.add(end - 1)
            return end
        blank = self._blank_width(mark.line + 1, end, explicit=_explicit(header))
        while end > mark.line + 1 and self.lines[end - 1] in blank:
            end -= 1
        return end

    def _blank_width(self, start: int, end: int, *, explicit: bool) -> frozenset[str]:
        """Give the lines that mean nothing at the end of a text: blanks up to its indentation."""
        if explicit:
            return frozenset({""})
        widths = (
            len(line) - len(line.lstrip(" ")) for line in self.lines[start:end] if line.strip(" ")
        )
        return frozenset(" " * width for width in range(next(widths, 0) + 1))


def _explicit(header: re.Match[str] | None) -> bool:
    """Tell whether a literal or folded text states its own indentation."""
    return header is None or any(character.isdigit() for character in header.group())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line in its new place; what is inside a text keeps its blanks."""

    text: str
    inside: bool = False
    top: bool = False
    kept: bool = False

    @property
    def comment(self) -> bool:
        return not self.inside and self.text.startswith("#")

    @property
    def blank(self) -> bool:
        return not self.inside and not self.text


def laid_out(text: str) -> str:
    """Give a valid YAML text with Unix line ends its canonical layout."""
    layout = _Layout(lines=text.removesuffix("\n").split("\n"))
    open_end = False
    parser = _PARSER(text)
    try:
        while (token := parser.get_token()) is not None:
            layout.see(token)
            open_end = getattr(token, "style", None) in {"|", ">"} or (
                open_end and type(token).__name__ in _SILENT
            )
    finally:
        parser.dispose()
    lines = list(_spaced(list(_moved(layout))))
    # A last line without an end is part of a literal text's value.
    unended = open_end and not text.endswith("\n") and len(layout.lines) - 1 in layout.inside
    return "\n".join(lines) + ("" if unended else "\n")


def _moved(layout: _Layout) -> Iterator[_Line]:
    lines = layout.lines
    following = _following(lines, layout)
    top = set(layout.top)
    previous = -1
    for number, line in enumerate(lines):
        if number in layout.inside:
            kept = number in layout.kept
            yield _Line(text=_shifted(line, layout.inside[number]), inside=True, kept=kept)
        elif number in layout.shifts:
            previous = number
            ends = number + 1 in layout.inside
            shifted = _shifted(line, layout.shifts[number])
            yield _Line(text=shifted if ends else shifted.rstrip(" "), top=number in top)
        else:
            bare = line.strip(" \t")
            shift = _comment_shift(line, layout, near=(previous, following[number]))
            yield _Line(text=_shifted(line, shift).rstrip(" \t") if bare else "")


def _following(lines: list[str], layout: _Layout) -> list[int]:
    """Give for each line the next one that holds more than a comment; -1 after the last."""
    found = [-1] * len(lines)
    after = -1
    for number in range(len(lines) - 1, -1, -1):
        found[number] = after
        after = number if number in layout.shifts else after
    return found


def _comment_shift(line: str, layout: _Layout, *, near: tuple[int, int]) -> int:
    """Let a comment go with the block at its column: the next line's, else the previous one's."""
    column = len(line) - len(line.lstrip(" "))
    previous, following = near
    for number in (following, previous):
        shift = layout.columns.get(number, {}).get(column)
        if shift is not None:
            return shift
    return layout.shifts.get(following, layout.shifts.get(previous, 0))


def _shifted(line: str, shift: int) -> str:
    if shift >= 0:
        return " " * shift + line if line else line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-shift, blanks) :]


def _spaced(lines: list[_Line]) -> Iterator[str]:
    """Set one blank line around long top-level entries, and no more than one anywhere else."""
    wanted = set(_gaps(lines))
    blank = True
    for number, line in enumerate(_without_end(lines)):
        if number in wanted and not blank:
            yield ""
            blank = True
        if not (line.blank and blank):
            yield line.text
        # A blank line after a text that keeps its blank lines would become part of it.
        blank = line.blank or line.kept


def _without_end(lines: list[_Line]) -> list[_Line]:
    end = len(lines)
    while end and lines[end - 1].blank:
        end -= 1
    return lines[:end]


def _gaps(lines: list[_Line]) -> Iterator[int]:
    """Find the lines before which a blank one belongs: those of an entry with its comments."""
    starts = [number for number, line in enumerate(lines) if line.top]
    heads = [_head(lines, start) for start in starts]
    ends = [*heads[1:], len(lines)]
    long = [
        sum(not line.blank and not line.comment for line in lines[start:end]) > 1
        for start, end in zip(starts, ends, strict=False)
    ]
    for number in range(1, len(starts)):
        if long[number - 1] or long[number]:
            yield heads[number]


def _head(lines: list[_Line], start: int) -> int:
    """Go up over the comments that stand directly above a line."""
    while start and lines[start - 1].comment:
        start -= 1
    return start
