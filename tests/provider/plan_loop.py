"""Plan, apply and plan again over the embedded emulator, by the product's own code in one process.

The state lies on a disk in memory, and everything that was ever written to it is remembered.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from descope_state.app.carrying import Errand, Place, carried_out
from descope_state.app.registry import catalog_of
from descope_state.config.secrets import fingerprint
from descope_state.core.planner import Request, plan
from descope_state.core.ports import SILENT
from descope_state.core.resolve import Resolution, resolve
from descope_state.model.codec import encode_plan
from descope_state.model.event import Started
from descope_state.model.outcome import Fate, Outcome
from descope_state.model.plan import Bindings, Plan
from descope_state.model.stack import Block, Documents, Environment, Item
from descope_state.model.state import Snapshot
from descope_state.runtime.gate import Gate
from descope_state.runtime.interruption import Stop
from descope_state.runtime.refresh import refresh
from descope_state.sdk.provider import Kind, Session
from descope_state.store.disk import Disk
from descope_state.store.lock import Holder
from descope_state.store.state import Store
from dstate_descope import Descope
from dstate_descope.emulator.embedded import EmbeddedTransport
from dstate_descope.plugin import DescopeSession
from tests.provider.connections import target
from tests.support.pipeline import KEY, LENIENT, NOTHING, NOW, NoSources
from tests.support.simulated_disk import SimulatedSystem

CATALOG = catalog_of({"descope": Descope()})
HOLDER = Holder(user="ada", host="desk", pid=1, since=NOW, command="dstate apply")
ADDRESS = "one"
Body = dict[str, Any]


class _Remembering(SimulatedSystem):
    """A disk whose every written byte is kept, also of what was removed again."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def write(self, handle: int, data: bytes) -> int:
        self.written += data
        return super().write(handle, data)


@dataclass(kw_only=True)
class Loop:
    """One project with its state, and one resource of one kind in its stack."""

    session: Session
    gate: Gate
    kind: str
    system: _Remembering = field(default_factory=_Remembering)
    secrets: dict[str, str] = field(default_factory=dict)
    imports: str = ""
    body: Body | None = None
    plans: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(
            folder=Path("/state/local"),
            lineage=lambda: "L",
            fresh_key=lambda: KEY,
            disk=Disk(system=self.system),
        )
        self.store.begun(environment="local", project_id=self.session.project_id)

    @property
    def remote(self) -> Kind[Any]:
        return self.session.kinds[self.kind]

    @property
    def snapshot(self) -> Snapshot:
        found = self.store.snapshot()
        assert found is not None
        return found

    def resolution(self) -> Resolution:
        to = f"{self.kind}.{ADDRESS}"
        blocks = () if self.body is None else (Block(kind=self.kind, name=ADDRESS, body=self.body),)
        imports = (Item(name=to, body={"to": to, "id": self.imports}),) if self.imports else ()
        said = Documents(
            name="loop",
            environment=Environment(name="local", endpoint="emulator"),
            environments=("local",),
            variables={},
            safety=LENIENT,
            blocks=blocks,
            imports=imports,
        )
        return resolve(said, CATALOG, sources=NoSources())

    async def planned(self) -> Plan:
        resolution, snapshot = self.resolution(), self.snapshot
        ids = {entry.id for entry in snapshot.entries.values()} | {self.imports}
        ids |= {str((self.body or {}).get("tenant", "")), "project"} - {""}
        observation = await refresh(
            self.session,
            kinds={self.kind},
            managed={self.kind: ids},
            catalog=CATALOG,
            gate=self.gate,
        )
        made = plan(
            Request(
                resolution=resolution,
                snapshot=snapshot,
                observation=observation,
                catalog=CATALOG,
                secrets={name: fingerprint(text, key=KEY) for name, text in self.secrets.items()},
                bindings=_bindings(snapshot, observation.base_url),
                safety=LENIENT,
                wishes=NOTHING,
            )
        )
        self.plans.append(encode_plan(made, KEY))
        return made

    async def applied(self, made: Plan) -> Outcome:
        started = Started(run="r", at=NOW, command="dstate apply", actor="ada@desk")
        errand = Errand(
            plan=made, started=started, keep=lambda _changes, _seen: None, secrets=self.secrets
        )
        with self.store.locked(HOLDER) as held:
            place = Place(
                held=held,
                session=self.session,
                catalog=CATALOG,
                gate=self.gate,
                observer=SILENT,
                stop=Stop(),
                wall=lambda: 0.0,
                chance=Random(1).random,
                confidant=_Deaf(),
            )
            outcome = await carried_out(errand, place)
        failed = [one for one in outcome.results if one.fate is not Fate.DONE]
        assert failed == []
        return outcome

    async def reached(self) -> None:
        """Apply, and see that nothing is left to do and nothing seems to have moved."""
        await self.applied(await self.planned())
        await self.settled()

    async def settled(self) -> None:
        again = await self.planned()
        assert [f"{one.action} {[f.name for f in one.fields]}" for one in again.effective] == []
        assert [(one.sort, one.fields, one.unmanaged) for one in again.drift] == []


class _Deaf:
    """Hears the secrets that are told once, and forgets them."""

    def keep(self, address: object, name: str, *, secret: str) -> None:
        del address, name, secret


def _bindings(snapshot: Snapshot, base_url: str) -> Bindings:
    return Bindings(
        stack="loop",
        environment="local",
        project_id=snapshot.project_id,
        base_url=base_url,
        lineage=snapshot.lineage,
        serial=snapshot.serial,
        config_digest="",
        version="1",
        created=NOW,
    )


@asynccontextmanager
async def looping(kind: str, objects: Mapping[str, Any]) -> AsyncIterator[Loop]:
    """Open a project that holds some objects, on a plan that can do everything."""
    gate = Gate()
    async with Descope().connect(target(gate=gate)) as session:
        assert isinstance(session, DescopeSession)
        assert isinstance(session.transport, EmbeddedTransport)
        session.transport.world().tier = 2
        for sort, configs in objects.items():
            for config in configs:
                await session.kinds[sort].create(config)
        yield Loop(session=session, gate=gate, kind=kind)
