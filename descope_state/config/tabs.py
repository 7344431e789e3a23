"""Tabs between values: parsers disagree on them, people cannot see them, so they are refused.

A tab may stand inside quotes, inside a literal or folded text, and inside a comment.
"""

import re
from bisect import bisect_right

import yaml

from descope_state.config.refusals import Refusals, Stop
from descope_state.config.source import Source

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR: object = yaml.ScalarEvent
_COMMENT = re.compile(r"(?:^|[ \t])#")
_LINE = re.compile(r"[^\r\n]*")


def refuse_tabs(source: Source, refusals: Refusals) -> None:
    """Complain about the first tab of every line that has one where it may not be; then stop."""
    if "\t" not in source.text:
        return
    spans, end = _texts(source.text)
    starts = [start for start, _ in spans]
    complained = False
    index = source.text.find("\t")
    while 0 <= index <= end:
        number = bisect_right(starts, index) - 1
        text_end = spans[number][1] if number >= 0 else 0
        line = source.origin(index).line
        following = source.index(line + 1)
        if index < text_end:
            following = text_end
        elif not _in_comment(source, index, max(text_end, source.index(line))):
            complained = True
            refusals.tab(index)
        index = source.text.find("\t", following)
    if complained:
        raise Stop


def _in_comment(source: Source, index: int, start: int) -> bool:
    return _COMMENT.search(source.text[start:index]) is not None


def _texts(text: str) -> tuple[list[tuple[int, int]], int]:
    """Give where quoted and block texts begin and end, and how far the file could be read."""
    spans: list[tuple[int, int]] = []
    parser = _PARSER(text)
    try:
        while (event := parser.get_event()) is not None:
            if event.__class__ is _SCALAR and event.style:
                spans.append((event.start_mark.index, event.end_mark.index))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return spans, mark.index if mark else len(text)
    finally:
        parser.dispose()
    return spans, len(text)
