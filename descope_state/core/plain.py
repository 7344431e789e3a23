"""Expressions that need no engine: dotted paths, literals and calls, resolved by hand.

They are nearly all expressions of a stack, and the CEL engine takes longer to import than a small
plan takes to make. What is not plain is left to `core/cel.py`; both answer alike.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NoReturn, Protocol, TypeAlias, TypeGuard

from descope_state.core.ports import Sources
from descope_state.core.templates import ExpressionError
from descope_state.frozen import dataclass
from descope_state.model.nearness import meant
from descope_state.model.value import Fingerprint, Ref, Secret, Unknown, Value, known

ROOTS = ("vars", "environment", "each", "locals")
FUNCTIONS = ("env", "file", "json", "yaml")
RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "null",
        "package",
        "namespace",
        "return",
        "true",
        "var",
        "void",
        "while",
    ]
)


class Untold(Exception):
    """An expression met a value that is known only after apply."""


class Scope(Protocol):
    """What the names in an expression stand for; each method refuses with a LookupError."""

    @property
    def sources(self) -> Sources:
        """Where `env`, `file`, `json` and `yaml` get their answers."""

    def root(self, name: str) -> Mapping[str, Value]:
        """Give what stands below `vars`, `environment`, `each` or `locals`."""

    def resource(self, kind: str, name: str) -> Mapping[str, Value]:
        """Give one resource's fields, or the instances by key where it has `for_each`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place where an expression refers to something; a step of None is known only then."""

    root: str
    steps: tuple[str | int | None, ...]
    column: int
    resource: bool

    @property
    def ref(self) -> Ref:
        """What a use of a resource refers to."""
        steps = self.steps
        if len(steps) == 2 and type(steps[1]) is str:  # noqa: PLR2004  # `tenant.acme.id`, nearly always
            return Ref(self.root, steps[0], None, steps[1])  # type: ignore[arg-type]  # a name
        first, *rest = steps
        name = str(first)
        match rest:
            case []:
                return Ref(self.root, name)
            case [None, str(field), *_]:
                return Ref(self.root, name, None, field)
            case [Key(key), str(field), *_]:
                return Ref(self.root, name, str(key), field)
            case [Key(key), *_]:
                return Ref(self.root, name, str(key))
            case [str(field), *_]:
                return Ref(self.root, name, None, field)
        return Ref(self.root, name)


