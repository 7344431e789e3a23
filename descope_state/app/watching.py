"""Keeps looking for drift, and tells what is new: to the terminal, and to a webhook if asked.

What a webhook did not take is news to it at the next look as well.
"""

from collections.abc import Callable
from typing import Protocol

from descope_state.app.applying import Watch
from descope_state.app.drifting import Looked, Looking, look
from descope_state.app.surroundings import Surroundings
from descope_state.core.news import Known, news
from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.finding import Sighting

Post = Callable[[tuple[Sighting, ...]], None]


class Listener(Protocol):
    """Who hears what is new."""

    def told(self, sightings: tuple[Sighting, ...], looked: tuple[Looked, ...]) -> None:
        """Hear what is new since the last look."""

    def failed(self, error: DstateError) -> None:
        """Hear that a look or a delivery failed; the watch goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How often to look, and to whom to post."""

    seconds: float
    post: Post | None = None


def keep_looking(
    surroundings: Surroundings,
    looking: Looking,
    *,
    how: Round,
    watch: Watch,
    listener: Listener,
) -> None:
    """Look for ever; only an interruption ends it, or a first look that cannot be had at all."""
    known: Known = frozenset()
    posted: Known = frozenset()
    first = True
    while True:
        try:
            looked = look(surroundings, looking, watch=watch)
        except DstateError as error:
            # The stack may be in the middle of an edit; one that never could be read is told.
            if first:
                raise
            listener.failed(error)
        else:
            sightings = tuple(one.sighting for one in looked)
            fresh, known = news(known, sightings)
            if fresh:
                listener.told(fresh, looked)
            posted = _posted(posted, sightings, how=how, listener=listener)
        first = False
        surroundings.pause(how.seconds)


def _posted(
    posted: Known, sightings: tuple[Sighting, ...], *, how: Round, listener: Listener
) -> Known:
    fresh, now = news(posted, sightings)
    if how.post is None or not fresh:
        return now
    try:
        how.post(fresh)
    except DstateError as error:
        listener.failed(error)
        return posted
    return now
