"""What a provider may say of a changed document better than a walk over JSON can.

A provider that offers `difference` is asked about each changed document of its kinds. It sorts the
places that differ under the things a person knows them by; whatever it makes nothing of goes into
`elsewhere`, and an answer that accounts for less than it was given is not shown.
"""

from typing import Protocol, runtime_checkable

from descope_state.frozen import dataclass
from descope_state.model.change import Edit, FieldChange, Mark
from descope_state.model.value import Path, Value

__all__ = [
    "Difference",
    "Differing",
    "Edit",
    "FieldChange",
    "Item",
    "Mark",
    "Path",
    "Section",
    "Value",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing inside a document that came, went or changed.

    The paths of its edits begin at the thing; one that came or went whole has a single edit with no
    path. Where two places became one item, something with another id now, `stands_for` says so.
    """

    mark: Mark
    name: str
    edits: tuple[Edit, ...]
    stands_for: int = 0

    @property
    def places(self) -> int:
        """How many of the places that differ this item accounts for."""
        return max(len(self.edits), self.stands_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The items of one sort: the screens of a flow, its tasks."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a document changed, in the words of its trade.

    `moved` counts things that were only moved about on a canvas, and `layout` the places that say
    so: these are never listed.
    """

    sections: tuple[Section, ...] = ()
    moved: int = 0
    layout: int = 0
    elsewhere: tuple[Edit, ...] = ()

    @property
    def places(self) -> int:
        """How many of the places that differ are accounted for."""
        listed = sum(item.places for section in self.sections for item in section.items)
        return listed + self.layout + len(self.elsewhere)


@runtime_checkable
class Differing(Protocol):
    """A provider that knows what its documents are made of."""

    def difference(self, kind: str, change: FieldChange) -> Difference | None:
        """Sort the edits of a changed document, or give None where JSON says it best."""
