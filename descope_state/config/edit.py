"""Changes to a stack's YAML files: each is read again, and refused if it says something else."""

from descope_state.config import yaml
from descope_state.config.layout import laid_out
from descope_state.errors import DstateError, Invalid, Origin
from descope_state.model.value import canonical


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
