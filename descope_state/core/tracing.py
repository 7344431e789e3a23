"""Follows an expression to where its value was written: a variable, a local, a file, a block."""

from collections.abc import Callable, Mapping

from descope_state.core.expressions import ExpressionError, Part, parse
from descope_state.core.plain import Call, Literal, Use
from descope_state.core.plain import Path as Dotted
from descope_state.core.templates import split
from descope_state.errors import Origin
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.stack import Block, Documents, Item
from descope_state.model.value import Path, Value

_DEEPEST = 32
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a value is written: in the stack's `yaml`, a `variable`, a `file` or a `json-file`.

    For `yaml` the path is that of the file; for a variable, whose file is not known yet, it begins
    with its name; a file of another language has none.
    """

    sort: str
    file: str = ""
    path: Path = ()


class Untraceable(ValueError):
    """A value that no single place in the stack says; message and hint tell what does."""

    def __init__(self, message: str, *, hint: str = "", origin: Origin | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.origin = origin


class Tracer:
    """Follows the expressions of one stack; `variable` says where the value of one is written."""

    def __init__(
        self, documents: Documents, kinds: frozenset[str], *, variable: Callable[[str], str]
    ) -> None:
        self._kinds = kinds
        self._variable = variable
        self._blocks = {(block.kind, block.name): block for block in documents.blocks}
        self._locals = {item.name: item for item in documents.locals}

    def block(self, address: Address) -> Block:
        """Give the block that an address comes from."""
        return self._blocks[address.kind, address.name]

    def place(self, address: Address, path: Path) -> Site:
        """Give the place of a value that stands in a block itself."""
        block = self.block(address)
        origin = block.locate(())
        file = origin.file if origin is not None else ""
        return Site(sort="yaml", file=file, path=("resources", block.kind, block.name, *path))

    def trace(self, text: str, address: Address, *, path: Path) -> Site:
        """Find where the value of an expression in a block was written."""
        origin = self.block(address).locate(path)
        return _Trace(tracer=self, address=address, origin=origin).follow(text, (), depth=0)

    def template(self, text: str) -> object:
        """Give the one expression that a text is; None where it is more than that."""
        try:
            pieces = split(text)
            template = parse(text, kinds=self._kinds)
        except ExpressionError:
            return None
        if not template.whole or len(pieces) != 1:
            return None
        part = template.parts[0]
        return part.expression if isinstance(part, Part) else None

    def sources(self, text: str) -> list[str]:
        """Name everything that an expression reads, with the lines where that is written."""
        try:
            template = parse(text, kinds=self._kinds)
        except ExpressionError:
            return []
        return list(dict.fromkeys(self._source(use) for use in template.uses))

    def _source(self, use: Use) -> str:
        steps = [str(step) for step in use.steps if step is not None]
        title = f"`{'.'.join([use.root, *steps])}`"
        origin = None
        if use.root == "vars" and steps:
            place = self._variable(steps[0])
            return f"{title} ({place})" if place else title
        if use.resource and steps and (use.root, steps[0]) in self._blocks:
            locate = self._blocks[use.root, steps[0]].locate
            origin = locate((steps[-1],)) or locate(())
        elif use.root == "locals" and steps and steps[0] in self._locals:
            origin = self._locals[steps[0]].locate(())
        return f"{title} ({origin.file}:{origin.line})" if origin is not None else title

    def local(self, name: str) -> Item | None:
        """Give a local."""
        return self._locals.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """One walk; it starts in an instance of a block, whose `each` it knows."""

    tracer: Tracer
    address: Address
    origin: Origin | None

    def follow(self, text: str, rest: Path, *, depth: int) -> Site:
        """Follow an expression, and then the rest of a path into what it stands for."""
        expression = self.tracer.template(text)
        if depth < _DEEPEST and isinstance(expression, Call):
            return self._call(expression, text, rest)
        if depth < _DEEPEST and isinstance(expression, Dotted):
            return self._dotted(expression, text, rest, depth=depth)
        raise self._computed(text)

    def _computed(self, text: str) -> Untraceable:
        message = f"it is computed by `{_short(text)}`"
        sources = self.tracer.sources(text)
        hint = f"change what it is made from: {', '.join(sources)}" if sources else ""
        return Untraceable(message, hint=hint, origin=self.origin)

    def _call(self, call: Call, text: str, rest: Path) -> Site:
        inner, name = call, "file"
        if call.name in ("json", "yaml") and isinstance(call.argument, Call):
            inner, name = call.argument, f"{call.name}-file"
        if inner.name != "file" or not isinstance(inner.argument, Literal) or rest:
            raise self._computed(text)
        return Site(sort=name, file=str(inner.argument.literal))

    def _dotted(self, path: Dotted, text: str, rest: Path, *, depth: int) -> Site:
        if path.resource:
            names = ".".join(str(step) for step in path.steps)
            message = f"it is taken over from `{path.root}.{names}`"
            hint = f"accept or change it there: {', '.join(self.tracer.sources(text))}"
            raise Untraceable(message, hint=hint, origin=self.origin)
        steps: Path = (*(self._step(step, text) for step in path.steps), *rest)
        if path.root == "vars":
            return Site(sort="variable", path=steps)
        if path.root == "locals":
            return self._local(steps, text, depth)
        if path.root == "each":
            return self._each(steps, text, depth)
        message = f"it follows from the environment: `{_short(text)}`"
        raise Untraceable(message, origin=self.origin)

    def _step(self, step: object, text: str) -> str | int:
        if isinstance(step, Dotted):
            if step.root == "each" and step.steps == ("key",) and self.address.key is not None:
                return self.address.key
            raise self._computed(text)
        return step if isinstance(step, int) else str(step)

    def _local(self, steps: Path, text: str, depth: int) -> Site:
        item = self.tracer.local(str(steps[0]))
        if item is None:
            raise self._computed(text)
        origin = item.locate(())
        file = origin.file if origin is not None else ""
        start = Site(sort="yaml", file=file, path=("locals", item.name))
        return self._inside(item.body, start, steps[1:], depth=depth)

    def _each(self, steps: Path, text: str, depth: int) -> Site:
        stated = self.tracer.block(self.address).body.get("for_each")
        if steps[0] != "value" or self.address.key is None or isinstance(stated, list):
            message = f"it is a key of `for_each`: `{_short(text)}`"
            hint = "another key is another object"
            raise Untraceable(message, hint=hint, origin=self.origin)
        start = self.tracer.place(self.address, ("for_each",))
        return self._inside(stated, start, (self.address.key, *steps[1:]), depth=depth)

    def _inside(self, value: Value, start: Site, steps: Path, *, depth: int) -> Site:
        """Walk into something written, and follow the expressions that are met there."""
        walked: Path = ()
        for step in (*steps, None):
            if isinstance(value, str) and "${" in value:
                return self.follow(value, steps[len(walked) :], depth=depth + 1)
            if step is None:
                break
            value = _stepped(value, step)
            walked = (*walked, step)
        return Site(sort="yaml", file=start.file, path=(*start.path, *walked))


def _stepped(value: Value, step: str | int) -> Value:
    if isinstance(value, Mapping) and step in value:
        return value[str(step)]
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    message = "nothing in the stack says it"
    raise Untraceable(message)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
