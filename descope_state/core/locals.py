"""The named values of a stack, evaluated when first asked for."""

from collections.abc import Iterator, Mapping

from descope_state.core.compiling import (
    BROKEN,
    Compiler,
    Form,
    expression_problem,
    failing,
    filled,
)
from descope_state.core.expressions import ExpressionError, Template
from descope_state.core.scope import World
from descope_state.model.stack import Item, Locate
from descope_state.model.value import Ref, Value


class Locals(Mapping[str, Value]):
    """What `locals.` gives in expressions."""

    def __init__(self, items: tuple[Item, ...], *, compiler: Compiler) -> None:
        self._report = compiler.report
        self._locates: dict[str, Locate] = {}
        self._forms: dict[str, Form] = {}
        self._templates: dict[str, list[Template]] = {}
        for item in items:
            found: list[Template] = []
            self._forms[item.name] = compiler.form(item.body, (), locate=item.locate, found=found)
            self._templates[item.name] = found
            self._locates[item.name] = item.locate
        self._values: dict[str, Value] = {}
        self._open: list[str] = []
        self._world: World | None = None

    def bind(self, world: World) -> None:
        """Say what the values are evaluated in."""
        self._world = world

    def refs(self, name: str) -> tuple[Ref, ...]:
        """Give every resource a local refers to, through other locals too."""
        return tuple(dict.fromkeys(self._walk(name, set())))

    def _walk(self, name: str, seen: set[str]) -> Iterator[Ref]:
        if name in seen:
            return
        seen.add(name)
        for template in self._templates.get(name, ()):
            yield from template.refs
            for inner in template.locals:
                yield from self._walk(inner, seen)

    def __getitem__(self, name: str) -> Value:
        if name in self._values:
            return self._values[name]
        form = self._forms[name]
        if name in self._open:
            chain = " → ".join([*self._open[self._open.index(name) :], name])
            message = f"locals refer to each other in a circle: {chain}"
            raise LookupError(message)
        if self._world is None:
            message = f"`locals.{name}` is asked for before the stack is resolved"
            raise LookupError(message)
        self._open.append(name)
        try:
            self._values[name] = filled(form, self._world)
        except ExpressionError:
            # Told once, where it stands, and not again wherever it is used.
            self._values[name] = BROKEN
            for path, error in failing(form, self._world, path=()):
                self._report(expression_problem(error, path, locate=self._locates[name]))
        finally:
            self._open.pop()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)
