"""Asks the providers what their documents name."""

from collections.abc import Iterable, Mapping

from descope_state.core.portable import Cites
from descope_state.model.value import Value
from descope_state.sdk.citing import Citation, Citing
from descope_state.sdk.provider import Provider


def citing(providers: Mapping[str, Provider]) -> Cites:
    """Give the function that finds what the documents of an object name, where a provider can."""
    able = {
        kind.name: provider
        for provider in providers.values()
        if isinstance(provider, Citing)
        for kind in provider.kinds
    }

    def cites(kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        provider = able.get(kind)
        return () if provider is None else provider.cites(kind, attributes)

    return cites
