"""Changes one value of a YAML text by cutting at its place; what stands around it stays.

A collection keeps the members that stay as they are written; only what differs inside it is cut.
Nothing here is trusted: `edit.py` reads the result again.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import SequenceMatcher

from descope_state.config.nodes import Lines, Node
from descope_state.config.source import Source
from descope_state.config.spelling import block_lines, key_of, literal, spelled
from descope_state.frozen import dataclass
from descope_state.model.value import Value, canonical, same

_NARROWEST = 60
_COMMENT = re.compile(r"(?:^|\s)#")


class Uncuttable(ValueError):
    """There is no way to cut this; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """What stands between two places, and what is to stand there."""

    start: int
    end: int
    text: str


def spliced(source: Source, root: Node | None, *, old: Value, new: Value) -> Iterator[str]:
    """Give texts that should say the new value instead of the old one, the most careful first."""
    careful = _Cutter(source, whole=False)
    # Where that fails, the innermost list or map that gains or loses members is written as a whole.
    with suppress(Uncuttable):
        yield careful.joined(careful.change(root, old, new=new, flow=False))
    roughly = _Cutter(source, whole=True)
    yield roughly.joined(roughly.change(root, old, new=new, flow=False))


class _Cutter:
    def __init__(self, source: Source, *, whole: bool) -> None:
        self._text = source.text
        self._lines = Lines(source)
        self._whole = whole
        found = next((end for end in ("\r\n", "\n", "\r") if end in source.text), "\n")
        self._break = found

    def joined(self, splices: Iterator[Splice]) -> str:
        """Carry out the cuts."""
        pieces: list[str] = []
        place = 0
        # What is taken away before what is put in at the same place.
        for one in sorted(splices, key=lambda one: (one.start, one.end)):
            if one.start < place:
                message = "two changes stand in each other's way"
                raise Uncuttable(message)
            pieces += [self._text[place : one.start], one.text]
            place = one.end
        return "".join([*pieces, self._text[place:]])

    def change(self, node: Node | None, old: Value, *, new: Value, flow: bool) -> Iterator[Splice]:
        """Find the cuts that make one value another."""
        if same(old, new):
            return
        if node is None:
            yield Splice(start=len(self._text), end=len(self._text), text=self._block(new, 0))
        elif node.sort == "alias" or not self._keeps(old, new):
            yield from self._replaced(node, new, flow=flow)
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from self._mapping(node, old, new)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._sequence(node, old, new)
        else:
            yield from self._replaced(node, new, flow=flow)

    def _keeps(self, old: Value, new: Value) -> bool:
        """Tell whether a collection stays and only members of it change."""
        return bool(old) and bool(new) and not (self._whole and self._shrinks(old, new))

    @staticmethod
    def _shrinks(old: Value, new: Value) -> bool:
        """Tell whether members come or go; where that was tried in vain, the whole is written."""
        if isinstance(old, dict) and isinstance(new, dict):
            return old.keys() != new.keys()
        return isinstance(old, list) and isinstance(new, list) and len(old) != len(new)

    # -- one value -----------------------------------------------------------------------------

    def _replaced(self, node: Node, new: Value, *, flow: bool) -> Iterator[Splice]:
        if node.style in ("|", ">"):
            yield from self._block_text(node, new)
        elif node.sort in ("mapping", "sequence") and not node.flow:
            yield from self._block_collection(node, new)
        elif node.empty:
            yield self._filled(node, new, flow=flow)
        else:
            self._refuse_comments(node)
            text = spelled(new, style=self._style(node), flow=flow)
            yield Splice(start=node.start, end=node.end, text=text)

    def _refuse_comments(self, node: Node) -> None:
        inside = node.sort in ("mapping", "sequence")
        if inside and _COMMENT.search(self._text, node.start, node.end):
            message = "a comment inside it would be lost"
            raise Uncuttable(message)

    @staticmethod
    def _style(node: Node) -> str:
        return node.style if node.sort == "scalar" else ""

    def _filled(self, node: Node, new: Value, *, flow: bool) -> Splice:
        """Write a value where none was: after the colon or the dash that is there for it."""
        before = self._text[: node.start].rstrip(" \t\r\n")
        blank = self._text[: node.start].endswith((" ", "\t", "\n", "\r"))
        needed = "" if blank else " "
        if flow and not before.endswith((":", "[", ",")):
            needed = ": "
        return Splice(start=node.start, end=node.start, text=needed + spelled(new, flow=flow))

    def _block_text(self, node: Node, new: Value) -> Iterator[Splice]:
        first_end = self._lines.end(node.start)
        header_end = node.start + len(self._text[node.start : first_end].partition(" ")[0])
        made = self._literal(node, new) if isinstance(new, str) else None
        if made is None:
            written = spelled(new, style='"', flow=False)
            yield Splice(start=node.start, end=header_end, text=written)
            yield Splice(start=first_end, end=node.end, text="")
            return
        header, lines = made
        yield Splice(start=node.start, end=header_end, text=header)
        text = "".join(self._break + one for one in lines)
        yield Splice(start=first_end, end=node.end, text=text)

    def _literal(self, node: Node, new: str) -> tuple[str, list[str]] | None:
        body = self._text[self._lines.after(node.start) : node.end].splitlines()
        full = [line for line in body if line.strip()]
        if not full:
            return None
        pads = [len(line) - len(line.lstrip(" ")) for line in full]
        pad = min(pads)
        width = max([_NARROWEST, *(len(line) - pad for line in full)])
        return literal(new, style=node.style, pad=" " * pad, width=width)

    def _block_collection(self, node: Node, new: Value) -> Iterator[Splice]:
        """Put a value in the place of a block: on the line of its key, or where it began."""
        text = spelled(new, flow=False)
        first = node.member(0)[0]
        self._refuse_comments(node)
        if not self._lines.opens(first):
            yield Splice(start=node.start, end=node.end, text=text)
            return
        head = self._head(node)
        if isinstance(new, dict | list) and new:
            lines = block_lines(new, indent=node.column)
            deeper = 2 if node.sort == "sequence" and isinstance(new, dict) else 0
            pad = " " * (node.column + deeper)
            if lines != [text]:
                block = self._break.join(pad + one for one in lines)
                yield Splice(start=self._lines.start(first), end=node.end, text=block)
                return
        start = self._lines.start(first)
        yield Splice(start=head, end=head, text=f" {text}")
        yield Splice(start=start, end=self._lines.after(node.end), text="")

    def _head(self, node: Node) -> int:
        """Find the end of what a block hangs from: its key's colon, its dash, its anchor."""
        place = node.outer
        if node.outer != node.start:
            return node.outer + len(self._text[node.outer : node.start].split()[0])
        while place > 0:
            line = self._lines.start(place - 1)
            bare = self._text[line:place].rstrip(" \t\r\n")
            code = _without_comment(bare)
            if code:
                return line + len(code)
            place = line
        message = "the whole document would be replaced"
        raise Uncuttable(message)

    # -- members of a collection ---------------------------------------------------------------

    def _mapping(
        self, node: Node, old: dict[str, Value], new: dict[str, Value]
    ) -> Iterator[Splice]:
        names = list(old)
        if len(names) != len(node.keys):
            message = "its keys are not as they were read"
            raise Uncuttable(message)
        for name, value in zip(names, node.values, strict=True):
            if name in new:
                yield from self.change(value, old[name], new=new[name], flow=node.flow)
        gone = [number for number, name in enumerate(names) if name not in new]
        added = [name for name in new if name not in old]
        yield from self._removed(node, gone)
        if added:
            yield self._appended(node, [(name, new[name]) for name in added], kept=gone)

    def _sequence(self, node: Node, old: list[Value], new: list[Value]) -> Iterator[Splice]:
        left, right = [canonical(one) for one in old], [canonical(one) for one in new]
        gone: list[int] = []
        ends: list[Value] = []
        for tag, i, j, k, m in _steps(left, right):
            both = min(j - i, m - k) if tag == "replace" else 0
            for offset in range(both):
                inner = node.values[i + offset]
                yield from self.change(inner, old[i + offset], new=new[k + offset], flow=node.flow)
            if tag != "equal":
                gone += range(i + both, j)
                fresh = new[k + both : m]
                if j == len(old):
                    ends += fresh
                elif fresh:
                    yield self._inserted(node, fresh, before=i + both)
        yield from self._removed(node, gone)
        if ends:
            yield self._appended(node, [(None, one) for one in ends], kept=gone)

    def _removed(self, node: Node, gone: list[int]) -> Iterator[Splice]:
        lost = set(gone)
        for number in gone:
            if node.flow:
                yield self._out_of_flow(node, number, lost)
            else:
                yield self._out_of_block(node, number)

    def _out_of_flow(self, node: Node, number: int, lost: set[int]) -> Splice:
        """Take a member out with the comma after it; those at the end with the comma before."""
        last = len(node.values) - 1
        start, end = node.member(number)
        rest = self._text[end : self._lines.end(end)].strip(" \t,")
        if self._lines.opens(start) and (not rest or rest.startswith("#")):
            return Splice(start=self._lines.start(start), end=self._lines.after(end), text="")
        if any(other not in lost for other in range(number + 1, last + 1)):
            return Splice(start=start, end=node.member(number + 1)[0], text="")
        return Splice(start=node.member(number - 1)[1], end=end, text="")

    def _out_of_block(self, node: Node, number: int) -> Splice:
        start, end = node.member(number)
        if self._lines.opens(start):
            return Splice(start=self._lines.start(start), end=self._lines.after(end), text="")
        if number + 1 == len(node.values):
            message = "it shares its line with what is around it"
            raise Uncuttable(message)
        following = node.member(number + 1)[0]
        if "#" in self._text[self._lines.end(end) : following]:
            message = "a comment would be lost"
            raise Uncuttable(message)
        return Splice(start=start, end=following, text="")

    def _appended(
        self, node: Node, members: list[tuple[str | None, Value]], *, kept: list[int]
    ) -> Splice:
        last = len(node.values) - 1
        if not node.flow:
            return self._below(node, members, after=node.member(last)[1])
        texts = [_member(name, value) for name, value in members]
        place = node.member(last)[1]
        if len(kept) == len(node.values):
            message = "nothing of it would stay"
            raise Uncuttable(message)
        start = node.member(last)[0]
        own_line = last > 0 and self._lines.opens(start)
        if not own_line:
            return Splice(start=place, end=place, text="".join(f", {one}" for one in texts))
        rest = self._text[place : self._lines.end(place)]
        if rest.strip() not in ("", ","):
            return Splice(start=place, end=place, text="".join(f", {one}" for one in texts))
        comma = rest.strip() == ","
        place = self._lines.end(place) if comma else place
        pad = self._break + self._text[self._lines.start(start) : start]
        tails = [f"{pad}{one}," for one in texts] if comma else [f",{pad}{one}" for one in texts]
        return Splice(start=place, end=place, text="".join(tails))

    def _below(self, node: Node, members: list[tuple[str | None, Value]], *, after: int) -> Splice:
        place = self._lines.after(after)
        text = self._written(node.column, members)
        if place == self._lines.end(after):  # The file ends without a line break.
            return Splice(start=place, end=place, text=self._break + text.removesuffix(self._break))
        return Splice(start=place, end=place, text=text)

    def _inserted(self, node: Node, values: list[Value], *, before: int) -> Splice:
        start = node.member(before)[0]
        if node.flow:
            text = "".join(f"{spelled(one, flow=True)}, " for one in values)
            return Splice(start=start, end=start, text=text)
        members: list[tuple[str | None, Value]] = [(None, one) for one in values]
        if before:
            return self._below(node, members, after=node.member(before - 1)[1])
        if not self._lines.opens(start):
            message = "it shares its line with what is around it"
            raise Uncuttable(message)
        place = self._lines.start(start)
        return Splice(start=place, end=place, text=self._written(node.column, members))

    def _written(self, column: int, members: list[tuple[str | None, Value]]) -> str:
        pad = " " * column
        rows: list[str] = []
        for name, value in members:
            whole: Value = [value] if name is None else {name: value}
            rows += _members_block(whole, indent=column)
        return "".join(f"{pad}{row}{self._break}" for row in rows)

    def _block(self, new: Value, indent: int) -> str:
        rows = _members_block(new, indent=indent) if isinstance(new, dict | list) else []
        start = "" if not self._text or self._text.endswith(("\n", "\r")) else self._break
        return start + "".join(f"{row}{self._break}" for row in rows)


