"""JSON for machines on one line, harmless to a terminal as well.

Everything beyond ASCII is escaped, and the one control character that JSON leaves alone with it:
no name can act on a terminal, and no name can forge a line.
"""

import json
from collections.abc import Callable
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, "list[Json]", "dict[str, Json]", None]

_encode: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def one_line(value: Json) -> str:
    """Spell a value on one line, without the newline."""
    return _encode(value).replace("\x7f", "\\u007f")
