"""What a stack says besides its resources: outputs, checks, moved, removed, imports."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from descope_state.core.compiling import (
    BROKEN,
    Compiled,
    Compiler,
    Form,
    expression_problem,
    failing,
    filled,
    templates_in,
)
from descope_state.core.expressions import ExpressionError
from descope_state.core.plain import spoken
from descope_state.core.scope import World
from descope_state.errors import Origin, Problem
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.nearness import listed, meant
from descope_state.model.stack import Documents, Item, Locate, nowhere
from descope_state.model.value import Path, Secret, Unknown, Value, placeholders

Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A value that the stack gives to the outside."""

    name: str
    value: Form
    sensitive: bool
    description: str
    locate: Locate


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition that the stack wants to hold once the plan is applied."""

    name: str
    when: Form
    condition: Form
    message: str
    locate: Locate


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A resource that has left the stack, and whether its object is to go too."""

    address: Address
    destroy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An existing object that the stack takes over."""

    address: Address
    id: str
    locate: Locate = nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A resource, or all instances of one, that goes by another address now."""

    source: Address
    target: Address
    locate: Locate = nowhere

    def target_of(self, address: Address) -> Address | None:
        """Say where an address is to go, if this is about it; a whole block keeps its keys."""
        if address == self.source:
            return self.target
        if address.block == self.source:
            return Address(self.target.kind, self.target.name, address.key)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Everything of a stack that is not a resource."""

    outputs: tuple[Output, ...] = ()
    checks: tuple[Check, ...] = ()
    moved: tuple[Move, ...] = ()
    removed: tuple[Removed, ...] = ()
    imports: tuple[Import, ...] = ()

    def taking(self, imports: Mapping[Address, str]) -> "Declarations":
        """Give the same with more objects to take over than the stack names."""
        more = (Import(address=address, id=id_) for address, id_ in imports.items())
        return replace(self, imports=(*self.imports, *more))

    def destination(self, address: Address) -> Address:
        """Say what an address is called now, however often it was moved."""
        for _ in self.moved:
            targets = (move.target_of(address) for move in self.moved)
            address = next((target for target in targets if target is not None), address)
        return address


_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # Of each section the fields it needs, and those it may have.
    "outputs": (("value",), ("description", "sensitive")),
    "checks": (("name", "assert", "message"), ("when",)),
    "moved": (("from", "to"), ()),
    "removed": (("from",), ("destroy",)),
    "imports": (("to", "id"), ()),
}


def declarations(
    documents: Documents,
    *,
    compiler: Compiler,
    world: World,
    blocks: Mapping[Address, Compiled],
    report: Report,
) -> Declarations:
    """Read everything of a stack that is not a resource."""
    reader = _Reader(compiler=compiler, world=world, blocks=blocks, report=report)
    return Declarations(
        outputs=tuple(reader.outputs(documents.outputs)),
        checks=tuple(reader.checks(documents.checks)),
        moved=reader.moved(documents.moved),
        removed=tuple(reader.removed(documents.removed)),
        imports=tuple(reader.imports(documents.imports)),
    )


def would_show(output: str, *, origin: Origin | None) -> Problem:
    """Refuse a secret in an output."""
    return Problem(
        code="E1351",
        message=f"output `{output}` would show a secret",
        origin=origin,
        hint="an output cannot hold a secret; remove it",
    )


class _Reader:
    def __init__(
        self,
        *,
        compiler: Compiler,
        world: World,
        blocks: Mapping[Address, Compiled],
        report: Report,
    ) -> None:
        self._compiler = compiler
        self._world = world
        self._blocks = blocks
        self._report = report

    def outputs(self, items: tuple[Item, ...]) -> Iterator[Output]:
        for item, body in self._bodies("outputs", items):
            value = self._form(body["value"], ("value",), item)
            self._shown(value, item)
            yield Output(
                name=item.name,
                value=value,
                sensitive=self._flag(body, "sensitive", item=item, default=False),
                description=self._text(body, "description", item=item),
                locate=item.locate,
            )

    def checks(self, items: tuple[Item, ...]) -> Iterator[Check]:
        for item, body in self._bodies("checks", items):
            when = self._form(body.get("when", True), ("when",), item)
            condition = self._form(body["assert"], ("assert",), item)
            if self._holds(when, "when", item=item) is not False:
                self._holds(condition, "assert", item=item)
            yield Check(
                name=self._text(body, "name", item=item),
                when=when,
                condition=condition,
                message=self._text(body, "message", item=item),
                locate=item.locate,
            )

    def moved(self, items: tuple[Item, ...]) -> tuple[Move, ...]:
        moves = tuple(self._moves(items))
        whole = Declarations(moved=moves)
        for move in moves:
            if whole.destination(move.target).block not in self._blocks:
                self._report(
                    Problem(
                        code="E1350",
                        message=f"`{move.target}` is not in the stack",
                        origin=move.locate(("to",)),
                        hint=self._near(move.target),
                    )
                )
        return moves

    def _moves(self, items: tuple[Item, ...]) -> Iterator[Move]:
        seen: dict[Address, Origin | None] = {}
        for item, body in self._bodies("moved", items):
            source = self._address(body, "from", item=item)
            target = self._address(body, "to", item=item)
            if source is None or target is None:
                continue
            if source.kind != target.kind:
                message = f"`{source}` cannot become `{target}`: that is another kind"
                self._complain(item, ("to",), message)
            elif source in self._blocks:
                self._complain(
                    item,
                    ("from",),
                    f"`{source}` is still in the stack",
                    hint="remove the resource, or this entry",
                )
            elif source in seen:
                hint = f"keep one of the two; the other one is at {seen[source]}"
                self._complain(item, ("from",), f"`{source}` is moved twice", hint=hint)
            else:
                seen[source] = item.locate(("from",))
                yield Move(source=source, target=target, locate=item.locate)

    def removed(self, items: tuple[Item, ...]) -> Iterator[Removed]:
        for item, body in self._bodies("removed", items):
            address = self._address(body, "from", item=item)
            if address is None:
                continue
            if address in self._blocks:
                self._complain(
                    item,
                    ("from",),
                    f"`{address}` is still in the stack",
                    hint="remove the resource, or this entry",
                )
                continue
            destroy = self._flag(body, "destroy", item=item, default=True)
            yield Removed(address=address, destroy=destroy)

    def imports(self, items: tuple[Item, ...]) -> Iterator[Import]:
        seen: dict[Address, Origin | None] = {}
        for item, body in self._bodies("imports", items):
            address = self._address(body, "to", item=item)
            id_ = self._value(self._form(body["id"], ("id",), item), ("id",), item)
            if address is None or id_ == BROKEN:
                continue
            if address.block not in self._blocks:
                self._complain(
                    item,
                    ("to",),
                    f"`{address}` is not in the stack",
                    hint=self._near(address) or "write its resource first",
                )
            elif not isinstance(id_, str) or not id_:
                hint = "quote it" if isinstance(id_, int | float) else ""
                self._complain(item, ("id",), "`id` must be text, known when planning", hint=hint)
            elif address in seen:
                hint = f"keep one of the two; the other one is at {seen[address]}"
                self._complain(item, ("to",), f"`{address}` is imported twice", hint=hint)
            elif self._is_instance(address, item):
                seen[address] = item.locate(("to",))
                yield Import(address=address, id=id_, locate=item.locate)

    def _is_instance(self, address: Address, item: Item) -> bool:
        """Tell whether an address has a key where, and only where, its block has `for_each`."""
        repeated = self._blocks[address.block].repeated
        if repeated == (address.key is not None):
            return True
        if repeated:
            message = f"`{address}` has `for_each`, so that one object cannot be all of it"
            hint = f'write `{address}["key"]`'
        else:
            message = f"`{address.block}` has no `for_each`, so that it has no instances"
            hint = f"write `{address.block}`"
        self._complain(item, ("to",), message, hint=hint)
        return False

    # -- parts ---------------------------------------------------------------------------------

    def _bodies(
        self, section: str, items: tuple[Item, ...]
    ) -> Iterator[tuple[Item, dict[str, Value]]]:
        required, optional = _FIELDS[section]
        known = (*required, *optional)
        for item in items:
            if not isinstance(item.body, dict):
                self._complain(item, (), f"an entry of `{section}` takes {listed(known)}")
                continue
            for name in item.body.keys() - set(known):
                self._complain(
                    item,
                    (name,),
                    f"unknown field `{name}` in `{section}`",
                    hint=meant(name, known) or f"it has {listed(known)}",
                )
            missing = [name for name in required if name not in item.body]
            for name in missing:
                self._complain(item, (), f"an entry of `{section}` needs `{name}`")
            if not missing:
                yield item, item.body

    def _form(self, value: Value, path: Path, item: Item) -> Form:
        form = self._compiler.form(value, path, locate=item.locate, found=[])
        for place, template in templates_in(form, path):
            for ref in template.refs:
                target = Address(ref.kind, ref.name)
                if target not in self._blocks:
                    self._complain(
                        item, place, f"there is no resource `{target}`", hint=self._near(target)
                    )
                    form = BROKEN
        return form

    def _value(self, form: Form, path: Path, item: Item) -> Value:
        try:
            return filled(form, self._world)
        except ExpressionError:
            for place, error in failing(form, self._world, path=path):
                self._report(expression_problem(error, place, locate=item.locate))
            return BROKEN

    def _shown(self, form: Form, item: Item) -> None:
        """Evaluate an output as far as it is known, for its mistakes."""
        for path, hole in placeholders(self._value(form, ("value",), item)):
            if isinstance(hole, Secret):
                self._report(would_show(item.name, origin=item.locate(("value", *path))))

    def _holds(self, form: Form, part: str, *, item: Item) -> bool | None:
        """Judge a condition as far as it is known; one that can never be judged is refused."""
        value = self._value(form, (part,), item)
        if isinstance(value, bool | Unknown):
            return value if isinstance(value, bool) else None
        message = f"`{part}` must come to true or false, not {spoken(value)}"
        hint = f'write `{part}: "${{{value}}}"`' if isinstance(value, str) else ""
        self._complain(item, (part,), message, hint=hint)
        return None

    def _address(self, body: Mapping[str, Value], name: str, *, item: Item) -> Address | None:
        try:
            return Address.parse(str(body[name]))
        except ValueError as error:
            self._complain(item, (name,), str(error))
            return None

    def _flag(self, body: Mapping[str, Value], name: str, *, item: Item, default: bool) -> bool:
        value = body.get(name, default)
        if isinstance(value, bool):
            return value
        self._complain(item, (name,), f"`{name}` must be true or false")
        return default

    def _text(self, body: Mapping[str, Value], name: str, *, item: Item) -> str:
        value = body.get(name, "")
        if isinstance(value, str):
            return value
        self._complain(item, (name,), f"`{name}` must be text", hint="quote it")
        return ""

    def _near(self, address: Address) -> str:
        return meant(str(address.block), map(str, self._blocks))

    def _complain(self, item: Item, path: Path, message: str, *, hint: str = "") -> None:
        self._report(Problem(code="E1350", message=message, origin=item.locate(path), hint=hint))
