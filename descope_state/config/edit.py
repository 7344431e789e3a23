"""Changes to a stack's YAML files: each is read again, and refused if it says something else."""

from collections.abc import Mapping

from descope_state.config import yaml
from descope_state.config.layout import laid_out
from descope_state.config.nodes import Node, tree
from descope_state.config.source import Source
from descope_state.config.splicing import Uncuttable, spliced
from descope_state.core.accepting import replaced
from descope_state.errors import DstateError, Invalid, Origin
from descope_state.model.value import Path, Value, canonical, same

_BOM = b"\xef\xbb\xbf"


class Unwritable(DstateError):
    """An edit would have changed more than it should."""

    code = "E1117"


def formatted(text: bytes, *, file: str) -> bytes:
    """Give a file its canonical layout, comments kept; Invalid where it is no stack YAML."""
    before = yaml.parse(text, file=file)
    source = before.source.text.replace("\r\n", "\n").replace("\r", "\n")
    if not source.strip(" \n"):
        return b""
    result = laid_out(source).encode()
    _refuse_change(before, result, file=file)
    return result


def _refuse_change(before: yaml.Document, result: bytes, *, file: str) -> None:
    try:
        same = canonical(yaml.parse(result, file=file).data) == canonical(before.data)
    except Invalid:
        same = False
    if not same:
        message = f"`{file}` cannot be laid out without changing what it says; it was left alone"
        hint = "indent it by hand with two spaces per level"
        raise Unwritable(message, hint=hint, origin=Origin(file=file, line=1))


def written(text: bytes, path: Path, *, value: Value, file: str) -> bytes:
    """Give a file in which one place says another value, and every other byte is as it was."""
    return rewritten(text, {path: value}, file=file)


def rewritten(text: bytes, values: Mapping[Path, Value], *, file: str) -> bytes:
    """Give a file in which some places say other values, and every other byte is as it was.

    What does not exist yet on the way to a place is made. Unwritable says why that cannot be.
    """
    before = yaml.parse(text, file=file)
    root = tree(before.source)
    wanted = before.data
    for path in sorted(values, key=len):
        _refuse_shared(before, root, path=path)
        wanted = replaced(wanted, path, by=values[path])
    try:
        for attempt in spliced(before.source, root, old=before.data, new=wanted):
            result = attempt.encode()
            if _says(result, wanted, file=file):
                return (_BOM if text.startswith(_BOM) else b"") + result
        reason = "what stands around it would change"
    except Uncuttable as error:
        reason = str(error)
    if any(_anchored(before, root, path=path) for path in values):
        reason = "it has an anchor, and what is said through that elsewhere would change too"
    message = f"`{file}`: this cannot be written without touching more than itself: {reason}"
    first = min(values, key=lambda path: str(_nearest(before, path)))
    raise Unwritable(message, hint="write it by hand", origin=_nearest(before, first))


def _says(text: bytes, wanted: Value, *, file: str) -> bool:
    try:
        return same(yaml.parse(text, file=file).data, wanted)
    except Invalid:
        return False


def _refuse_shared(document: yaml.Document, root: Node | None, *, path: Path) -> None:
    """Refuse to write through an alias: the place is that of its anchor, and others share it."""
    for node in _way(document, root, path=path)[:-1]:
        if node.sort == "alias":
            _through_alias(document.source, str(node.data), at=node.start)


def _anchored(document: yaml.Document, root: Node | None, *, path: Path) -> bool:
    return any(node.outer != node.start for node in _way(document, root, path=path))


def _way(document: yaml.Document, node: Node | None, *, path: Path) -> list[Node]:
    """Give the nodes that lead to a place, as far as it exists; an alias leads nowhere else."""
    data = document.data
    found: list[Node] = []
    for step in path:
        if node is None or node.sort == "alias":
            # Whatever is further on is where the anchor stands.
            return [*found, node] if node is not None else found
        if isinstance(data, dict) and step in data:
            number = list(data).index(str(step))
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            number, data = step, data[step]
        else:
            return found
        node = node.values[number]
        found.append(node)
    return found


def _through_alias(source: Source, name: str, *, at: int) -> None:
    origin = source.origin(at)
    message = f"`{origin.file}`: this is written once, at the anchor `&{name}`, and used elsewhere"
    hint = f"write out what `*{name}` stands for here, or change it at its anchor by hand"
    raise Unwritable(message, hint=hint, origin=origin)


def _nearest(document: yaml.Document, path: Path) -> Origin:
    while path and (origin := document.origin(path)) is None:
        path = path[:-1]
    return origin if path and origin else Origin(file=document.source.file, line=1)
