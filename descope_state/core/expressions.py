"""`${…}`: reads the expressions of a stack, says what they refer to, and evaluates them.

A plain path, by far the commonest, is resolved by hand; the rest is left to the CEL engine, which
is imported when it is first met. What an expression answers is never read as an expression again.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from descope_state.core.plain import (
    Call,
    Literal,
    Path,
    Scope,
    Untold,
    Use,
    misplaced_secret,
    refused,
    spoken,
)
from descope_state.core.plain_reader import read
from descope_state.core.ports import Sources
from descope_state.core.recorded import Answering, Recording, bound
from descope_state.core.templates import (
    LARGEST_TEXT,
    TOO_LARGE,
    ExpressionError,
    Hole,
    escape,
    split,
)
from descope_state.frozen import dataclass
from descope_state.model.value import Ref, Secret, Unknown, Value, placeholders

if TYPE_CHECKING:
    # For annotations only: the engine behind it takes longer to import than a small plan to make.
    from descope_state.core.cel import Program

__all__ = [
    "ExpressionError",
    "Scope",
    "Template",
    "escape",
    "evaluate",
    "exact_refs",
    "parse",
    "scope_of",
]

Expression: TypeAlias = "Path | Literal | Call | Secret | Program"


class Part(NamedTuple):
    """One expression of a text, and the column of its first character."""

    expression: Expression
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text of the stack, read: what it refers to is known, what it says is not yet."""

    text: str
    refs: tuple[Ref, ...]
    roots: frozenset[str]
    locals: tuple[str, ...]
    constant: bool
    whole: bool
    parts: tuple[str | Part, ...]
    uses: tuple[Use, ...]
    kinds: frozenset[str]

    @property
    def alone(self) -> tuple[str, str] | None:
        """Name the resource that the text stands for, if it is one as a whole."""
        expression = self.parts[0].expression if self.whole else None  # type: ignore[union-attr]  # a whole text has no `str`
        if isinstance(expression, Path) and expression.resource and len(expression.steps) == 1:
            return expression.root, str(expression.steps[0])
        return None


# Texts repeat, in `for_each` above all; forgetting them all at once is simple and rare.
_CACHE: dict[str, Template] = {}
_CACHED_AT_MOST = 20_000


def parse(text: str, *, kinds: Collection[str]) -> Template:
    """Read a text; an ExpressionError says what is wrong and in which column."""
    cached = _CACHE.get(text)
    if cached is not None:
        for kind in cached.kinds:
            if kind not in kinds:
                break
        else:
            return cached
    template = compiled(text, kinds, plain=True)
    if len(_CACHE) >= _CACHED_AT_MOST:
        _CACHE.clear()
    _CACHE[text] = template
    return template


def compiled(text: str, kinds: Collection[str], *, plain: bool) -> Template:
    """Read a text afresh; without `plain` every expression goes to the engine."""
    pieces = split(text)
    parts = tuple(
        [piece if isinstance(piece, str) else _part(piece, kinds, plain=plain) for piece in pieces]
    )
    whole = len(parts) == 1 and isinstance(parts[0], Part)
    uses = _uses(parts, whole=whole)
    resources = [use for use in uses if use.resource]
    names = [use for use in uses if not use.resource]
    return Template(
        text=text,
        refs=tuple(dict.fromkeys([use.ref for use in resources])),
        roots=frozenset([use.root for use in names]),
        locals=tuple(dict.fromkeys([_local(use) for use in names if use.root == "locals"])),
        constant=not parts or (len(parts) == 1 and not whole),
        whole=whole,
        parts=parts,
        uses=uses,
        kinds=frozenset([use.root for use in resources]),
    )


def _part(hole: Hole, kinds: Collection[str], *, plain: bool) -> Part:
    expression: Expression | None = read(hole.text, kinds, start=hole.start) if plain else None
    if expression is None:
        # Imported when the first expression that needs the engine is met, and only then.
        from descope_state.core.cel import program  # noqa: PLC0415  # see above

        expression = program(hole.text, kinds, start=hole.start)
    return Part(expression, hole.start + 1)


