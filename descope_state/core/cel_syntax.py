"""What a CEL expression refers to, read from its parse tree; bound variables are left out.

Everything that can be refused before any value is known is refused here: unknown names and
functions, secrets that are not a whole value, kinds without a name.
"""

from collections.abc import Collection, Iterator
from dataclasses import field

from lark import Token, Tree

from descope_state.core.plain import (
    FUNCTIONS,
    RESERVED,
    Key,
    Use,
    classify,
    misplaced_secret,
    unnamed,
)
from descope_state.core.templates import ExpressionError
from descope_state.frozen import dataclass
from descope_state.model.nearness import meant

Syntax = Tree[Token]

MACROS = frozenset({"map", "filter", "all", "exists", "exists_one"})
TIMES = frozenset(
    [
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getDayOfYear",
        "getFullYear",
        "getMonth",
        "getHours",
        "getMilliseconds",
        "getMinutes",
        "getSeconds",
    ]
)
TEXTS = frozenset({"size", "contains", "startsWith", "endsWith", "matches"})
METHODS = MACROS | TIMES | TEXTS
TYPES = frozenset(
    [
        "bool",
        "bytes",
        "double",
        "duration",
        "int",
        "list",
        "map",
        "null_type",
        "string",
        "timestamp",
        "uint",
    ]
)
CALLABLE = (TYPES - {"list", "map", "null_type"}) | {"size", "type", "has", "dyn", "matches"}
_LAYERS = frozenset(
    [
        "expr",
        "conditionalor",
        "conditionaland",
        "relation",
        "addition",
        "multiplication",
        "unary",
        "member",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """A call of one of the four functions; `free` if it stands on no bound variable."""

    name: str
    tree: Syntax
    argument: Syntax
    free: bool


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was found in one expression."""

    uses: list[Use] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)


def flattened(tree: Syntax) -> Syntax:
    """Take out the layers of the grammar that say nothing, which is most of them.

    Eight layers stand between a bracket and what is inside; without them evaluation is several
    times quicker and reaches as deep as brackets may be nested.
    """
    for inner in tree.iter_subtrees():
        inner.children = [
            _innermost(child) if isinstance(child, Tree) else child for child in inner.children
        ]
    return _innermost(tree)


def _innermost(tree: Syntax) -> Syntax:
    while len(tree.children) == 1:
        child = tree.children[0]
        if not isinstance(child, Tree):
            break
        if tree.data in _LAYERS:
            tree = child
        elif tree.data == "primary" and child.data == "paren_expr":
            inside = child.children[0]
            if not isinstance(inside, Tree):
                break
            tree = inside
        else:
            break
    return tree


class Finder:
    """Walks a flattened tree and collects what it refers to."""

    def __init__(self, kinds: Collection[str], *, start: int) -> None:
        self._kinds = kinds
        self._start = start
        self.findings = Findings()

    def visit(self, tree: Syntax, bound: frozenset[str]) -> None:
        """Look into one part, given the variables that macros have bound around it."""
        match tree.data:
            case "primary":
                self._primary(tree, bound)
            case "member_dot" | "member_index":
                self._chain(tree, bound)
            case "member_dot_arg":
                self._method(tree, bound)
            case "member_object":
                message = "messages cannot be made here"
                raise self._refusal(tree, message, hint='write a map: `{"key": value}`')
            case _:
                self._children(tree, bound)

    def _children(self, tree: Syntax, bound: frozenset[str]) -> None:
        for child in tree.children:
            if isinstance(child, Tree):
                self.visit(child, bound)

    def _column(self, tree: Syntax) -> int:
        return self._start + position_of(tree) + 1

    def _refusal(self, tree: Syntax, message: str, *, hint: str = "") -> ExpressionError:
        return ExpressionError(message, column=self._column(tree), hint=hint, code="E1402")

    def _primary(self, tree: Syntax, bound: frozenset[str]) -> None:
        child = tree.children[0]
        if not isinstance(child, Tree):
            return
        match child.data:
            case "ident":
                self._chain(tree, bound)
            case "ident_arg":
                self._function(child, bound)
            case "dot_ident" | "dot_ident_arg":
                raise self._refusal(tree, "a name cannot begin with a dot")
            case _:
                self._children(child, bound)

    def _chain(self, tree: Syntax, bound: frozenset[str]) -> None:
        steps: list[str | int | None] = []
        here = tree
        while here.data in ("member_dot", "member_index"):
            inner, last = here.children
            if isinstance(last, Tree):
                steps.append(_literal_index(last))
                if steps[-1] is None:
                    self.visit(last, bound)
            else:
                steps.append(str(last))
            here = inner if isinstance(inner, Tree) else Tree("nothing", [])
        root = identifier(here)
        if root is None:
            self.visit(here, bound)
        elif root not in bound:
            self._use(root, tuple(reversed(steps)), tree=here)

    def _use(self, root: str, steps: tuple[str | int | None, ...], *, tree: Syntax) -> None:
        if root in TYPES and root not in self._kinds and not steps:
            return
        column = self._column(tree)
        resource = classify(root, self._kinds, column=column)
        if resource and not (steps and type(steps[0]) is str):
            unnamed(root, column=column)
        self.findings.uses.append(Use(root=root, steps=steps, column=column, resource=resource))

    def _function(self, tree: Syntax, bound: frozenset[str]) -> None:
        name = str(tree.children[0])
        if name == "secret":
            raise misplaced_secret(self._column(tree))
        if name not in CALLABLE and name not in FUNCTIONS:
            hint = meant(name, (*CALLABLE, *FUNCTIONS, "secret"))
            raise self._refusal(tree, f"there is no function `{name}`", hint=hint)
        self._children(tree, bound)
        if name in FUNCTIONS:
            self._call(name, tree, bound=bound)

    def _call(self, name: str, tree: Syntax, *, bound: frozenset[str]) -> None:
        arguments = _arguments(tree)
        if len(arguments) != 1:
            raise self._refusal(tree, f"`{name}` takes one text")
        free = bound.isdisjoint(_names(arguments[0]))
        site = CallSite(name=name, tree=tree, argument=arguments[0], free=free)
        self.findings.calls.append(site)

    def _method(self, tree: Syntax, bound: frozenset[str]) -> None:
        name = str(tree.children[1])
        if name not in METHODS:
            hint = meant(name, METHODS)
            raise self._refusal(tree, f"there is no method `{name}`", hint=hint)
        if name not in MACROS:
            self._children(tree, bound)
            return
        arguments = _arguments(tree)
        variable = identifier(arguments[0]) if len(arguments) == 2 else None  # noqa: PLR2004  # as said below
        if variable is None or variable in RESERVED:
            message = f"`{name}` takes a variable and an expression"
            raise self._refusal(tree, message, hint=f"write `.{name}(x, …)`")
        first = tree.children[0]
        if isinstance(first, Tree):
            self.visit(first, bound)
        self.visit(arguments[1], bound | {variable})


def position_of(tree: Syntax) -> int:
    """Say where a part begins in its expression, counted from zero."""
    # `true` and `false` carry no position: the engine makes those tokens itself.
    return getattr(tree.meta, "start_pos", None) or 0


def identifier(tree: Syntax) -> str | None:
    """Give the name that a part consists of; None if it is anything else."""
    if tree.data == "primary" and isinstance(tree.children[0], Tree):
        tree = tree.children[0]
    return str(tree.children[0]) if tree.data == "ident" else None


def _arguments(tree: Syntax) -> list[Syntax]:
    last = tree.children[-1]
    if isinstance(last, Tree) and last.data == "exprlist":
        return [child for child in last.children if isinstance(child, Tree)]
    return []


def _names(tree: Syntax) -> Iterator[str]:
    for inner in tree.find_data("ident"):
        yield str(inner.children[0])


def _literal_index(tree: Syntax) -> str | int | None:
    child = tree.children[0]
    token = child.children[0] if isinstance(child, Tree) and child.data == "literal" else None
    if not isinstance(token, Token):
        return None
    if token.type == "INT_LIT" and token.isdigit():
        return int(token)
    if token.type == "STRING_LIT" and "\\" not in token and token[0] in "\"'":
        return Key(token[1:-1])
    return None
