"""The ledger of completed calls: what keeps a limit, whatever the network does to the order.

A server counts a call when it arrives, which is some time between our sending it and its answer.
So a slot is taken when the call leaves, and comes free one window after it was *answered*: then
the server has forgotten it for certain.
"""

import heapq
from dataclasses import field, replace

from descope_state.frozen import dataclass
from descope_state.sdk.provider import Limit

# What a server's clock may lag behind ours within one window.
MARGIN = 0.05
# How long it takes until a limit that turned out lower than thought is believed whole again.
LEARNED_SECONDS = 3600.0
# How much earlier than we a service may think that our oldest call is forgotten.
EARLIER = 2.0
# When all slots are in flight, an answer may come at any time.
IN_FLIGHT_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class Account:
    """The calls of one family: the times at which slots come free, and how many are in flight."""

    releases: list[float] = field(default_factory=list)
    flying: int = 0
    paused: float = 0.0
    learned: int = 0
    until: float = 0.0

    def allowed(self, limit: Limit, now: float) -> int:
        """Say how many calls a window holds, as far as is known by now.

        A lesson is doubted little by little, slowly at first: half an hour after it an eighth of
        what it took is given back.
        """
        if not self.learned or now >= self.until:
            return limit.calls
        passed = max(1 - (self.until - now) / LEARNED_SECONDS, 0.0)
        regained = int((limit.calls - self.learned) * passed**3)
        return min(self.learned + regained, limit.calls)

    def take(self, limit: Limit, now: float) -> float:
        """Take a slot, or say how long to wait for one."""
        if now < self.paused:
            return self.paused - now
        releases = self.releases
        while releases and releases[0] <= now:
            heapq.heappop(releases)
        if len(releases) + self.flying < self.allowed(limit, now):
            self.flying += 1
            return 0.0
        return max(releases[0] - now, 1e-6) if releases else IN_FLIGHT_SECONDS

    def give(self, limit: Limit, now: float, *, counts: bool) -> None:
        """Free the slot of a call in flight: at once, or when the window has passed."""
        self.flying = max(self.flying - 1, 0)
        if counts:
            heapq.heappush(self.releases, now + limit.seconds + MARGIN)

    def lower(self, limit: Limit, now: float, *, until: float) -> int:
        """Believe that a window holds no more than what was let through in it, or than half.

        Where nothing was, somebody else has used the window up, and there is nothing to learn. Nor
        is there where the service has room again, from `until`, before the oldest of our calls
        leaves the window: then it counts in another way. And a single refusal early in a window may
        be about anything, so that no more than half is taken at a time.
        """
        through = [release for release in self.releases if release > now + MARGIN]
        allowed = self.allowed(limit, now)
        if not through or until < min(through) - EARLIER:
            return allowed
        self.learned = max(min(len(through), allowed), -(-allowed // 2))
        self.until = now + LEARNED_SECONDS
        return self.learned


class Memory:
    """A ledger of this process alone."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def take(self, limit: Limit, *, now: float) -> float:
        """Take a slot for a call that leaves now, and give 0; or give the seconds to wait."""
        return self._account(limit.family).take(limit, now)

    def give(self, limit: Limit, *, now: float, counts: bool) -> None:
        """Say that a call was answered."""
        self._account(limit.family).give(limit, now, counts=counts)

    def pause(self, family: str, *, until: float) -> bool:
        """Let no call leave before a time; tells whether that was news."""
        account = self._account(family)
        news = until > account.paused
        account.paused = max(account.paused, until)
        return news

    def lower(self, limit: Limit, *, now: float, until: float) -> int:
        """Take what was let through for the limit, for a while."""
        return self._account(limit.family).lower(limit, now, until=until)

    def _account(self, family: str) -> Account:
        return self._accounts.setdefault(family, Account())


def shared_out(limit: Limit, *, capacity: float) -> Limit:
    """Give the share of a limit that may be used; at least one call."""
    return replace(limit, calls=max(1, int(limit.calls * capacity)))
