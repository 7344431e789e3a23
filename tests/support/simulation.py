"""One life of a state: planned, carried out, struck down, settled, carried on, and looked at.

Everything runs in virtual time over a simulated disk and service, with the product's own code.
"""

import asyncio
import random
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from descope_state.app.carrying import Errand, Place, carried_out, settled
from descope_state.core.planner import Request, plan
from descope_state.core.ports import SILENT
from descope_state.core.resolve import Resolution
from descope_state.model.event import Started
from descope_state.model.outcome import Outcome
from descope_state.model.plan import Bindings, Plan
from descope_state.model.state import Snapshot, problems
from descope_state.runtime.gate import Gate
from descope_state.runtime.interruption import Stop
from descope_state.runtime.refresh import refresh
from descope_state.sdk.provider import Session, Target, Tier
from descope_state.store.disk import Disk
from descope_state.store.lock import Holder
from descope_state.store.session import Held
from descope_state.store.state import Store
from tests.support.pipeline import CATALOG, LENIENT, NOTHING, NOW, resolved
from tests.support.provider import FakeProvider, FakeWorld
from tests.support.simulated_disk import Crashed, SimulatedSystem
from tests.support.simulated_service import LAG, SimulatedService
from tests.support.virtual_time import VirtualLoop
from tests.support.worlds import Stack, Written

ROOT = Path("/state")
HOLDER = Holder(user="ada", host="desk", pid=1, since=NOW, command="dstate apply")
SINGLETONS = frozenset({"settings"})
_EPOCH = 1_767_225_600.0
_FRESH = "fresh"


