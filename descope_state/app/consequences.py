"""What a stack would mean with other files: in this environment, and in every other one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from descope_state.app.drifted import Leaf, by_title
from descope_state.app.planning import Planned
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.core.diff import FREE, compare, equal
from descope_state.core.resolve import Resolution
from descope_state.errors import DstateError, Refused
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Desired
from descope_state.model.value import Value, known
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Shape

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Other environments that the files feed as well, and those that nobody could ask."""

    fed: Mapping[str, tuple[Address, ...]]
    unasked: tuple[str, ...]


def check_here(
    workspace: Workspace,
    planned: Planned,
    *,
    after: Workspace,
    leaves: Sequence[Leaf],
) -> None:
    """Refuse files that would say more than what is accepted, or not that."""
    accepted = by_title(leaves)
    final = {one.address: one for one in after.resolution().desired}
    live = {change.address: change.before or {} for change in planned.plan.changes}
    others: list[str] = []
    for address, name in _differences(planned.resolution, after.resolution(), workspace.catalog):
        leaf = accepted.get((address, name))
        wanted = leaf.live if leaf is not None else live.get(address, {}).get(name)
        if not _comes_to(final.get(address), name, wanted=wanted, catalog=workspace.catalog):
            others.append(f"{address}.{name}")
    for (address, name), leaf in accepted.items():
        if not _comes_to(final.get(address), name, wanted=leaf.live, catalog=workspace.catalog):
            message = f"{leaf.title} would still not be what is live after it was written"
            raise Refused(message, hint="write it by hand")
    if others:
        shown = ", ".join(others[:_MOST_SHOWN]) + (" …" if len(others) > _MOST_SHOWN else "")
        message = f"what would be written says something else too: {shown}"
        hint = "it is written once for all of them; give the one that differs a value of its own"
        raise Refused(message, hint=hint)


def _comes_to(desired: Desired | None, name: str, *, wanted: Value, catalog: Catalog) -> bool:
    """Tell whether a field would be as it lives, but for what the stack ignores in it."""
    if desired is None or name not in desired.attributes:
        return False
    value = desired.attributes[name]
    schema = catalog[desired.address.kind].schema
    ignored = desired.lifecycle.ignore_changes
    different = compare({name: wanted}, {name: value}, schema=schema, ignored=ignored)
    return not known(value) or not different


def _shape(catalog: Catalog, address: Address, name: str) -> Shape:
    found = catalog[address.kind].schema.fields.get(name)
    return found.shape if found is not None else FREE


def _differences(
    before: Resolution, after: Resolution, catalog: Catalog
) -> Iterator[tuple[Address, str]]:
    old = {one.address: one.attributes for one in before.desired}
    new = {one.address: one.attributes for one in after.desired}
    for address in sorted(old.keys() | new.keys(), key=lambda one: one.order):
        left, right = old.get(address, {}), new.get(address, {})
        for name in sorted(left.keys() | right.keys()):
            one, other = left.get(name), right.get(name)
            if not equal(one, other, shape=_shape(catalog, address, name)):
                yield address, name


def elsewhere(
    surroundings: Surroundings,
    opening: Opening,
    *,
    workspace: Workspace,
    drafts: Mapping[str, bytes],
) -> Elsewhere:
    """Find the other environments that would come to want something else."""
    fed: dict[str, tuple[Address, ...]] = {}
    unasked: list[str] = []
    for name in workspace.documents.environments:
        if name == workspace.environment:
            continue
        other = replace(opening, environment=name)
        try:
            before = opened(surroundings, other).resolution()
            after = opened(surroundings, other, drafts=drafts).resolution()
        except DstateError:
            unasked.append(name)
            continue
        moved = _differences(before, after, workspace.catalog)
        addresses = tuple(dict.fromkeys(address for address, *_ in moved))
        if addresses:
            fed[name] = addresses
    return Elsewhere(fed=fed, unasked=tuple(unasked))
