"""Finds what is live and in no stack: neither the state nor a new project accounts for it."""

from collections.abc import Collection, Iterator

from descope_state.core.observation import Observation
from descope_state.model.resource import Live
from descope_state.sdk.catalog import Catalog


def strangers(
    observation: Observation, *, managed: Collection[tuple[str, str]], catalog: Catalog
) -> Iterator[Live]:
    """Give the live objects of the kinds in play that nobody put under management."""
    for kind, objects in sorted(observation.live.items()):
        if catalog[kind].schema.singleton:
            continue
        for id_, live in objects.items():
            if (kind, id_) not in managed and not observation.holds_by_default(kind, live.identity):
                yield live