class Key(str):
    """A step that was written in brackets: a key rather than a field."""

    __slots__ = ()
    __match_args__ = ("text",)

    @property
    def text(self) -> str:
        """The key itself."""
        return str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A dotted path with indexes, the commonest expression there is."""

    root: str
    steps: "tuple[Step, ...]"
    column: int
    resource: bool
    direct: bool  # nothing but names, which the quick walk relies on

    @property
    def uses(self) -> tuple[Use, ...]:
        """This path, and the paths inside its brackets."""
        steps = tuple(None if isinstance(step, Path) else step for step in self.steps)
        own = Use(root=self.root, steps=steps, column=self.column, resource=self.resource)
        if self.direct:
            return (own,)
        inner = (use for step in self.steps if isinstance(step, Path) for use in step.uses)
        return (own, *inner)

    def refs(self, scope: Scope) -> tuple[Ref, ...]:
        """Say what the path refers to once its brackets can be answered."""
        told = tuple(_told(step, scope) for step in self.steps)
        own = Use(root=self.root, steps=told, column=self.column, resource=self.resource)
        inner = (ref for step in self.steps if isinstance(step, Path) for ref in step.refs(scope))
        return ((own.ref,) if self.resource else ()) + tuple(inner)

    def value(self, scope: Scope) -> Value:
        """Walk the path."""
        if self.direct:
            # The quick walk asks nothing and lets Python refuse; the other one finds the words.
            try:
                return _quick(self, scope)
            except (LookupError, TypeError):
                return self._walked(scope)
        return self._walked(scope)

    def calls(self) -> "Iterator[Call]":
        """Find the calls inside: a path holds none."""
        return iter(())

    def _walked(self, scope: Scope) -> Value:
        steps = tuple(
            _index(step, scope) if isinstance(step, Path) else step for step in self.steps
        )
        use = Use(root=self.root, steps=steps, column=self.column, resource=self.resource)
        return settled(walked(use, scope))


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value that stands in the expression itself."""

    literal: Value

    @property
    def uses(self) -> tuple[Use, ...]:
        """Nothing."""
        return ()

    def refs(self, scope: Scope) -> tuple[Ref, ...]:  # noqa: ARG002  # as every node
        """Nothing."""
        return ()

    def value(self, scope: Scope) -> Value:  # noqa: ARG002  # as every node
        """Say it."""
        return self.literal

    def calls(self) -> "Iterator[Call]":
        """Find the calls inside: a literal holds none."""
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One of the functions, on an argument that is plain itself."""

    name: str
    argument: "Node"
    column: int

    @property
    def free(self) -> bool:
        """Tell that no macro binds a variable around it."""
        return True

    @property
    def uses(self) -> tuple[Use, ...]:
        """What the argument uses."""
        return self.argument.uses

    def refs(self, scope: Scope) -> tuple[Ref, ...]:
        """Say what the argument refers to."""
        return self.argument.refs(scope)

    def value(self, scope: Scope) -> Value:
        """Ask the sources."""
        return called(self.name, self.argument.value(scope), scope=scope, column=self.column)

    def calls(self) -> "Iterator[Call]":
        """Find this call and those inside."""
        yield from self.argument.calls()
        yield self


Node: TypeAlias = Path | Literal | Call
Step: TypeAlias = str | int | Path


def _quick(path: Path, scope: Scope) -> Value:
    here: Value | Mapping[str, Value]
    if path.resource:
        here = scope.resource(path.root, path.steps[0])  # type: ignore[arg-type]  # a name
        steps = path.steps[1:]
    else:
        here = scope.root(path.root)
        steps = path.steps
    for step in steps:
        here = here[step]  # type: ignore[index]  # the caller catches the TypeError
    return here if isinstance(here, str) else settled(here)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a path was walked, for the message that says where it ends."""

    text: str
    column: int


def settled(value: Value | Mapping[str, Value]) -> Value:
    """Pass a value on if all of it is known."""
    if isinstance(value, Mapping):
        # A resource, or the instances of one, may come as a view that only looks like a map.
        return {name: settled(inner) for name, inner in value.items()}
    if not known(value):
        raise Untold
    return value


def walked(use: Use, scope: Scope) -> Value | Mapping[str, Value]:
    """Walk a path step by step, as far as its steps are told, with words for where it ends."""
    here, steps = _start(use, scope)
    place = f"{use.root}.{use.steps[0]}" if use.resource else use.root
    for step in steps:
        if step is None:
            break
        here = stepped(here, step, place=Place(text=place, column=use.column))
        place += f".{step}" if type(step) is str else f"[{json.dumps(step)}]"
    return here


def _start(
    use: Use, scope: Scope
) -> tuple[Value | Mapping[str, Value], tuple[str | int | None, ...]]:
    try:
        if use.resource:
            return scope.resource(use.root, str(use.steps[0])), use.steps[1:]
        return scope.root(use.root), use.steps
    except LookupError as error:
        raise refused(error, column=use.column) from None


def stepped(here: Value | Mapping[str, Value], step: str | int, *, place: Place) -> Value:
    """Take one step of a path, or say in words why there is none."""
    if isinstance(here, Unknown):
        raise Untold
    if isinstance(here, Mapping) and isinstance(step, str):
        try:
            return here[step]
        except KeyError:
            raise _absent(here, step, place=place) from None
        except LookupError as error:
            raise refused(error, column=place.column) from None
    if isinstance(here, list) and type(step) is int:
        if step < len(here):
            return here[step]
        message = f"`{place.text}` has {len(here)} elements, there is no `[{step}]`"
        raise ExpressionError(message, column=place.column, code="E1403")
    message = f"`{place.text}` is {spoken(here)} and has no `{step}`"
    raise ExpressionError(message, column=place.column, code="E1403")


