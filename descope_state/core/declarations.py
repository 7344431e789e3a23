"""What a stack says besides its resources: outputs, checks, moved, removed, imports."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from descope_state.core.compiling import Compiler, Form, expression_problem, filled
from descope_state.core.expressions import ExpressionError, Template
from descope_state.core.scope import World
from descope_state.errors import Problem
from descope_state.model.address import Address
from descope_state.model.stack import Documents, Item, Locate, nowhere
from descope_state.model.value import Path, Value
from descope_state.sdk.validation import listed, meant

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
    blocks: Collection[Address],
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


class _Reader:
    def __init__(
        self, *, compiler: Compiler, world: World, blocks: Collection[Address], report: Report
    ) -> None:
        self._compiler = compiler
        self._world = world
        self._blocks = blocks
        self._report = report

    def outputs(self, items: tuple[Item, ...]) -> Iterator[Output]:
        for item, body in self._bodies("outputs", items):
            yield Output(
                name=item.name,
                value=self._form(body["value"], ("value",), item),
                sensitive=self._flag(body, "sensitive", item=item, default=False),
                description=self._text(body, "description", item=item),
                locate=item.locate,
            )

    def checks(self, items: tuple[Item, ...]) -> Iterator[Check]:
        for item, body in self._bodies("checks", items):
            yield Check(
                name=self._text(body, "name", item=item),
                when=self._form(body.get("when", True), ("when",), item),
                condition=self._form(body["assert"], ("assert",), item),
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
            else:
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
        for item, body in self._bodies("imports", items):
            address = self._address(body, "to", item=item)
            id_ = self._evaluated(body["id"], ("id",), item)
            if address is None or id_ is None:
                continue
            if address.block not in self._blocks:
                self._complain(
                    item,
                    ("to",),
                    f"`{address}` is not in the stack",
                    hint=self._near(address) or "write its resource first",
                )
            elif not isinstance(id_, str) or not id_:
                self._complain(item, ("id",), "`id` must be text, known when planning")
            else:
                yield Import(address=address, id=id_, locate=item.locate)

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
        found: list[Template] = []
        form = self._compiler.form(value, path, locate=item.locate, found=found)
        for template in found:
            for ref in template.refs:
                target = Address(ref.kind, ref.name)
                if target not in self._blocks:
                    self._complain(
                        item, path, f"there is no resource `{target}`", hint=self._near(target)
                    )
        return form

    def _evaluated(self, value: Value, path: Path, item: Item) -> Value:
        try:
            return filled(self._form(value, path, item), self._world)
        except ExpressionError as error:
            self._report(expression_problem(error, path, locate=item.locate))
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