@dataclass(kw_only=True)
class Life:
    """What one seed leads to."""

    seed: int
    trouble: float = 0.15
    crashes: int = 0
    runs: int = 0
    serial: int = -1
    clock: float = 1000.0
    failures: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.system = SimulatedSystem(ROOT)
        self.world = FakeWorld(tier=Tier.ENTERPRISE)
        self.service = SimulatedService(world=self.world, chance=self.chance, tick=self.system.tick)
        self.store = self.make_store()

    def make_store(self) -> Store:
        """Open the store as a new process would."""
        return Store(
            folder=ROOT / "test",
            lineage=lambda: "L",
            fresh_key=lambda: bytes(32),
            disk=Disk(system=self.system),
        )

    def live(self, rounds: int = 2, most_crashes: int = 6) -> "Life":
        """Live through a few stacks, each with a few crashes, and look after each."""
        stack = first_stack(self.chance)
        for _ in range(rounds):
            resolution = resolved(stack)
            self._struck(resolution, self.chance.randint(1, most_crashes))
            self._quiet(resolution)
            if self.failures:
                return self
            stack = next_stack(stack, self.chance)
        return self

    def _struck(self, resolution: Resolution, strikes: int) -> None:
        self.service.trouble = self.trouble
        for _ in range(strikes):
            self.system.reboot()
            self.system.crash_at = int(self.chance.expovariate(1 / 70)) + 1
            if self._run(self._session(resolution)) is _CRASHED:
                self._die()

    def _quiet(self, resolution: Resolution) -> None:
        """Carry on without any trouble until there is nothing to do, and look at everything."""
        self.service.trouble = 0.0
        made: object = None
        for _ in range(4):
            self.system.reboot()
            made = self._run(self._session(resolution))
            if not isinstance(made, Plan):
                return
            if made.summary.empty:
                self._look()
                return
        assert isinstance(made, Plan)
        left = [f"{one.address} {one.action} {one.blocked}" for one in made.effective]
        self._fail(f"the plan is not empty after four quiet applies: {left}")

    def _die(self) -> None:
        self.crashes += 1
        self.service.die()
        self.system.crash(self.chance)

    def _run(self, coroutine: Coroutine[Any, Any, object]) -> object:
        self.runs += 1
        loop = VirtualLoop(start=self.clock, seed=self.chance.randrange(1 << 30))
        loop.set_exception_handler(lambda _loop, _context: None)
        try:
            return loop.run_until_complete(coroutine)
        except (Crashed, Exception) as error:  # noqa: BLE001  # whatever it is, it is a finding
            if self.system.dead:
                return _CRASHED
            self._fail(f"{type(error).__name__}: {error}")
            return "failed"
        finally:
            self.clock = loop.time() + 1.0
            self.trace.append(f"{self.clock:.6f} {self.system.calls} {self.system.log[-1:]}")
            _bury(loop)

    def _fail(self, what: str) -> None:
        self.failures.append(f"seed {self.seed}: {what}")

    # -- one command ---------------------------------------------------------------------------

    async def _session(self, resolution: Resolution) -> Plan:
        """Do what `dstate apply -auto-approve` does."""
        self.service.arrive_late()
        gate = Gate(chance=self.chance.random)
        target = Target(
            environment="test",
            endpoint="memory",
            project_id="Pfake",
            key="",
            folder=None,
            gate=gate,
        )
        async with FakeProvider(self.world).connect(target) as session:
            self.store.found(environment="test", project_id="Pfake") or self.store.begun(
                environment="test", project_id="Pfake"
            )
            with self.store.locked(HOLDER) as held:
                return await self._applied(held, session, resolution=resolution, gate=gate)

    async def _applied(
        self, held: Held, session: Session, *, resolution: Resolution, gate: Gate
    ) -> Plan:
        loop = asyncio.get_running_loop()
        place = Place(
            held=held,
            session=session,
            catalog=CATALOG,
            gate=gate,
            observer=SILENT,
            stop=Stop(),
            wall=lambda: _EPOCH + loop.time(),
            chance=self.chance.random,
            parallelism=self.chance.choice((1, 4, 8)),
        )
        started = Started(run=f"run-{self.runs}", at=NOW, command="dstate apply", actor="ada@desk")
        try:
            await settled(place, started=started)
        except Exception:
            if self.service.trouble:
                return _nothing(held.snapshot)
            raise
        self._serially(held.snapshot)
        # Reads catch up with writes first: a plan believes what it reads.
        await asyncio.sleep(LAG)
        made = await self._planned(held.snapshot, session, resolution=resolution, gate=gate)
        if made is None or made.summary.empty:
            return made or _nothing(held.snapshot)
        await self._carried(made, place, started)
        self._serially(held.snapshot)
        return made

    async def _planned(
        self, snapshot: Snapshot, session: Session, *, resolution: Resolution, gate: Gate
    ) -> Plan | None:
        kinds = {desired.address.kind for desired in resolution.desired}
        kinds |= {address.kind for address in snapshot.entries}
        managed: dict[str, set[str]] = {}
        for entry in snapshot.entries.values():
            managed.setdefault(entry.address.kind, set()).add(entry.id)
        trouble, self.service.trouble = self.service.trouble, 0.0
        observation = await refresh(
            session, kinds=kinds, managed=managed, catalog=CATALOG, gate=gate
        )
        self.service.trouble = trouble
        return plan(
            Request(
                resolution=resolution,
                snapshot=snapshot,
                observation=observation,
                catalog=CATALOG,
                secrets={},
                bindings=bindings_of(snapshot),
                safety=LENIENT,
                wishes=NOTHING,
            )
        )

    async def _carried(self, made: Plan, place: Place, started: Started) -> Outcome | None:
        errand = Errand(plan=made, started=started, keep=_unkept)
        try:
            return await carried_out(errand, place)
        except Exception:
            if self.service.trouble:
                return None  # The look before the first write met trouble: nothing was done.
            raise

    # -- looking -------------------------------------------------------------------------------

    def _serially(self, snapshot: Snapshot) -> None:
        if snapshot.serial < self.serial:
            self._fail(f"the serial went back from {self.serial} to {snapshot.serial}")
        self.serial = snapshot.serial

    def _look(self) -> None:
        """Look at the state and the world: every object is known, once, and nothing else is."""
        snapshot = self.store.snapshot()
        if snapshot is None:
            self._fail("there is no state")
            return
        for wrong in problems(snapshot):
            self._fail(wrong)
        for pending in snapshot.pending:
            self._fail(f"still unknown: {pending.began.address}: {pending.why}")
        known = {(entry.address.kind, entry.id) for entry in snapshot.entries.values()}
        there = {
            (kind, id_)
            for kind, held in self.world.objects.items()
            for id_ in held
            if kind not in SINGLETONS
        }
        for kind, id_ in sorted(there - known):
            self._fail(f"{kind} {id_} is there, and the state does not know it")
        for kind, id_ in sorted(known - there):
            if kind not in SINGLETONS:
                self._fail(f"{kind} {id_} is in the state, and is not there")
        if any(path.name == "journal.jsonl" for path in self.system.files()):
            self._fail("the journal was not removed")


