"""Reads the expressions that need no engine, so that a stack of plain paths never loads one."""

import re
from collections.abc import Collection

from descope_state.core.plain import (
    FUNCTIONS,
    RESERVED,
    Call,
    Key,
    Literal,
    Node,
    Path,
    Step,
    classify,
    misplaced_secret,
    unnamed,
)
from descope_state.core.templates import ExpressionError
from descope_state.model.value import Secret, Value

SCHEMES = ("env:", "file:", "keychain:")

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_DOTTED = re.compile(rf"\s*({_NAME}(?:\.{_NAME})+)\s*")
_ATOM = re.compile(
    rf"\s*(?:(?P<name>{_NAME})|(?P<float>-?\d{{1,15}}\.\d{{1,15}})|(?P<int>-?\d{{1,15}})"
    r"|\"(?P<double>[^\"\\\r\n]*)\"|'(?P<single>[^'\\\r\n]*)')"
)
_FIELD = re.compile(rf"\.({_NAME})")
_SPACE = re.compile(r"\s*")
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
# These four lex as something other than a name, so that CEL is to judge them as fields.
_AMBIGUOUS = frozenset({"true", "false", "null", "in"})


def read(text: str, kinds: Collection[str], *, start: int) -> Node | Secret | None:
    """Read a plain expression that begins at `start` of the whole text; None if it is not plain."""
    dotted = _DOTTED.fullmatch(text)
    if dotted is not None:
        root, *names = dotted[1].split(".")
        if root not in RESERVED and _AMBIGUOUS.isdisjoint(names):
            column = start + dotted.start(1) + 1
            return _path(root, tuple(names), kinds=kinds, column=column, direct=True)
    reader = _Reader(text, kinds, start=start)
    found = reader.node(0)
    if found is None or found[1] != len(text):
        return None
    return found[0]


def _path(
    root: str, steps: tuple[Step, ...], *, kinds: Collection[str], column: int, direct: bool
) -> Path:
    resource = classify(root, kinds, column=column)
    if resource and not (steps and type(steps[0]) is str):
        unnamed(root, column=column)
    return Path(root=root, steps=steps, column=column, resource=resource, direct=direct)


class _Reader:
    """Reads by recursive descent; every method gives what it read and where that ends."""

    def __init__(self, text: str, kinds: Collection[str], *, start: int) -> None:
        self._text = text
        self._kinds = kinds
        self._start = start

    def node(self, position: int) -> "tuple[Node | Secret, int] | None":
        atom = _ATOM.match(self._text, position)
        if atom is None:
            return None
        found: tuple[Node | Secret, int] | None
        if atom["name"] is None:
            found = (Literal(literal=_literal(atom)), atom.end())
        elif atom["name"] in _CONSTANTS:
            found = (Literal(literal=_CONSTANTS[atom["name"]]), atom.end())
        elif self._text.startswith("(", atom.end()):
            found = self._call(atom["name"], atom.end() + 1, column=self._column(atom))
        else:
            found = self._steps(atom["name"], atom.end(), column=self._column(atom))
        return found and (found[0], self._space(found[1]))

    def _column(self, atom: re.Match[str]) -> int:
        return self._start + atom.start("name") + 1

    def _space(self, position: int) -> int:
        match = _SPACE.match(self._text, position)
        return match.end() if match else position

    def _call(self, name: str, position: int, *, column: int) -> "tuple[Node | Secret, int] | None":
        argument = self.node(position) if name in (*FUNCTIONS, "secret") else None
        if argument is None or not self._text.startswith(")", argument[1]):
            return None
        inside, end = argument
        if isinstance(inside, Secret):
            raise misplaced_secret(column)
        if name == "secret":
            return _secret(inside, column=column), end + 1
        return Call(name=name, argument=inside, column=column), end + 1

    def _steps(self, root: str, position: int, *, column: int) -> tuple[Path, int] | None:
        steps: list[Step] = []
        while True:
            field = _FIELD.match(self._text, position)
            if field is not None and field[1] not in _AMBIGUOUS:
                steps.append(field[1])
                position = field.end()
            elif self._text.startswith("[", position):
                index = self._bracket(position + 1)
                if index is None:
                    return None
                steps.append(index[0])
                position = index[1]
            else:
                break
        if not self._ends(position):
            return None
        direct = all(isinstance(step, str) for step in steps)
        path = _path(root, tuple(steps), kinds=self._kinds, column=column, direct=direct)
        return path, position

    def _ends(self, position: int) -> bool:
        # Anything else that follows a path makes it part of a longer expression, for CEL to read.
        rest = self._space(position)
        return rest == len(self._text) or self._text[rest] in ")]"

    def _bracket(self, position: int) -> tuple[Step, int] | None:
        found = self.node(position)
        if found is None or not self._text.startswith("]", found[1]):
            return None
        match found[0]:
            case Literal(literal=str(key)):
                return Key(key), found[1] + 1
            case Literal(literal=bool()):
                return None
            case Literal(literal=int(index)) if index >= 0:
                return index, found[1] + 1
            case Path() as path:
                return path, found[1] + 1
        return None


def _literal(atom: re.Match[str]) -> Value:
    if atom["int"] is not None:
        return int(atom["int"])
    if atom["float"] is not None:
        return float(atom["float"])
    return atom["double"] if atom["double"] is not None else atom["single"]


def _secret(argument: Node, *, column: int) -> Secret:
    source = argument.literal if isinstance(argument, Literal) else None
    if isinstance(source, str):
        for scheme in SCHEMES:
            if source.startswith(scheme) and source != scheme:
                return Secret(source)
    message = "`secret` takes the source of a secret"
    hint = "write `secret('env:NAME')`, `secret('file:PATH')` or `secret('keychain:NAME')`"
    raise ExpressionError(message, column=column, hint=hint, code="E1406")
