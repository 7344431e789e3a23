"""What a fast JSON reader lets pass, and nobody who manages objects may: one field said twice."""

import json


def refuse_doubles(content: bytes) -> None:
    """Refuse, with a ValueError, an object that holds a field twice: which one would it be?

    The content is JSON already, of bounded depth; no value of it is built here.
    """
    if b"{" in content:
        json.loads(content, object_pairs_hook=_once, parse_int=len, parse_float=len)


def _once(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        message = "a field is there twice"
        raise ValueError(message)
