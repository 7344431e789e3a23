"""Finds the installed providers and says what they can manage."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from descope_state.errors import DstateError
from descope_state.sdk.catalog import Catalog, Demands, Described, described
from descope_state.sdk.citing import Demanding
from descope_state.sdk.provider import Provider
from descope_state.sdk.schema import Type, fields_of

GROUP = "descope_state.providers"


def installed() -> dict[str, Provider]:
    """Load every provider that a package offers."""
    from importlib.metadata import entry_points  # noqa: PLC0415  # slow, and `--help` needs none

    found: dict[str, Provider] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        provider = entry.load()()
        found[provider.name] = provider
    return found


def catalog_of(providers: Mapping[str, Provider]) -> Catalog:
    """Describe every kind of every provider; two providers of one kind are refused."""
    catalog: dict[str, Described] = {}
    for provider in providers.values():
        for kind in provider.kinds:
            if kind.name in catalog:
                other = catalog[kind.name].schema.provider
                message = f"`{provider.name}` and `{other}` both manage the kind `{kind.name}`"
                raise DstateError(message, hint="uninstall one of them")
            catalog[kind.name] = described(
                kind, provider=provider.name, demands=_demands(provider, kind)
            )
    return catalog


def _demands(provider: Provider, kind: type[Any]) -> Demands | None:
    """Give the way to ask what the documents of a kind demand, where it has any."""
    documents = any(field.shape.type is Type.JSON for field in fields_of(kind.model).values())
    if not documents or not isinstance(provider, Demanding):
        return None
    return partial(provider.demands, kind.name)
