"""The CEL engine behind the expressions that are not plain: compiled once, run on what they use.

Nothing of the engine's leaves this module: no exception, no type, no change of the interpreter's
recursion limit. It is imported when the first such expression is met.
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from typing import cast

import celpy
from celpy.celparser import CELParseError
from celpy.evaluation import (
    Activation,
    CELEvalError,
    CELSyntaxError,
    CELUnsupportedError,
    Evaluator,
    Result,
)
from lark import Tree
from lark.exceptions import LarkError

from descope_state.core.cel_syntax import CallSite, Finder, Syntax, flattened, position_of
from descope_state.core.cel_values import OPERATORS, Refusal, Unfit, Watched, cel_value, plain_value
from descope_state.core.plain import (
    FUNCTIONS,
    Scope,
    Untold,
    Use,
    called,
    refused,
    spoken,
    walked,
)
from descope_state.core.templates import ExpressionError
from descope_state.frozen import dataclass
from descope_state.model.value import Ref, Unknown, Value, known

# All that the engine has been seen to let through, or may by what Python raises in its place.
_ENGINE_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    CELSyntaxError,
    CELUnsupportedError,
    LarkError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)

_MOST_STEPS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One compiled expression; `start` is where it begins in the whole text, from zero."""

    tree: Syntax
    start: int
    uses: tuple[Use, ...]
    sites: tuple[CallSite, ...]

    def refs(self, scope: Scope) -> tuple[Ref, ...]:  # noqa: ARG002  # as every node
        """Say what the expression refers to."""
        return tuple(use.ref for use in self.uses if use.resource)

    def value(self, scope: Scope) -> Value:
        """Evaluate the expression."""
        for use in self.uses:
            if use.resource:
                _look_ahead(use, scope)
        evaluator = _Evaluator(self.tree, Activation(functions=_functions(scope)))  # type: ignore[arg-type]  # the engine's type says Any
        evaluator.budget = _Budget()
        try:
            return plain_value(evaluator.evaluate(self._context(scope)))
        except Refusal as refusal:
            raise self._refused(refusal) from None
        except CELEvalError as error:
            raise self._failed(error, scope) from None
        except ExpressionError:
            raise
        except RecursionError:
            message = "the expression is nested too deeply"
            hint = "move parts of it into `locals`"
            raise self._error(message, 0, hint=hint, code="E1407") from None
        except _ENGINE_FAILURES as error:
            raise self._error(_sentence(error), 0) from None

    def calls(self) -> "Iterator[CallInside]":
        """Find the calls inside."""
        return (CallInside(site=site, program=self) for site in self.sites)

    def _context(self, scope: Scope) -> dict[str, celpy.celtypes.Value]:
        resources: dict[str, dict[str, Mapping[str, Value]]] = {}
        context: dict[str, celpy.celtypes.Value] = {}
        for use in self.uses:
            try:
                if use.resource:
                    name = str(use.steps[0])
                    resources.setdefault(use.root, {})[name] = scope.resource(use.root, name)
                elif use.root not in context:
                    context[use.root] = Watched(scope.root(use.root))
            except LookupError as error:
                raise refused(error, column=use.column) from None
        for kind, named in resources.items():
            context[kind] = Watched(named)  # type: ignore[arg-type]  # views are read as maps
        return context

    def _error(
        self, message: str, position: int, *, hint: str = "", code: str = "E1404"
    ) -> ExpressionError:
        column = self.start + position + 1
        return ExpressionError(message, column=column, hint=hint, code=code)

    def _refused(self, refusal: Refusal) -> ExpressionError:
        position = refusal.position or 0
        return self._error(refusal.message, position, hint=refusal.hint, code=refusal.code)

    def _failed(self, error: CELEvalError, scope: Scope) -> ExpressionError:
        position = error.column or 0
        if isinstance(error.__cause__, Unfit):
            return self._error(error.__cause__.message, position, hint=error.__cause__.hint)
        sentence = _sentence(error)
        return self._missing(sentence, scope) or self._error(sentence, position)

    def _missing(self, sentence: str, scope: Scope) -> ExpressionError | None:
        # The engine knows only the last name of a path; walking it by hand tells the whole story.
        for use in self.uses:
            try:
                walked(use, scope)
            except ExpressionError as error:
                absent = sentence.removeprefix("there is no ")
                if sentence == _FIELDLESS or error.message.endswith(f"has no {absent}"):
                    return error
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInside:
    """A call of one of the functions inside a program, which can be answered on its own."""

    site: CallSite
    program: Program

    @property
    def name(self) -> str:
        """The function."""
        return self.site.name

    @property
    def free(self) -> bool:
        """Tell whether the call stands on no variable that a macro binds."""
        return self.site.free

    @property
    def column(self) -> int:
        """Where the call stands in the whole text."""
        return self.program.start + position_of(self.site.tree) + 1

    def value(self, scope: Scope) -> Value:
        """Answer this call alone."""
        whole = self.program
        uses = tuple(use for use in whole.uses if self._holds(use))
        alone = Program(tree=self.site.argument, start=whole.start, uses=uses, sites=())
        return called(self.name, alone.value(scope), scope=scope, column=self.column)

    def _holds(self, use: Use) -> bool:
        inside = use.column - self.program.start - 1
        meta = self.site.tree.meta
        return bool(position_of(self.site.tree) <= inside < (meta.end_pos or 0))