def _absent(here: Mapping[str, Value], step: str, *, place: Place) -> ExpressionError:
    message = f"`{place.text}` has no `{step}`"
    hint = meant(step, here)
    instances = [one for one in here.values() if _resource(one)]
    if len(instances) == len(here) > 0 and (not hint or step in instances[0]):
        key = json.dumps(next(iter(here)), ensure_ascii=False)
        hint = f"it has `for_each`; write `{place.text}[{key}]`, for instance"
    return ExpressionError(message, column=place.column, hint=hint, code="E1403")


def _resource(value: Value | Mapping[str, Value]) -> TypeGuard[Mapping[str, Value]]:
    """Tell a resource from a map: it is read through a view of its kind."""
    return isinstance(value, Mapping) and not isinstance(value, dict)


def _told(step: Step, scope: Scope) -> str | int | None:
    if not isinstance(step, Path):
        return step
    try:
        return Key(_index(step, scope))
    except Untold:
        return None


def _index(step: Path, scope: Scope) -> str | int:
    index = step.value(scope)
    if isinstance(index, str) or type(index) is int:
        return index
    message = f"an index must be a text or a whole number, not {spoken(index)}"
    raise ExpressionError(message, column=step.column, code="E1404")


_SPOKEN: dict[type, str] = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    Secret: "a secret",
    Fingerprint: "a secret",
    Unknown: "not known yet",
}


def spoken(value: object) -> str:
    """Say what sort of value it is, never the value itself: it may be confidential."""
    return _SPOKEN.get(type(value), "a map")


def refused(error: LookupError, *, column: int) -> ExpressionError:
    """Turn a scope's refusal into an error with a place."""
    message = str(error.args[0]) if error.args else "there is no such thing"
    hint = getattr(error, "hint", "")
    return ExpressionError(message, column=column, hint=hint, code="E1403")


def called(name: str, argument: Value, *, scope: Scope, column: int) -> Value:
    """Answer one of the four functions that may stand anywhere."""
    if not isinstance(argument, str):
        message = f"`{name}` takes a text, not {spoken(argument)}"
        raise ExpressionError(message, column=column, code="E1404")
    sources = scope.sources
    ask: Callable[[str], Value] = {
        "env": sources.environment_variable,
        "file": sources.file,
        "json": sources.parse_json,
        "yaml": sources.parse_yaml,
    }[name]
    try:
        return ask(argument)
    except ExpressionError:
        raise
    except ValueError as error:
        raise ExpressionError(str(error), column=column, code="E1408") from None


def binding_of_call(name: str, argument: str) -> str:
    """Name what a function answered; a document is named by its digest, for its length."""
    if name in ("env", "file"):
        return f"{name}({json.dumps(argument, ensure_ascii=False)})"
    return f"{name}({hashlib.sha256(argument.encode('utf-8', 'surrogatepass')).hexdigest()})"


def classify(root: str, kinds: Collection[str], *, column: int) -> bool:
    """Tell whether a root is a kind; refuse one that is nothing."""
    if root in ROOTS:
        return False
    if root in RESERVED:
        message = f"`{root}` is a reserved word of the expression language"
        hint = "write `vars`, with an s" if root == "var" else ""
        raise ExpressionError(message, column=column, hint=hint, code="E1402")
    if root in kinds:
        return True
    message = f"`{root}` is neither a kind nor one of `vars`, `environment`, `each`, `locals`"
    hint = meant(root, (*ROOTS, *FUNCTIONS, "secret", *kinds))
    raise ExpressionError(message, column=column, hint=hint, code="E1402")


def unnamed(kind: str, *, column: int) -> NoReturn:
    """Refuse a kind without a name: there is no list of all resources of a kind."""
    message = f"`{kind}` is a kind: a name must follow"
    raise ExpressionError(message, column=column, hint=f"write `{kind}.name`", code="E1403")


def misplaced_secret(column: int) -> ExpressionError:
    """Refuse a secret that is not the whole of a value."""
    message = "a secret must be the whole value"
    hint = "write nothing but `${secret('…')}`, and join texts where the secret is kept"
    return ExpressionError(message, column=column, hint=hint, code="E1406")
