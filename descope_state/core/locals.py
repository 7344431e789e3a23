"""The named values of a stack, evaluated when first asked for."""

from collections.abc import Collection, Iterator, Mapping

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
from descope_state.errors import Problem
from descope_state.model.address import Address
from descope_state.model.stack import Item, Locate
from descope_state.model.value import Ref, Value

_DEEPEST = 64
_LARGEST = 100_000


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
        return tuple(dict.fromkeys(self._walk(name)))

    def needing(self, blocks: Collection[Address]) -> set[str]:
        """Name the locals that refer to one of some blocks, through other locals too."""
        users: dict[str, list[str]] = {}
        found: list[str] = []
        for name, templates in self._templates.items():
            for template in templates:
                if any(Address(ref.kind, ref.name) in blocks for ref in template.refs):
                    found.append(name)
                for inner in template.locals:
                    users.setdefault(inner, []).append(name)
        needing: set[str] = set()
        while found:
            name = found.pop()
            if name not in needing:
                needing.add(name)
                found.extend(users.get(name, ()))
        return needing

    def _walk(self, name: str) -> Iterator[Ref]:
        names = [name]
        seen = {name}
        while names:
            for template in self._templates.get(names.pop(), ()):
                yield from template.refs
                new = [inner for inner in template.locals if inner not in seen]
                seen.update(new)
                names.extend(new)

    def __getitem__(self, name: str) -> Value:
        if name in self._values:
            return self._values[name]
        form = self._forms[name]
        if name in self._open:
            chain = " → ".join([*self._open[self._open.index(name) :], name])
            message = f"locals refer to each other in a circle: {chain}"
            raise LookupError(message)
        if len(self._open) >= _DEEPEST:
            message = f"locals refer to each other more than {_DEEPEST} deep"
            raise LookupError(message)
        if self._world is None:
            message = f"`locals.{name}` is asked for before the stack is resolved"
            raise LookupError(message)
        self._open.append(name)
        try:
            self._values[name] = self._bounded(name, filled(form, self._world))
        except ExpressionError:
            # Told once, where it stands, and not again wherever it is used.
            self._values[name] = BROKEN
            for path, error in failing(form, self._world, path=()):
                self._report(expression_problem(error, path, locate=self._locates[name]))
        finally:
            self._open.pop()
        return self._values[name]

    def _bounded(self, name: str, value: Value) -> Value:
        """Refuse a local that became too much: two of one in the next, and so on, has no end."""
        waiting: list[Value] = [value]
        for _ in range(_LARGEST):
            if not waiting:
                return value
            one = waiting.pop()
            if isinstance(one, dict):
                waiting.extend(one.values())
            elif isinstance(one, list):
                waiting.extend(one)
        message = f"`locals.{name}` holds more than {_LARGEST:,} values"
        origin = self._locates[name](())
        self._report(Problem(code="E1407", message=message, origin=origin))
        return BROKEN

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)
