"""Puts what several projects hold side by side, and writes down what they come to together."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from textwrap import wrap

from descope_state.app.citing import citing
from descope_state.app.intaking import ground_of, written
from descope_state.app.workspace import Workspace
from descope_state.config.writing import document, resources, values
from descope_state.core.factoring import Factored, Place, Side, common_names, left_in, places
from descope_state.core.intake import Asked, Taken, intake
from descope_state.core.naming import plural
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas
from descope_state.sdk.catalog import Catalog

_WIDTH = 98
_LONGEST_NOTE = 300


def sides_of(
    stacks: Mapping[str, Workspace], observed: Mapping[str, Observation], *, baseline: bool
) -> dict[str, Side]:
    """Take every project in as if it were alone, and once more with names that all agree on."""
    found: dict[str, dict[Place, tuple[str, str]]] = {}
    wanted: dict[str, dict[Place, str]] = {}
    grounds = {name: ground_of(stack, observed[name]) for name, stack in stacks.items()}
    for name, stack in stacks.items():
        cites = citing(stack.providers)
        found[name] = places(Atlas(observed[name], stack.catalog, cites=cites))
        alone = intake(grounds[name], Asked(baseline=baseline))
        called = {(one.address.kind, one.id): one.address.name for one in alone.taken}
        wanted[name] = {
            place: called[object_] for place, object_ in found[name].items() if object_ in called
        }
    names = common_names(wanted)
    sides: dict[str, Side] = {}
    for name, ground in grounds.items():
        agreed = {found[name][place]: names[place] for place in wanted[name]}
        taken = intake(ground, Asked(baseline=baseline, names=agreed))
        sides[name] = Side(intake=taken, observation=observed[name])
    return sides


def files_of(
    stacks: Mapping[str, Workspace], sides: Mapping[str, Side], *, found: Factored
) -> Iterator[tuple[str, bytes]]:
    """Give the files of the stack but for its settings."""
    catalog: Catalog = next(iter(stacks.values())).catalog
    left = left_in(sides)
    for kind, group in groupby(found.taken, key=lambda taken: taken.address.kind):
        heading = [catalog[kind].schema.description, *_left_lines(kind, left, names=tuple(sides))]
        yield f"resources/{plural(kind)}.yaml", _text(group, heading=heading)
    for name, value in found.files.items():
        yield name, document(value).encode()
    for name in sides:
        given = {one.name: one.values[name] for one in found.variables if name in one.values}
        if given:
            heading_of = f"What {name} has otherwise than most."
            yield f"vars/{name}.yaml", values(given, heading=heading_of).encode()


def _text(group: Iterable[Taken], *, heading: Iterable[str]) -> bytes:
    return resources(map(written, group), heading=heading).encode()


def _left_lines(
    kind: str, left: Mapping[tuple[str, str, str], tuple[str, ...]], *, names: tuple[str, ...]
) -> Iterator[str]:
    """Say above a file what of its kind it does not hold, and of which environments."""
    rows = [
        (why, where, identity)
        for (one, why, identity), where in left.items()
        if one == kind and identity
    ]
    for (why, where), group in groupby(sorted(rows), key=lambda row: row[:2]):
        told = ", ".join(row[2] for row in group)
        if len(told) > _LONGEST_NOTE:
            told = told[:_LONGEST_NOTE] + "…"
        places_ = "" if where == names else f" of {', '.join(where)}"
        yield from wrap(f"Left out{places_}: {told} ({why}).", width=_WIDTH)
