"""A new object before it is made: what is missing of it, where it would stand in the stack."""

from collections.abc import Iterable
from dataclasses import field
from pathlib import Path

from descope_state.app.workspace import Workspace
from descope_state.config import yaml
from descope_state.config.appending import appended
from descope_state.config.files import read_inside
from descope_state.config.writing import Written, resources
from descope_state.core.assigning import Assignment, assigned, assignments
from descope_state.core.naming import free_name
from descope_state.errors import DamagedState, Invalid, Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.value import Value
from descope_state.sdk.catalog import Described, identity_of
from descope_state.store.disk import DISK


def parsed(text: str) -> Value:
    """Read a value as YAML does; what is no YAML is a text."""
    try:
        document = yaml.parse(b"x: " + text.encode(), file="")
    except Invalid:
        return text
    return document.data["x"] if isinstance(document.data, dict) else text


@dataclass(slots=True, kw_only=True)
class Draft:
    """An object of a kind as far as it is known what it is to be."""

    described: Described
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def given(self) -> tuple[Assignment, ...]:
        """What was said so far."""
        return assignments(self.pairs, schema=self.described.schema, parse=parsed)

    @property
    def missing(self) -> list[str]:
        """Name the fields that must be stated, and are not."""
        said = {name for name, _ in self.pairs}
        fields = self.described.schema.fields.values()
        return [one.name for one in fields if one.required and one.name not in said]

    def take(self, name: str, text: str) -> str:
        """Take a value for a field; or say what is wrong with it, and take nothing."""
        try:
            found = assignments([(name, text)], schema=self.described.schema, parse=parsed)
            value = found[0].value
        except UsageError as error:
            return error.message
        for complaint in self.described.check({name: value}).complaints:
            if complaint.path[:1] == (name,) and complaint.message:
                return complaint.message
        self.pairs.append((name, text))
        return ""

    def attributes(self) -> dict[str, Value]:
        """Give all that is known, as the kind spells it; UsageError says what is not right."""
        return assigned(self.given, {}, described=self.described)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A resource that is about to be added to a file of the stack."""

    path: Path
    address: Address
    before: bytes | None
    after: bytes

    def write(self) -> None:
        """Put it into the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        DISK.publish(self.path, self.after)

    def take_back(self) -> None:
        """Make the file what it was; one that somebody has edited since stays."""
        if DISK.status(self.path) is None or DISK.read(self.path) != self.after:
            return
        if self.before is None:
            DISK.remove(self.path)
        else:
            DISK.rewrite(self.path, self.before)


def free_address(workspace: Workspace, kind: str, *, attributes: dict[str, Value]) -> Address:
    """Give an address for a new object, which neither the stack nor the state has."""
    identity = identity_of(workspace.catalog[kind].schema, attributes) or kind
    taken = {block.name for block in workspace.documents.blocks if block.kind == kind}
    taken |= {address.name for address in _remembered(workspace) if address.kind == kind}
    return Address(kind, free_name(identity, taken))


def _remembered(workspace: Workspace) -> Iterable[Address]:
    try:
        snapshot = workspace.store.snapshot()
    except DamagedState:
        return ()  # Whoever writes is told of that in a moment.
    return snapshot.entries if snapshot is not None else ()


def block_text(address: Address, attributes: dict[str, Value]) -> list[str]:
    """Write an object as a resource of a stack."""
    return resources([_written(address, attributes)], heading=()).splitlines()


def _written(address: Address, attributes: dict[str, Value]) -> Written:
    return Written(kind=address.kind, name=address.name, body=attributes)


def addition(
    workspace: Workspace, file: str, *, address: Address, attributes: dict[str, Value]
) -> Addition:
    """Prepare to add an object to a file of the stack, which is read again as it would be then."""
    _refuse_place(file)
    path = workspace.root / file
    DISK.check_inside(workspace.root, path)
    before = read_inside(workspace.root, file) if DISK.status(path) is not None else None
    after = appended(before or b"", one=_written(address, attributes), file=file)
    return Addition(path=path, address=address, before=before, after=after)


def _refuse_place(file: str) -> None:
    parts = Path(file).parts
    inside = len(parts) == 1 or parts[0] == "resources"
    good = file.endswith(".yaml") and file != "dstate.yaml" and not Path(file).is_absolute()
    if not (inside and good) or any(part.startswith(".") for part in parts):
        message = f"`{file}` is no resource file of the stack"
        raise UsageError(message, hint="name one at its top or below resources/, ending in .yaml")


def refuse_stated(workspace: Workspace, kind: str, *, attributes: dict[str, Value]) -> None:
    """Refuse to state an object a second time."""
    schema = workspace.catalog[kind].schema
    identity = identity_of(schema, attributes)
    for one in workspace.resolution().desired:
        if one.address.kind == kind and identity_of(schema, one.attributes) == identity:
            origin = one.locate(())
            message = f"{one.address} of the stack is `{identity}` already"
            raise Refused(message, hint="leave --write out, or edit it there", origin=origin)