def _steps(left: list[bytes], right: list[bytes]) -> Sequence[tuple[str, int, int, int, int]]:
    """Tell how one list becomes another: place by place, where that touches no more than needed."""
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    differing = [number for number, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    moved = sum(max(j - i, m - k) for tag, i, j, k, m in steps if tag != "equal")
    if len(left) != len(right) or len(differing) > moved:
        return steps
    return [("replace", number, number + 1, number, number + 1) for number in differing]


def _members_block(value: Value, *, indent: int) -> list[str]:
    """Write the members of a collection, each on lines of its own."""
    rows: list[str] = []
    members: list[tuple[str, Value]] = []
    if isinstance(value, dict):
        members = [(f"{key_of(key)}:", one) for key, one in value.items()]
    elif isinstance(value, list):
        members = [("-", one) for one in value]
    for head, one in members:
        inner = block_lines(one, indent=indent + len(head) + 1)
        if inner == [spelled(one, flow=False)]:
            rows.append(f"{head} {inner[0]}")
        elif head == "-":
            rows += [f"- {inner[0]}", *(f"  {text}" for text in inner[1:])]
        else:
            rows += [head, *(f"  {text}" for text in inner)]
    return rows


def _member(name: str | None, value: Value) -> str:
    text = spelled(value, flow=True)
    return text if name is None else f"{key_of(name)}: {text}"


def _without_comment(line: str) -> str:
    """Leave out a comment at the end of a line, and the blanks before it."""
    if line.lstrip().startswith("#"):
        return ""
    place = line.find(" #")
    quoted_text = "'" in line or '"' in line
    return line if place < 0 or quoted_text else line[:place].rstrip()
