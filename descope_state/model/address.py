"""What a resource is called in the stack: `tenant.acme` or `tenant.customer["acme"]`."""

import json
import re
from typing import NamedTuple

NAME = r"[a-z_][a-z0-9_]*"
RESERVED_NAMES = frozenset({"in", "true", "false", "null"})

_NAME = re.compile(NAME)
_UNQUOTED = re.compile(rf"({NAME})\.({NAME})\[([^\"\[\]]+)\]")
_ADDRESS = re.compile(rf"({NAME})\.({NAME})(?:\[(\".*\")\])?", re.DOTALL)


def is_name(text: str) -> bool:
    """Tell whether a text may stand as a name in the stack and in expressions."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED_NAMES


class Address(NamedTuple):
    """A kind, a name, and the key of one instance where the resource has `for_each`.

    A named tuple rather than a dataclass: a plan looks addresses up more often than anything
    else, and a tuple's hash and equality run in C.
    """

    kind: str
    name: str
    key: str | None = None

    @property
    def block(self) -> "Address":
        """The address of the block in the stack that this instance comes from."""
        return self if self.key is None else Address(self.kind, self.name)

    @property
    def order(self) -> tuple[str, str, bool, str]:
        """A key that sorts addresses; an instance without a key comes before those with one."""
        return (self.kind, self.name, self.key is not None, self.key or "")

    def __lt__(self, other: object) -> bool:
        return self.order < other.order if isinstance(other, Address) else NotImplemented

    def __str__(self) -> str:
        if self.key is None:
            return f"{self.kind}.{self.name}"
        return f"{self.kind}.{self.name}[{json.dumps(self.key, ensure_ascii=False)}]"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read what `str` wrote; a ValueError says what is wrong with anything else."""
        match = _ADDRESS.fullmatch(text)
        if match is None:
            raise ValueError(_no_address(text))
        kind, name, quoted = match.groups()
        return cls(kind, name, None if quoted is None else _key(quoted, text))


def for_shell(address: Address) -> str:
    """Spell an address so that it may be pasted into a command line."""
    text = str(address)
    return text if address.key is None else "'" + text.replace("'", "'\\''") + "'"


def _no_address(text: str) -> str:
    match = _UNQUOTED.fullmatch(text)
    if match is None:
        return f'`{text}` is not an address: write `kind.name` or `kind.name["key"]`'
    meant = Address(match[1], match[2], match[3].strip("'"))
    return (
        f"`{text}` is not an address: its key stands in quotes, which a shell takes away: write"
        f" `{meant}`, in a shell `{for_shell(meant)}`"
    )


def _key(quoted: str, text: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        message = f"`{text}` is not an address: its key is not a quoted text"
        raise ValueError(message) from None
