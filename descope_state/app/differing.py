"""Asks the providers how their documents changed: the reports draw what they answer."""

from collections.abc import Callable, Mapping

from descope_state.sdk.difference import Difference, Differing, FieldChange
from descope_state.sdk.provider import Provider

_STUMBLES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def differing(
    providers: Mapping[str, Provider],
) -> Callable[[str, FieldChange], Difference | None]:
    """Give the function that describes a changed field of a kind, where a provider can.

    An answer that leaves out a place is none: what changed must never be hidden by who describes
    it, and a document that a provider stumbles over is shown as the JSON that it is.
    """
    able = {
        kind.name: provider
        for provider in providers.values()
        if isinstance(provider, Differing)
        for kind in provider.kinds
    }

    def described(kind: str, change: FieldChange) -> Difference | None:
        provider = able.get(kind)
        if provider is None or not change.edits or change.sensitive:
            return None
        try:
            found = provider.difference(kind, change)
        except _STUMBLES:
            return None
        return found if found is not None and found.places >= len(change.edits) else None

    return described
