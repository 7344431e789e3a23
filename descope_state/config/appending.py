"""Adds a block to a file of resources, after the others of its kind; every line there stays."""

from descope_state.config import yaml
from descope_state.config.edit import Unwritable
from descope_state.config.writing import Written, block, resources, spelled
from descope_state.errors import Invalid, Origin
from descope_state.model.value import Path, Value, canonical

_STEP = 2


def appended(text: bytes, *, one: Written, file: str) -> bytes:
    """Add a block to a file after the others of its kind; every line that was there stays."""
    before = yaml.parse(text, file=file)
    data = before.data if before.data is not None else {}
    wanted = _with(data, one)
    lines = before.source.text.split("\n")
    if lines[-1] == "":
        lines.pop()
    result = "\n".join(_inserted(before, lines, one)).encode() + b"\n"
    try:
        same = wanted is not None and canonical(yaml.parse(result, file=file).data) == wanted
    except Invalid:
        same = False
    if not same:
        name = f"{one.kind}.{one.name}"
        message = f"`{name}` cannot be added to `{file}` without changing what is there"
        hint = "name another file with --write, or paste the block by hand"
        raise Unwritable(message, hint=hint, origin=Origin(file=file, line=1))
    return result


def _with(data: Value, one: Written) -> bytes | None:
    """Give what the file must say afterwards; None where it has no room for the block."""
    if not isinstance(data, dict):
        return None
    kinds = data.get("resources") or {}
    named = kinds.get(one.kind) or {} if isinstance(kinds, dict) else None
    if not isinstance(kinds, dict) or not isinstance(named, dict) or one.name in named:
        return None
    block_ = spelled(dict(one.body))
    return canonical({**data, "resources": {**kinds, one.kind: {**named, one.name: block_}}})


def _inserted(document: yaml.Document, lines: list[str], one: Written) -> list[str]:
    """Put the lines of a block where its kind ends, or else where the resources do."""
    below = _Section.of(document, ("resources", one.kind), lines)
    if below is not None:
        new = block(one, indent=below.indent)
        apart = [""] if len(new) > 1 or below.airy(lines) else []
        return [*lines[: below.end], *apart, *new, *lines[below.end :]]
    above = _Section.of(document, ("resources",), lines)
    if above is not None:
        head = f"{' ' * above.indent}{one.kind}:"
        new = ["", head, *block(one, indent=above.indent + _STEP)]
        return [*lines[: above.end], *new, *lines[above.end :]]
    whole = resources([one], heading=()).removesuffix("\n").split("\n")
    return [*lines, *([""] if lines else []), *whole]


class _Section:
    """The lines of a block mapping: where the next member goes, and how far to the right."""

    def __init__(self, *, start: int, end: int, indent: int) -> None:
        self.start = start
        self.end = end
        self.indent = indent

    @classmethod
    def of(cls, document: yaml.Document, path: Path, lines: list[str]) -> "_Section | None":
        """Find the mapping that a path leads to; None where there is none."""
        key = document.key_origin(path)
        if key is None:
            return None
        column = key.column - 1
        end, indent = key.line, 0
        for number in range(key.line, len(lines)):
            bare = lines[number].strip()
            width = len(lines[number]) - len(lines[number].lstrip(" "))
            if bare and width <= column and bare[0] != "#":
                break
            if bare and (bare[0] != "#" or width > column):
                end = number + 1
                indent = indent or (width if bare[0] != "#" else 0)
        return cls(start=key.line, end=end, indent=indent or column + _STEP)

    def airy(self, lines: list[str]) -> bool:
        """Tell whether blank lines stand between the members."""
        return any(not line.strip() for line in lines[self.start : self.end])