def _uses(parts: tuple[str | Part, ...], *, whole: bool) -> tuple[Use, ...]:
    found: tuple[Use, ...] = ()
    for part in parts:
        if isinstance(part, str):
            continue
        expression, column = part
        if not isinstance(expression, Secret):
            found += expression.uses
        elif not whole:
            raise misplaced_secret(column)
    return found


def _local(use: Use) -> str:
    if use.steps and isinstance(use.steps[0], str):
        return str(use.steps[0])
    message = "`locals` must be followed by a name"
    raise ExpressionError(message, column=use.column, hint="write `locals.name`", code="E1403")


def evaluate(template: Template, scope: Scope) -> Value:
    """Answer a text: a whole expression keeps its type, a text with holes stays a text."""
    try:
        if template.whole:
            expression = template.parts[0][0]
            if isinstance(expression, Secret):
                return expression
            return expression.value(scope)  # type: ignore[union-attr]  # a whole text has no `str`
        return _joined(template, scope)
    except Untold:
        return _unknown(template, scope)


def _joined(template: Template, scope: Scope) -> str:
    spelled: list[str] = []
    waiting = False
    for part in template.parts:
        if isinstance(part, str):
            spelled.append(part)
            continue
        try:
            spelled.append(_spelled(part, scope))
        except Untold:
            # The holes after it are looked at all the same: their mistakes are to be told now.
            waiting = True
    if waiting:
        raise Untold
    if sum(map(len, spelled)) > LARGEST_TEXT:
        raise ExpressionError(TOO_LARGE, code="E1407")
    return "".join(spelled)


def _spelled(part: Part, scope: Scope) -> str:
    expression, column = part
    value = expression if isinstance(expression, Secret) else expression.value(scope)
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, Secret):
        raise misplaced_secret(column)
    message = f"{spoken(value)} cannot stand inside a text"
    hint = "pick a part of it, or let the expression be the whole value"
    if value is None:
        hint = 'say what to write instead: `x == null ? "" : x`'
    raise ExpressionError(message, column=column, hint=hint, code="E1405")


def exact_refs(template: Template, scope: Scope) -> tuple[Ref, ...]:
    """Give what a template refers to where the brackets of its paths can be answered."""
    return tuple(dict.fromkeys(ref for one in _expressions(template) for ref in one.refs(scope)))


def _expressions(template: Template) -> "list[Path | Literal | Call | Program]":
    return [
        part.expression
        for part in template.parts
        if isinstance(part, Part) and not isinstance(part.expression, Secret)
    ]


_LONE: dict[str, Unknown] = {}


def _lone(template: Template) -> Unknown | None:
    """Give the unknown of one plain path to a resource, which says the same in every scope."""
    if not template.whole or template.roots:
        return None
    expression = template.parts[0][0]
    if not isinstance(expression, Path) or not expression.direct:
        return None
    if len(_LONE) >= _CACHED_AT_MOST:
        _LONE.clear()
    return _LONE.setdefault(template.text, Unknown(template.text, template.refs))


def _unknown(template: Template, scope: Scope) -> Unknown:
    lone = _LONE.get(template.text) or _lone(template)
    if lone is not None:
        return lone
    expressions = _expressions(template)
    refs = dict.fromkeys(exact_refs(template, scope))
    bindings = bound(template.uses, scope)
    for value in bindings.values():
        # A local may be unknown itself; then this waits for what that waits for.
        for _, inner in placeholders(value):
            if isinstance(inner, Unknown):
                refs.update(dict.fromkeys(inner.refs))
    recording = Recording(scope)
    for expression in expressions:
        for call in expression.calls():
            recording.record(call)
    bindings.update(recording.answers)
    return Unknown(
        expression=template.text, refs=tuple(refs), bindings=tuple(sorted(bindings.items()))
    )


def scope_of(
    unknown: Unknown,
    resource: Callable[[str, str], Mapping[str, Value]],
    *,
    sources: Sources | None = None,
) -> Scope:
    """Give the scope in which an unknown can be answered once its resources have been made."""

    def answer(inner: Unknown) -> Value:
        kinds = {ref.kind for ref in inner.refs}
        try:
            template = parse(inner.expression, kinds=kinds)
            return evaluate(template, scope_of(inner, resource, sources=sources))
        except LookupError as error:
            raise refused(error, column=1) from None

    return Answering(unknown, resource, sources=sources, answer=answer)
