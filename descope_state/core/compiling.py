"""Reads one block before anything is evaluated: its expressions, meta-arguments and references."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, Union

from descope_state.core.expressions import ExpressionError, Template, evaluate, parse
from descope_state.core.scope import World
from descope_state.errors import Origin, Problem
from descope_state.frozen import dataclass
from descope_state.model.address import Address, is_name
from descope_state.model.nearness import listed, meant
from descope_state.model.resource import ORDINARY, Lifecycle
from descope_state.model.stack import Block, Locate
from descope_state.model.value import Path, Ref, Unknown, Value
from descope_state.sdk.catalog import Catalog, Described
from descope_state.sdk.schema import Field, Type
from descope_state.sdk.validation import Complaint

# Stands for what could not be read or answered: it was told about and is not to be blamed again.
BROKEN = Unknown()

META = frozenset({"for_each", "when", "depends_on", "lifecycle", "provider"})
_LIFECYCLE = ("prevent_destroy", "ignore_changes", "create_before_destroy", "replace_triggered_by")

Form: TypeAlias = Union[Template, "list[Form]", "dict[str, Form]", Value]
Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """One block with its expressions parsed; nothing in it has been evaluated."""

    address: Address
    described: Described
    fields: Mapping[str, Form]
    templates: tuple[Template, ...]
    for_each: Form
    when: Form
    repeated: bool
    depends_on: tuple[Address, ...]
    lifecycle: Lifecycle
    locate: Locate


def _constant(value: Value) -> bool:
    """Tell quickly of most values that no expression is in them."""
    return "${" not in value if type(value) is str else type(value) is int or type(value) is bool


class Compiler:
    """Compiles blocks of one stack and reports what is wrong with them as it goes."""

    def __init__(self, catalog: Catalog, *, report: Report) -> None:
        self._catalog = catalog
        self._kinds = frozenset(catalog)
        self.report = report

    def block(self, block: Block) -> Compiled | None:
        """Compile one block, or report why it cannot be."""
        described = self._catalog.get(block.kind)
        if described is None:
            hint = meant(block.kind, self._kinds) or f"known kinds: {listed(sorted(self._kinds))}"
            if is_name(block.kind):  # Anything else was told when it was read.
                message = f"unknown kind `{block.kind}`"
                self._complain("E1301", message, at=(), block=block, hint=hint)
            return None
        self._provider(block, described)
        templates: list[Template] = []
        body = block.body
        plain = META.isdisjoint(body)
        fields = body if plain else {key: body[key] for key in body if key not in META}
        compiled = {
            name: value
            if _constant(value)
            else self.form(value, (name,), locate=block.locate, found=templates)
            for name, value in fields.items()
        }
        return Compiled(
            address=Address(block.kind, block.name),
            described=described,
            fields=compiled,
            for_each=self._meta(block, "for_each", templates),
            when=self._meta(block, "when", templates),
            repeated="for_each" in body,
            depends_on=() if plain else self._depends_on(block),
            lifecycle=ORDINARY
            if plain or "lifecycle" not in body
            else self._lifecycle(block, described),
            locate=block.locate,
            templates=tuple(templates),
        )

    def form(self, value: Value, path: Path, *, locate: Locate, found: list[Template]) -> Form:
        """Parse every expression inside a value."""
        if isinstance(value, str):
            return self._text(value, path, locate=locate, found=found) if "${" in value else value
        if isinstance(value, dict):
            return {
                key: self.form(inner, (*path, key), locate=locate, found=found)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [
                self.form(inner, (*path, index), locate=locate, found=found)
                for index, inner in enumerate(value)
            ]
        return value

    def _text(self, text: str, path: Path, *, locate: Locate, found: list[Template]) -> Form:
        try:
            template = parse(text, kinds=self._kinds)
        except ExpressionError as error:
            self.report(expression_problem(error, path, locate=locate))
            return BROKEN
        found.append(template)
        return template

    def _meta(self, block: Block, name: str, found: list[Template]) -> Form:
        if name not in block.body:
            return None
        if name == "when" and block.body[name] is None:
            self._complain(
                "E1321", "`when` must come to true or false, not null", at=(name,), block=block
            )
            return BROKEN
        return self.form(block.body[name], (name,), locate=block.locate, found=found)

    def _provider(self, block: Block, described: Described) -> None:
        own = described.schema.provider
        if block.body.get("provider", own) != own:
            self._complain(
                "E1314",
                f"`{block.kind}` is a kind of the provider `{own}` and of no other",
                at=("provider",),
                block=block,
                hint=f"write `provider: {own}`, or leave it out",
            )

    def _depends_on(self, block: Block) -> tuple[Address, ...]:
        listing = block.body.get("depends_on", [])
        if not isinstance(listing, list):
            self._complain(
                "E1302",
                "`depends_on` takes a list of addresses",
                at=("depends_on",),
                block=block,
                hint="write `depends_on: [role.analyst]`",
            )
            return ()
        found = (
            self._address(item, ("depends_on", index), block=block)
            for index, item in enumerate(listing)
        )
        return tuple(address for address in found if address is not None)

    def _address(self, text: Value, path: Path, *, block: Block) -> Address | None:
        try:
            return Address.parse(text if isinstance(text, str) else json.dumps(text))
        except ValueError as error:
            hint = "write it as it is, without `${}`" if "${" in str(text) else ""
            self._complain("E1303", str(error), at=path, block=block, hint=hint)
            return None

    def _lifecycle(self, block: Block, described: Described) -> Lifecycle:
        body = block.body.get("lifecycle", {})
        if not isinstance(body, dict):
            self._complain(
                "E1304",
                "`lifecycle` takes a mapping",
                at=("lifecycle",),
                block=block,
                hint=f"it has {listed(_LIFECYCLE)}",
            )
            return Lifecycle()
        for name in body.keys() - set(_LIFECYCLE):
            self._complain(
                "E1305",
                f"unknown field `lifecycle.{name}`",
                at=("lifecycle", name),
                block=block,
                hint=meant(name, _LIFECYCLE) or f"it has {listed(_LIFECYCLE)}",
            )
        first = self._flag(block, body, "create_before_destroy")
        if first and described.schema.unique:
            self._complain(
                "E1306",
                f"`create_before_destroy` cannot work: two of {block.kind} with one"
                f" {' and '.join(described.schema.identity_fields)} cannot exist at once",
                at=("lifecycle", "create_before_destroy"),
                block=block,
                hint="remove it; the replacement destroys first",
            )
        return Lifecycle(
            prevent_destroy=self._flag(block, body, "prevent_destroy"),
            create_before_destroy=first,
            ignore_changes=tuple(self._ignored(block, body, described)),
            replace_triggered_by=tuple(self._triggers(block, body)),
        )

    def _flag(self, block: Block, body: Mapping[str, Value], name: str) -> bool:
        value = body.get(name, False)
        if not isinstance(value, bool):
            self._complain(
                "E1307",
                f"`lifecycle.{name}` must be true or false",
                at=("lifecycle", name),
                block=block,
            )
            return False
        return value

    def _texts(
        self, block: Block, body: Mapping[str, Value], name: str
    ) -> Iterator[tuple[Path, str]]:
        listing = body.get(name, [])
        if not isinstance(listing, list) or not all(isinstance(item, str) for item in listing):
            self._complain(
                "E1308",
                f"`lifecycle.{name}` takes a list of texts",
                at=("lifecycle", name),
                block=block,
            )
            return
        for index, item in enumerate(listing):
            yield ("lifecycle", name, index), str(item)

    def _ignored(
        self, block: Block, body: Mapping[str, Value], described: Described
    ) -> Iterator[Path]:
        fields = described.schema.fields
        for path, text in self._texts(block, body, "ignore_changes"):
            steps = tuple(text.split("."))
            if _reachable(fields, steps):
                yield steps
                continue
            self._complain(
                "E1309",
                f"`{block.kind}` has no field `{text}` to ignore",
                at=path,
                block=block,
                hint="" if steps[0] in fields else meant(steps[0], fields),
            )

    def _triggers(self, block: Block, body: Mapping[str, Value]) -> Iterator[Ref]:
        for path, text in self._texts(block, body, "replace_triggered_by"):
            head, _, field = text.rpartition(".")
            whole = self._parsed(text)
            part = self._parsed(head)
            if whole is not None:
                yield Ref(whole.kind, whole.name, whole.key)
            elif part is not None:
                described = self._catalog.get(part.kind)
                if described is not None and field not in described.schema.fields:
                    message = f"`{part.kind}` has no field `{field}`"
                    hint = meant(field, described.schema.fields)
                    self._complain("E1309", message, at=path, block=block, hint=hint)
                yield Ref(part.kind, part.name, part.key, field)
            else:
                self._complain("E1303", f"`{text}` is not an address", at=path, block=block)

    @staticmethod
    def _parsed(text: str) -> Address | None:
        try:
            return Address.parse(text)
        except ValueError:
            return None

    def _complain(self, code: str, message: str, *, at: Path, block: Block, hint: str = "") -> None:
        self.report(
            Problem(
                code=code,
                message=f"{block.kind}.{block.name}: {message}",
                origin=block.locate(at),
                hint=hint,
            )
        )


def _reachable(fields: Mapping[str, Field], steps: tuple[str, ...]) -> bool:
    """Tell whether a path leads to something inside a kind's fields."""
    field = fields.get(steps[0])
    if field is None:
        return False
    shape, rest = field.shape, steps[1:]
    while shape.item is not None and rest:
        shape, rest = shape.item, rest[1:]
    if shape.fields and rest:
        return _reachable(shape.fields, rest)
    return not rest or shape.type is Type.JSON


