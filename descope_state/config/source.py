"""The text of one file, and the complaints about places in it.

What may not be in any file at all (too much, other encodings, control characters, directives) is
refused here, before a parser sees it, so that every parser gives the same answer.
"""

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, islice, pairwise

from descope_state.errors import Invalid, Origin, Problem

LARGEST_FILE = 10_000_000
LARGEST_COUNT = 1_000_000
LARGEST_LINES = 500_000
DEEPEST = 64
LARGEST_EXPANSION = 10_000

_EXCERPT_WIDTH = 120
_ORDINARY_BYTES = bytes(sorted({9, 10, 13, *range(0x20, 0x7F), *range(0x80, 0x100)}))
# Compiled when they are first used: most stacks are plain ASCII, and large classes take their time.
_FORBIDDEN = (
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LINE_BREAK = re.compile("\r\n|\r|\n")
_LEADING_LINE = re.compile(r"(?:%[^\r\n]*|[ \t]*(?:#[^\r\n]*)?)(?:\r\n|\r|\n)")
# Zero-width characters and those that turn the direction of text around.
_INVISIBLE = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]"
_MOST_WARNINGS = 10
_MOST_CHARACTERS = 20
_BOM = "\ufeff"


class Source:
    """A file's text; characters count from zero, lines and columns from one."""

    def __init__(self, text: str, *, file: str) -> None:
        self.text = text
        self.file = file

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def origin(self, index: int) -> Origin:
        """Say where a character stands."""
        line = bisect_right(self._starts, index)
        return Origin(file=self.file, line=line, column=index - self._starts[line - 1] + 1)

    def index(self, line: int) -> int:
        """Give the first character of a line; a line after the last one begins at the end."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    @cached_property
    def _byte_starts(self) -> list[int]:
        lines = pairwise([*self._starts, len(self.text)])
        sizes = (len(self.text[start:end].encode()) for start, end in lines)
        return list(accumulate(sizes, initial=0))

    def byte(self, index: int) -> int:
        """Give the place of a character as a number of bytes."""
        if self.text.isascii():
            return index
        line = bisect_right(self._starts, index) - 1
        return self._byte_starts[line] + len(self.text[self._starts[line] : index].encode())

    def excerpt(self, index: int) -> str:
        """Show the line of a character, with a caret below it."""
        start = self._starts[bisect_right(self._starts, index) - 1]
        left = max(start, index - _EXCERPT_WIDTH // 2)
        found = _LINE_BREAK.search(self.text, start)
        end = found.start() if found else len(self.text)
        line = self.text[left : min(end, left + _EXCERPT_WIDTH)].replace("\t", " ")
        return f"{line}\n{' ' * (index - left)}^"

    def problem(self, code: str, index: int, *, message: str, hint: str = "") -> Problem:
        """Complain about the character at an index."""
        return Problem(
            code=code,
            message=message,
            origin=self.origin(index),
            hint=hint,
            excerpt=self.excerpt(index),
            byte=self.byte(index),
        )


def read(data: bytes, *, file: str) -> Source:
    """Decode a file; Invalid says what no file may hold."""
    if len(data) > LARGEST_FILE:
        raise Invalid([_too_large(len(data), file)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid([_not_utf8(data, error.start, file=file)]) from None
    _refuse_endless(data, file)
    source = Source(text.removeprefix(_BOM), file=file)
    if data.translate(None, _ORDINARY_BYTES) or not text.isascii():
        _refuse_control_characters(source)
    _refuse_directives(source)
    return source


def _too_large(size: int, file: str) -> Problem:
    return Problem(
        code="E1102",
        message=f"the file has {size:,} bytes; at most {LARGEST_FILE:,} are read",
        origin=Origin(file=file, line=1),
        hint="split it into several files",
    )


def _refuse_endless(data: bytes, file: str) -> None:
    """Refuse by counting what would take seconds to parse and be refused in the end."""
    if data.count(b"\n") + data.count(b"\r") > LARGEST_LINES:
        message = f"the file has more than {LARGEST_LINES:,} lines"
    elif data.count(b",") > LARGEST_COUNT:
        message = f"the file holds more than {LARGEST_COUNT:,} values"
    else:
        return
    origin = Origin(file=file, line=1)
    hint = "split it into several files"
    raise Invalid([Problem(code="E1102", message=message, origin=origin, hint=hint)])


def _not_utf8(data: bytes, index: int, *, file: str) -> Problem:
    source = Source(data.decode("utf-8", "replace").removeprefix(_BOM), file=file)
    return source.problem(
        "E1103",
        len(data[:index].decode("utf-8").removeprefix(_BOM)),
        message=f"the byte 0x{data[index]:02x} is not UTF-8 text",
        hint="save the file as UTF-8",
    )


def _refuse_control_characters(source: Source) -> None:
    found = list(islice(re.finditer(_FORBIDDEN, source.text), _MOST_CHARACTERS))
    if found:
        raise Invalid(
            source.problem(
                "E1104",
                match.start(),
                message=f"the character U+{ord(match.group()):04X} may not stand in a file",
                hint="remove it, or write it as an escape between double quotes",
            )
            for match in found
        )


def _refuse_directives(source: Source) -> None:
    """Refuse `%` lines before the document: one of them would make `NO` mean false."""
    found = []
    index = 0
    while match := _LEADING_LINE.match(source.text, index):
        if match.group().startswith("%"):
            found.append(index)
        index = match.end()
    if found:
        message = "directives are not read: a stack is YAML 1.2 without `%` lines"
        raise Invalid(
            source.problem("E1112", index, message=message, hint="remove the line")
            for index in found
        )


def invisible(source: Source) -> list[Problem]:
    """Warn about characters that nobody sees: what is read may not be what is shown."""
    if source.text.isascii():
        return []
    found = islice(re.finditer(_INVISIBLE, source.text), _MOST_WARNINGS)
    return [
        replace(
            source.problem(
                "E1118",
                match.start(),
                message=f"the invisible character U+{ord(match.group()):04X} stands here",
                hint="remove it, or write it as an escape between double quotes",
            ),
            warning=True,
        )
        for match in found
    ]
