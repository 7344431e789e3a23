"""What an object names of other objects: by marked fields, and inside documents by its provider.

A kind's model marks fields that hold the name or the id of something else. Where a document does
so, only its provider can know; one that offers `cites` is asked. Of these names, `demands` gives
those without which the service does not take the document.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from descope_state.frozen import dataclass
from descope_state.model.value import Path, Value

__all__ = ["Citation", "Citing", "Demanding", "Path", "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One place inside an object that names another by one of its fields.

    Without a path the value stands where it cannot be written over, such as in the key of a map.
    """

    kind: str
    field: str
    value: str
    path: Path = ()


@runtime_checkable
class Citing(Protocol):
    """A provider that knows what its documents name."""

    def cites(self, kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        """Give what the documents of an object name; what does not exist is looked for in vain."""


@runtime_checkable
class Demanding(Protocol):
    """A provider that knows which of the names in its documents must be there."""

    def demands(self, kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        """Give the names, with their paths, without which an object is refused; in little time."""
