"""What expressions may read besides the stack's own YAML: files inside it, variables, JSON."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import NoReturn, cast

from descope_state.config.files import read_inside
from descope_state.config.scalars import LARGEST_INTEGER
from descope_state.config.source import LARGEST_FILE
from descope_state.config.yaml import parse
from descope_state.errors import Invalid, UnsafeFile
from descope_state.model.nearness import nearest
from descope_state.model.value import Value

_LONGEST_NUMBER = 400
_MOST_VALUES = 250_000
_DEEPEST_JSON = 200
_TOO_DEEP = f"the JSON text is nested more than {_DEEPEST_JSON} deep"


class StackSources:
    """The sources of one stack; `digests` names every file that was read, for the plan's digest."""

    def __init__(
        self,
        root: Path,
        *,
        environ: Mapping[str, str],
        drafts: Mapping[str, bytes] | None = None,
    ) -> None:
        self._root = root
        # What is about to be written is read as if it were there.
        self._drafts = drafts or {}
        self._environ = environ
        self._texts: dict[str, str] = {}
        self.digests: dict[str, str] = {}

    def file(self, path: str) -> str:
        """Give the text of a file inside the stack, read once."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str:
        try:
            drafted = self._drafts.get(path)
            data = read_inside(self._root, path) if drafted is None else drafted
            text = data.decode("utf-8")
        except UnsafeFile as error:
            raise ValueError(self._refusal(path, error)) from None
        except UnicodeDecodeError:
            message = f"`{path}` is not UTF-8 text"
            raise ValueError(message) from None
        self.digests[path] = hashlib.sha256(data).hexdigest()
        return text

    def _refusal(self, path: str, error: UnsafeFile) -> str:
        """Say why a file cannot be read; of one that is not there, which may have been meant."""
        beside = (self._root / path).parent
        if not isinstance(error.__context__, FileNotFoundError):
            return error.message
        try:
            names = [one.name for one in beside.iterdir()]
        except OSError:  # The folder is not there either, or its name is too long to ask for.
            names = []
        near = nearest(Path(path).name, names)
        told = f"the stack has no file `{path}`; a path begins at the folder of `dstate.yaml`"
        return f"{told}; did you mean `{Path(path).with_name(near)}`?" if near else told

    def environment_variable(self, name: str) -> str:
        """Give an environment variable; an empty one counts as missing."""
        value = self._environ.get(name, "")
        if not value:
            state = "empty" if name in self._environ else "not set"
            message = f"the environment variable `{name}` is {state}"
            raise ValueError(message)
        if any(ord(character) < ord(" ") for character in value):
            message = f"the environment variable `{name}` holds a line break or control character"
            raise ValueError(message)
        return value

    def parse_yaml(self, text: str) -> Value:
        """Read YAML by the rules of the stack's own files."""
        try:
            _refuse_endless(text, "YAML")
            return parse(text.encode(), file="").data
        except UnicodeEncodeError:
            message = "the YAML text holds half of a character"
            raise ValueError(message) from None
        except Invalid as error:
            first = error.problems[0]
            line = first.origin.line if first.origin else 1
            message = f"in line {line} of the YAML text: {first.message}"
            raise ValueError(message) from None

    def parse_json(self, text: str) -> Value:
        """Read JSON strictly: no duplicate keys, no infinities, bounded in depth and size."""
        return read_json(text)


def read_json(text: str) -> Value:
    """Read JSON strictly; a ValueError says what is wrong."""
    if len(text) > LARGEST_FILE:
        message = f"the JSON text is longer than {LARGEST_FILE:,} characters"
        raise ValueError(message)
    _refuse_endless(text, "JSON")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_refuse_constant,
            parse_float=_fraction,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        message = f"in line {error.lineno}, column {error.colno} of the JSON text: {error.msg}"
        raise ValueError(message) from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _refuse_deep_or_broken(value)
    return cast("Value", value)


def _refuse_endless(text: str, language: str) -> None:
    """Refuse by counting what would take seconds to read and cannot be meant."""
    if text.count(",") + text.count("\n") > _MOST_VALUES:
        message = f"the {language} text holds more than {_MOST_VALUES:,} values"
        raise ValueError(message)


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            message = f"the JSON text has the key `{key}` twice in one object"
            raise ValueError(message)
        members[key] = value
    return members


def _refuse_constant(word: str) -> NoReturn:
    message = f"`{word}` is not JSON"
    raise ValueError(message)


def _fraction(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        message = f"the number `{text[:40]}` in the JSON text is too large"
        raise ValueError(message)
    return number


def _integer(text: str) -> int:
    number = int(text) if len(text) <= _LONGEST_NUMBER else LARGEST_INTEGER + 1
    if abs(number) > LARGEST_INTEGER:
        message = f"the number `{text[:40]}` in the JSON text is beyond ±2^53"
        raise ValueError(message)
    return number


def _refuse_deep_or_broken(value: object) -> None:
    """Look at everything level by level, so that depth costs no recursion."""
    level = _containers([value])
    for _ in range(_DEEPEST_JSON):
        level = [inner for one in level for inner in _containers(_members_of(one))]
    if level:
        raise ValueError(_TOO_DEEP)


def _members_of(container: object) -> Iterable[object]:
    if isinstance(container, dict):
        for key in container:
            _refuse_half_character(key)
        return container.values()
    return container if isinstance(container, list) else ()


def _containers(values: Iterable[object]) -> list[object]:
    """Keep what holds more values; texts are checked here."""
    found: list[object] = []
    for value in values:
        if isinstance(value, str):
            _refuse_half_character(value)
        elif isinstance(value, dict | list):
            found.append(value)
    return found


def _refuse_half_character(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        message = "the JSON text holds half of a character (a lone surrogate)"
        raise ValueError(message) from None