_CRASHED = object()


def _unkept(changes: object, seen: object) -> None:
    """Keep no images: nothing here is undone."""


def _nothing(snapshot: Snapshot) -> Plan:
    return Plan(bindings=bindings_of(snapshot), changes=(), mode="failed", violations=())


def bindings_of(snapshot: Snapshot) -> Bindings:
    """Bind a plan to a state."""
    return Bindings(
        stack="s",
        environment="test",
        project_id="Pfake",
        base_url="memory",
        lineage=snapshot.lineage,
        serial=snapshot.serial,
        config_digest="",
        version="1",
        created=NOW,
    )


def _bury(loop: VirtualLoop) -> None:
    """Let a loop and its tasks go without a word: the machine is dead, and they can do nothing."""
    # In the order in which they were begun: a set has another one every time.
    tasks = sorted(
        asyncio.all_tasks(loop), key=lambda task: (len(task.get_name()), task.get_name())
    )
    for task in tasks:
        task.cancel()
    with suppress(AssertionError):
        loop.run_until_complete(_over(tasks))
    loop.close()


async def _over(tasks: Iterable[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


# -- stacks -----------------------------------------------------------------------------------


def first_stack(chance: random.Random) -> Stack:
    """Make a stack of about a dozen resources that need one another."""
    labels = [
        _block("label", f"l{number}", description=_word(chance))
        for number in range(chance.randint(3, 5))
    ]
    blocks = list(labels)
    for number in range(chance.randint(1, 3)):
        reference = f"${{{chance.choice(labels).title}.name}}"
        blocks.append(_block("group", f"g{number}", labels=[reference]))
    for number in range(chance.randint(1, 2)):
        blocks.append(_block("site", f"s{number}", region=chance.choice(("eu", "us"))))
        blocks.append(_block("child", f"c{number}", site=f"${{site.s{number}.id}}"))
    blocks += [_block("credential", f"k{number}") for number in range(chance.randint(0, 2))]
    blocks += [_block("batchling", f"b{number}") for number in range(chance.randint(0, 3))]
    if chance.random() < 0.5:
        blocks.append(_block("page", "p0", body=_word(chance)))
    return Stack(blocks=tuple(blocks))


def next_stack(stack: Stack, chance: random.Random) -> Stack:
    """Change, replace, remove and add a few of a stack's resources."""
    kept: list[Written] = []
    gone: set[str] = set()
    for block in stack.blocks:
        body = dict(block.body)
        if any(title in str(body) for title in gone):
            gone.add(block.title)
            continue
        fate = chance.random()
        if fate < 0.2:
            gone.add(block.title)
            continue
        if fate < 0.5:
            _edit(block.kind, body, chance)
        kept.append(replace(block, body=body))
    fresh = f"n{chance.randrange(1000)}"
    kept.append(_block("label", fresh, description=_word(chance)))
    kept.append(_block("credential", fresh))
    return Stack(blocks=tuple(kept))


def _edit(kind: str, body: dict[str, Any], chance: random.Random) -> None:
    match kind:
        case "label":
            body["description"] = _word(chance)
        case "site":
            body["region"] = chance.choice(("eu", "us"))
        case "page":
            body["body"] = _word(chance)
        case "group":
            body["description"] = _word(chance)
        case _:
            return


def _block(kind: str, name: str, **body: object) -> Written:
    return Written(kind=kind, name=name, body={"name": f"{kind}-{name}", **body})


def _word(chance: random.Random) -> str:
    return f"{_FRESH}-{chance.randrange(100)}"


def lived(seed: int, *, trouble: float = 0.15) -> Life:
    """Live one life."""
    return Life(seed=seed, trouble=trouble).live()
