"""What an unknown remembers of the plan's world, so that apply can answer it without the stack.

The names it uses travel with their values, and so do the answers of `env`, `file`, `json` and
`yaml`: apply must not read a file that may have changed since the plan was reviewed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from descope_state.core.plain import ROOTS, Key, Scope, Untold, Use, binding_of_call, refused
from descope_state.core.ports import Sources
from descope_state.core.templates import ExpressionError
from descope_state.model.value import Unknown, Value

Resource = Callable[[str, str], Mapping[str, Value]]


class CallLike(Protocol):
    """A call inside an expression, which can be answered apart from it."""

    @property
    def name(self) -> str:
        """The function."""

    @property
    def column(self) -> int:
        """Where it stands."""

    @property
    def free(self) -> bool:
        """Tell whether it stands on no variable that a macro binds."""

    def value(self, scope: Scope) -> Value:
        """Answer it."""


def bound(uses: Iterable[Use], scope: Scope) -> dict[str, Value]:
    """Take the values of the names that are no resources, by the shortest paths that suffice."""
    found = dict(_binding(use, scope) for use in uses if not use.resource)
    return {path: value for path, value in found.items() if not _covered(path, found)}


def _covered(path: str, found: Mapping[str, Value]) -> bool:
    return any(path.startswith(f"{other}.") for other in found)


def _binding(use: Use, scope: Scope) -> tuple[str, Value]:
    names = [use.root]
    try:
        here: Value | Mapping[str, Value] = scope.root(use.root)
        for step in use.steps:
            if not isinstance(here, Mapping) or not _named(step) or step not in here:
                break
            here = here[str(step)]
            names.append(str(step))
    except LookupError as error:
        raise refused(error, column=use.column) from None
    return ".".join(names), dict(here) if isinstance(here, Mapping) else here


def _named(step: str | int | None) -> bool:
    # A key in brackets may hold dots, which the dotted name of a binding could not tell apart.
    return isinstance(step, str) and (not isinstance(step, Key) or step.isidentifier())


class _Noting:
    """Sources that note down what they answered."""

    def __init__(self, sources: Sources, answers: dict[str, Value]) -> None:
        self._sources = sources
        self._answers = answers

    def file(self, path: str) -> str:
        text = self._sources.file(path)
        self._answers[binding_of_call("file", path)] = text
        return text

    def environment_variable(self, name: str) -> str:
        text = self._sources.environment_variable(name)
        self._answers[binding_of_call("env", name)] = text
        return text

    def parse_yaml(self, text: str) -> Value:
        value = self._sources.parse_yaml(text)
        self._answers[binding_of_call("yaml", text)] = value
        return value

    def parse_json(self, text: str) -> Value:
        value = self._sources.parse_json(text)
        self._answers[binding_of_call("json", text)] = value
        return value


class Recording:
    """A scope that answers as another does and keeps what the functions answered."""

    def __init__(self, scope: Scope) -> None:
        self.answers: dict[str, Value] = {}
        self._scope = scope
        self._sources = _Noting(scope.sources, self.answers)

    @property
    def sources(self) -> Sources:
        """The sources of the scope, listened to."""
        return self._sources

    def root(self, name: str) -> Mapping[str, Value]:
        """Give what the scope gives."""
        return self._scope.root(name)

    def resource(self, kind: str, name: str) -> Mapping[str, Value]:
        """Give what the scope gives."""
        return self._scope.resource(kind, name)

    def record(self, call: CallLike) -> None:
        """Keep what one call answers; a document that comes after apply is read after apply."""
        try:
            if call.free:
                call.value(self)
                return
        except Untold:
            pass
        if call.name in ("env", "file"):
            message = f"`{call.name}` here depends on what is known only after apply"
            hint = "apply reads neither files nor variables: use a value that the plan knows"
            raise ExpressionError(message, column=call.column, hint=hint, code="E1408")


class Answering:
    """The scope of an unknown at apply: its bindings, and the resources that were made."""

    def __init__(
        self,
        unknown: Unknown,
        resource: Resource,
        *,
        sources: Sources | None,
        answer: Callable[[Unknown], Value],
    ) -> None:
        self._resource = resource
        self._bindings = dict(unknown.bindings)
        self._answer = answer
        self._sources = _Remembering(self._bindings, sources)

    @property
    def sources(self) -> Sources:
        """What the functions answered when the plan was made."""
        return self._sources

    def root(self, name: str) -> Mapping[str, Value]:
        """Give what was bound below one root."""
        tree: dict[str, Value] = {}
        for path, value in self._bindings.items():
            root, *names = path.split(".") if path.split(".")[0] in ROOTS else ("",)
            if root == name:
                _plant(tree, names, value=self._answered(value))
        return tree

    def resource(self, kind: str, name: str) -> Mapping[str, Value]:
        """Give a resource as it was made."""
        return self._resource(kind, name)

    def _answered(self, value: Value) -> Value:
        if isinstance(value, Unknown):
            return self._answer(value)
        if isinstance(value, dict):
            return {key: self._answered(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._answered(inner) for inner in value]
        return value


def _plant(tree: dict[str, Value], names: list[str], *, value: Value) -> None:
    if not names:
        if isinstance(value, dict):
            tree.update(value)
        return
    *branches, leaf = names
    for branch in branches:
        inner = tree.setdefault(branch, {})
        if isinstance(inner, dict):
            tree = inner
    tree[leaf] = value


class _Remembering:
    """Sources that answer what was answered before, and ask again only where they may."""

    def __init__(self, answers: Mapping[str, Value], sources: Sources | None) -> None:
        self._answers = answers
        self._sources = sources

    def file(self, path: str) -> str:
        return self._text("file", path)

    def environment_variable(self, name: str) -> str:
        return self._text("env", name)

    def parse_yaml(self, text: str) -> Value:
        name = binding_of_call("yaml", text)
        if name in self._answers or self._sources is None:
            return self._recalled(name, "yaml")
        return self._sources.parse_yaml(text)

    def parse_json(self, text: str) -> Value:
        name = binding_of_call("json", text)
        if name in self._answers or self._sources is None:
            return self._recalled(name, "json")
        return self._sources.parse_json(text)

    def _text(self, function: str, argument: str) -> str:
        text = self._recalled(binding_of_call(function, argument), function)
        return text if isinstance(text, str) else ""

    def _recalled(self, name: str, function: str) -> Value:
        if name in self._answers:
            return self._answers[name]
        message = f"the plan holds no answer of `{function}` for this argument"
        raise ValueError(message)
