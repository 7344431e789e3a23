"""A command for single objects, struck down at any moment: what it made is there once, and stays.

Nothing of it is remembered once it is settled, so no later plan may take it for something to go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from descope_state.core.planner import Request, Wishes
from descope_state.core.resolve import Resolution
from descope_state.core.wanted import Wanted, plan_wanted, resolution_of
from descope_state.model.address import Address
from descope_state.model.plan import DIRECT, Plan
from descope_state.model.state import Snapshot
from descope_state.runtime.gate import Gate
from descope_state.runtime.refresh import refresh
from descope_state.sdk.provider import Session
from tests.support.effort import examples
from tests.support.pipeline import CATALOG, LENIENT, NoSources, resolved
from tests.support.simulation import Life, bindings_of, first_stack

CHUNKS = 4
LIVES = examples(24, 2_000, soak=20_000) // CHUNKS
KIND = "label"


@dataclass(kw_only=True)
class Commanded(Life):
    """A life in which a command for single objects runs among the applies of a stack."""

    direct: Mapping[str, str | None] = field(default_factory=dict)

    def lived(self) -> "Commanded":
        """Make, change and delete an object that no block states, each struck down a few times."""
        resolution = resolved(first_stack(self.chance))
        self._quiet(resolution)
        for wanted in ("first", "second", None):
            self.direct = {"stray": wanted}
            self._struck(resolution, self.chance.randint(1, 4))
            self._settled(resolution, wanted=wanted)
            if self.failures:
                break
        return self

    def _settled(self, resolution: Resolution, *, wanted: str | None) -> None:
        """Find the object at most once; say it again; and see that applies leave it alone."""
        self.service.trouble = 0.0
        if len(self._strays()) > 1:
            self._fail(f"made twice: {self._strays()}")
        for direct in (self.direct, {}, {}):
            self.direct = direct
            self.system.reboot()
            made = self._run(self._session(resolution))
            expected = [] if wanted is None else [wanted]
            if self._strays() != expected:
                self._fail(f"there is {self._strays()} instead of {expected}")
        if not (isinstance(made, Plan) and made.summary.empty):
            self._fail("the plan after it is not empty")
        snapshot = self.store.snapshot()
        if snapshot is None or snapshot.pending or Address(KIND, "stray") in snapshot.entries:
            self._fail(f"remembered: {snapshot}")

    def _strays(self) -> list[str]:
        held = self.world.held(KIND).values()
        return [str(row.get("description")) for row in held if row["name"] == "Stray"]

    async def _planned(
        self, snapshot: Snapshot, session: Session, *, resolution: Resolution, gate: Gate
    ) -> Plan | None:
        if not self.direct:
            return await Life._planned(self, snapshot, session, resolution=resolution, gate=gate)
        trouble, self.service.trouble = self.service.trouble, 0.0
        observation = await refresh(session, kinds={KIND}, managed={}, catalog=CATALOG, gate=gate)
        self.service.trouble = trouble
        live = observation.named(KIND, "Stray")
        wanted = _wanted(self.direct["stray"], id_=live.id if live is not None else "")
        return plan_wanted(
            Request(
                resolution=resolution_of(
                    wanted, snapshot.entries, catalog=CATALOG, sources=NoSources()
                ),
                snapshot=snapshot,
                observation=observation,
                catalog=CATALOG,
                secrets={},
                bindings=bindings_of(snapshot),
                safety=LENIENT,
                wishes=Wishes(mode=DIRECT),
            ),
            wanted,
        )


def _wanted(description: str | None, *, id_: str) -> list[Wanted]:
    address = Address(KIND, "stray")
    if description is not None:
        attributes = {"name": "Stray", "description": description}
        return [Wanted(address=address, attributes=attributes, id=id_)]
    return [Wanted(address=address, attributes=None, id=id_)] if id_ else []


@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_a_command_makes_is_there_once_and_no_plan_deletes_it(chunk: int) -> None:
    crashes = 0
    for number in range(LIVES):
        life = Commanded(seed=chunk * 1_000_000 + number).lived()
        assert life.failures == []
        crashes += life.crashes
    assert crashes > LIVES // 2