class _Evaluator(Evaluator):
    """The engine's evaluator, told to say where it was when something passed through it."""

    budget: "_Budget"

    def visit(self, tree: Syntax) -> Result:
        self.budget.take(tree)
        try:
            answer: Result = getattr(self, tree.data)(tree)
        except Refusal as refusal:
            if refusal.position is None:
                refusal.position = position_of(tree)
            raise
        except (Untold, ExpressionError, CELEvalError, RecursionError):
            raise
        except _ENGINE_FAILURES as error:
            outcome = Refusal(_sentence(error))
            outcome.position = position_of(tree)
            raise outcome from error
        if isinstance(answer, CELEvalError):
            _placed(answer)
        return answer

    def visit_children(self, tree: Syntax) -> list[Result]:
        # Names stand among the children as they are.
        return [
            self.visit(child) if isinstance(child, Tree) else cast("Result", child)
            for child in tree.children
        ]

    def sub_evaluator(self, ast: Syntax) -> "_Evaluator":
        inner = _Evaluator(ast, self.activation)
        inner.budget = self.budget
        return inner


class _Budget:
    """Counts the steps of one evaluation: loops inside loops would have no end."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def take(self, tree: Syntax) -> None:
        """Count one step, or refuse it."""
        self._left -= 1
        if self._left < 0:
            message = f"the expression takes more than {_MOST_STEPS:,} steps"
            refusal = Refusal(message, hint="loop over fewer values", code="E1407")
            refusal.position = position_of(tree)
            raise refusal


def _placed(error: CELEvalError) -> None:
    # The engine prints the tree of an error when it words another one, and cannot do so for a
    # flattened tree. The place is all that is wanted of it.
    if error.token is not None:
        error.column = error.token.start_pos
    elif error.tree is not None:
        error.column = position_of(error.tree)
    error.token = error.tree = None


def _look_ahead(use: Use, scope: Scope) -> None:
    # A field that the text names counts as referred to, in a branch not taken too. Fields that
    # only the evaluation can name are watched instead: see `Watched`.
    try:
        here: Value | Mapping[str, Value] = scope.resource(use.root, str(use.steps[0]))
        for step in use.steps[1:]:
            if not isinstance(here, Mapping) or not isinstance(step, str):
                break
            here = here[step]
    except KeyError:
        return
    except LookupError as error:
        raise refused(error, column=use.column) from None
    if isinstance(here, Unknown) or (isinstance(here, list) and not known(here)):
        raise Untold


def _functions(scope: Scope) -> dict[str, object]:
    def named(name: str) -> object:
        def function(*arguments: object) -> celpy.celtypes.Value:
            argument = plain_value(arguments[0])
            if not isinstance(argument, str):
                message = f"`{name}` takes a text, not {spoken(argument)}"
                raise Refusal(message)
            try:
                return cel_value(called(name, argument, scope=scope, column=0))
            except ExpressionError as error:
                raise Refusal(error.message, hint=error.hint, code=error.code) from None

        return function

    return {**OPERATORS, **{name: named(name) for name in FUNCTIONS}}


_MEMBER = re.compile(r"no such member in mapping: '(.*)'", re.DOTALL)
_TYPE = re.compile(r"'(?:celpy\.celtypes\.)?([A-Z][a-z]+)Type'")
_FIELDLESS = "only a map or a resource has fields"
# Whatever else the engine says may quote a value, which may be confidential: it is not repeated.
_SENTENCES = (
    ("divide by zero", "a division by zero"),
    ("overflow", "a number is too large, or a text does not convert"),
    ("Duplicate key", "a key stands twice in a map"),
    ("does not support field selection", _FIELDLESS),
)


def _sentence(error: Exception) -> str:
    """Say what the engine means, in one line and without its own types."""
    said = str(error.args[0]) if error.args else ""
    cause = error.__cause__
    member = _MEMBER.match(said)
    if member or isinstance(cause, KeyError):
        return f"there is no `{member[1] if member else cause and cause.args[0]}`"
    if isinstance(cause, IndexError):
        return str(cause)
    for words, sentence in _SENTENCES:
        if words in said:
            return sentence
    return _about_types(said)


def _about_types(said: str) -> str:
    types = [name.lower().replace("none", "null") for name in _TYPE.findall(said)]
    named = " and ".join(f"`{name}`" for name in types)
    return f"this cannot be done with {named or 'values of these types'}"


def _environment() -> celpy.Environment:
    # The engine raises the interpreter's limit for the whole process; nobody else asked for that.
    limit = sys.getrecursionlimit()
    try:
        return celpy.Environment()
    finally:
        sys.setrecursionlimit(limit)


_ENVIRONMENT = _environment()


def program(text: str, kinds: Collection[str], *, start: int) -> Program:
    """Compile an expression that begins at `start` of the whole text."""
    try:
        tree = flattened(_ENVIRONMENT.compile(text))
        finder = Finder(kinds, start=start)
        finder.visit(tree, frozenset())
    except CELParseError as error:
        raise _unreadable(text, error, start=start) from None
    except ExpressionError:
        raise
    except RecursionError:
        message = "the expression is nested too deeply"
        hint = "move parts of it into `locals`"
        raise ExpressionError(message, column=start + 1, hint=hint, code="E1407") from None
    except _ENGINE_FAILURES as error:
        raise ExpressionError(_sentence(error), column=start + 1) from None
    found = finder.findings
    return Program(tree=tree, start=start, uses=tuple(found.uses), sites=tuple(found.calls))


# What other languages call what CEL has too.
_HABITS = (
    ("and ", "write `&&`: the language is CEL"),
    ("or ", "write `||`: the language is CEL"),
    ("not ", "write `!`: the language is CEL"),
    ("= ", "write `==` to compare: the language is CEL"),
    ("|", "CEL has no pipes: write `f(x)` or `x.f()`"),
    ("${", "one `${…}` is enough: names stand inside it as they are"),
)


def _unreadable(text: str, error: CELParseError, *, start: int) -> ExpressionError:
    position = len(text.rstrip())
    if getattr(getattr(error.__context__, "token", None), "type", "") == "$END":
        message = "the expression ends too early"
        return ExpressionError(message, column=start + position + 1, hint="the language is CEL")
    if error.line is not None and error.column is not None and error.column > 0:
        lines = text.split("\n")
        before = sum(len(line) + 1 for line in lines[: error.line - 1])
        position = min(position, before + error.column - 1)
    rest = text[position : position + 20].strip()
    message = f"this does not read as an expression from `{rest}` on"
    hint = next((hint for word, hint in _HABITS if rest.startswith(word)), "the language is CEL")
    return ExpressionError(message, column=start + position + 1, hint=hint)