def expression_problem(error: ExpressionError, path: Path, *, locate: Locate) -> Problem:
    """Turn an error inside an expression into a problem at its place in the file."""
    return Problem(
        code=error.code,
        message=error.message,
        origin=locate(path),
        hint=error.hint,
        inner=error.column,
    )


def conversion(complaint: Complaint, compiled: Compiled) -> str:
    """Say how an expression becomes text: quotes, which help a plain value, are there already."""
    form: Form = dict(compiled.fields)
    for step in complaint.path:
        if isinstance(form, dict):
            form = form.get(str(step))
        elif isinstance(form, list) and isinstance(step, int):
            form = form[step]
    quoted = complaint.hint.startswith("quote")
    return "make it text: `${string(…)}`" if quoted and isinstance(form, Template) else ""


def nearest(locate: Locate, path: Path) -> Origin | None:
    """Say where something stands; what an expression brought in stands where that does."""
    while (origin := locate(path)) is None and path:
        path = path[:-1]
    return origin


def failing(form: Form, world: World, *, path: Path) -> Iterator[tuple[Path, ExpressionError]]:
    """Find the places inside a form whose expression cannot be evaluated, and why not."""
    for place, template in templates_in(form, path):
        try:
            evaluate(template, world)
        except ExpressionError as error:
            yield place, error


def templates_in(form: Form, path: Path) -> Iterator[tuple[Path, Template]]:
    """Give every expression inside a form, with its place."""
    if isinstance(form, dict):
        for key, inner in form.items():
            yield from templates_in(inner, (*path, key))
    elif isinstance(form, list):
        for index, inner in enumerate(form):
            yield from templates_in(inner, (*path, index))
    elif isinstance(form, Template):
        yield path, form


def filled(form: Form, world: World) -> Value:
    """Evaluate every expression inside a form."""
    if type(form) is Template:
        return evaluate(form, world)
    if type(form) is dict:
        return {key: filled(inner, world) for key, inner in form.items()}
    if type(form) is list:
        return [filled(inner, world) for inner in form]
    return form  # type: ignore[return-value]  # whatever is left holds no template
