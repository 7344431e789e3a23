"""The pure pipeline over the fake provider, and the command line in process over real files."""

import asyncio
import contextlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from descope_state.app.registry import catalog_of
from descope_state.app.surroundings import Surroundings
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from descope_state.config.secrets import fingerprint
from descope_state.core.observation import Observation
from descope_state.core.planner import Request, Wishes, plan
from descope_state.core.resolve import Resolution, resolve
from descope_state.model.codec import encode_state
from descope_state.model.plan import Bindings, Plan
from descope_state.model.resource import Status
from descope_state.model.stack import Block, Documents, Environment, Item, Safety
from descope_state.model.state import Snapshot
from descope_state.model.value import Value
from descope_state.runtime.gate import Gate
from descope_state.runtime.refresh import refresh
from descope_state.sdk.provider import Target, Tier
from tests.support.happenings import happen
from tests.support.model_apply import applied
from tests.support.provider import FakeProvider, FakeWorld
from tests.support.worlds import CREDENTIALS, History, Stack, Written

CATALOG = catalog_of({"fake": FakeProvider(FakeWorld())})
SCHEMAS = {kind: described.schema for kind, described in CATALOG.items()}
KEY = bytes(range(32))
LENIENT = Safety(max_deletes=1000, max_delete_percent=100)
NOW = "2026-01-01T00:00:00Z"
EMPTY = Snapshot(lineage="L", serial=0, environment="local", project_id="Pfake", entries={})
NOTHING = Wishes()


class NoSources:
    """Sources that nothing should ask."""

    def file(self, path: str) -> str:
        raise ValueError(path)

    def environment_variable(self, name: str) -> str:
        raise ValueError(name)

    def parse_yaml(self, text: str) -> Value:
        raise ValueError(text)

    def parse_json(self, text: str) -> Value:
        raise ValueError(text)


def documents(stack: Stack, *, safety: Safety = LENIENT) -> Documents:
    """Give a stack as it is once its files were read."""
    return Documents(
        name="laws",
        environment=Environment(name="local", endpoint="memory"),
        environments=("local",),
        variables=stack.variables,
        safety=safety,
        blocks=tuple(
            Block(kind=block.kind, name=block.name, body=dict(block.body)) for block in stack.blocks
        ),
        locals=tuple(Item(name=name, body=body) for name, body in stack.locals.items()),
        outputs=tuple(Item(name=name, body=body) for name, body in stack.outputs.items()),
        checks=tuple(Item(name=body["name"], body=body) for body in stack.checks),
        removed=tuple(
            Item(name=name, body={"from": name, "destroy": False}) for name in stack.removed
        ),
        moved=tuple(
            Item(name=source, body={"from": source, "to": target}) for source, target in stack.moved
        ),
        imports=tuple(Item(name=to, body={"to": to, "id": id_}) for to, id_ in stack.imports),
    )


def resolved(stack: Stack) -> Resolution:
    """Resolve a stack."""
    return resolve(documents(stack), CATALOG, sources=NoSources())


def observed(world: FakeWorld, resolution: Resolution, snapshot: Snapshot) -> Observation:
    """Read a project as a plan would."""
    kinds = {desired.address.kind for desired in resolution.desired}
    kinds |= {address.kind for address in snapshot.entries}
    managed: dict[str, set[str]] = {}
    for entry in snapshot.entries.values():
        managed.setdefault(entry.address.kind, set()).add(entry.id)
    for item in resolution.declarations.imports:
        managed.setdefault(item.address.kind, set()).add(item.id)
    return asyncio.run(_observed(world, kinds, managed))


async def _observed(
    world: FakeWorld, kinds: set[str], managed: Mapping[str, set[str]]
) -> Observation:
    gate = Gate()
    target = Target(
        environment="local",
        endpoint="memory",
        project_id="Pfake",
        key="",
        folder=None,
        gate=gate,
    )
    async with FakeProvider(world).connect(target) as session:
        return await refresh(session, kinds=kinds, managed=managed, catalog=CATALOG, gate=gate)


def requested(
    stack: Stack,
    world: FakeWorld,
    snapshot: Snapshot,
    *,
    wishes: Wishes = NOTHING,
    safety: Safety = LENIENT,
) -> Request:
    """Put together all that a plan is a function of."""
    resolution = resolved(stack)
    observation = observed(world, resolution, snapshot)
    return Request(
        resolution=resolution,
        snapshot=snapshot,
        observation=observation,
        catalog=CATALOG,
        secrets={source: fingerprint(text, key=KEY) for source, text in CREDENTIALS.items()},
        bindings=Bindings(
            stack="laws",
            environment="local",
            project_id=observation.project_id,
            base_url=observation.base_url,
            lineage=snapshot.lineage,
            serial=snapshot.serial,
            config_digest="",
            version="1",
            created=NOW,
        ),
        safety=safety,
        wishes=wishes,
    )


def planned(
    stack: Stack,
    world: FakeWorld,
    snapshot: Snapshot,
    *,
    wishes: Wishes = NOTHING,
    safety: Safety = LENIENT,
) -> Plan:
    """Plan a stack."""
    return plan(requested(stack, world, snapshot, wishes=wishes, safety=safety))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a plan is about to be made: the stack, the project and the state."""

    stack: Stack
    world: FakeWorld
    snapshot: Snapshot

    def plan(self, *, wishes: Wishes = NOTHING, safety: Safety = LENIENT) -> Plan:
        """Make the plan."""
        return planned(self.stack, self.world, self.snapshot, wishes=wishes, safety=safety)

    def then(self, made: Plan) -> "Scene":
        """Go on to where the plan leads."""
        snapshot = applied(made, self.world, self.snapshot, schemas=SCHEMAS, secrets=CREDENTIALS)
        return replace(self, snapshot=snapshot)


def scene(history: History) -> Scene:
    """Play a history: apply the old stack, let things happen, take the new one."""
    world = FakeWorld(shuffled=history.seed)
    # What the account cannot do now it could do once.
    world.tier = Tier.ENTERPRISE
    first = Scene(stack=history.before, world=world, snapshot=EMPTY)
    settled = first.then(first.plan())
    world.tier = history.tier
    happen(world, history.events)
    return replace(settled, stack=history.after, snapshot=_tainted(settled.snapshot, history))


def settled(stack: Stack) -> Scene:
    """Apply a stack to an empty project that can do everything."""
    first = Scene(stack=stack, world=FakeWorld(tier=Tier.ENTERPRISE), snapshot=EMPTY)
    return first.then(first.plan())


def _tainted(snapshot: Snapshot, history: History) -> Snapshot:
    places = sorted(address for address in snapshot.entries if address.kind != "settings")
    hit = [which for sort, which, _ in history.events if sort == "taint"]
    entries = dict(snapshot.entries)
    for which in hit:
        if places:
            place = places[which % len(places)]
            entries[place] = replace(entries[place], status=Status.TAINTED)
    return replace(snapshot, entries=entries)


# -- the command line -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one command line said."""

    status: int
    out: str
    err: str


def write_stack(root: Path, stack: Stack, *, files: Sequence[Sequence[Written]]) -> None:
    """Write a stack into files: JSON is YAML too, and keeps the order of keys."""
    settings = {
        "dstate": 1,
        "name": "laws",
        "environments": {"local": {"endpoint": "memory"}},
        "variables": {name: {"default": value} for name, value in stack.variables.items()},
        "safety": {"max_deletes": 1000, "max_delete_percent": 100},
        "backend": {"path": "state"},
        "locals": stack.locals,
    }
    root.mkdir(parents=True, exist_ok=True)
    _write(root / "dstate.yaml", settings)
    rest = {
        "outputs": stack.outputs,
        "checks": stack.checks,
        "removed": [{"from": name, "destroy": False} for name in stack.removed],
        "moved": [{"from": source, "to": target} for source, target in stack.moved],
        "imports": [{"to": to, "id": id_} for to, id_ in stack.imports],
    }
    _write(root / "rest.yaml", {name: body for name, body in rest.items() if body})
    for number, blocks in enumerate(files):
        resources: dict[str, dict[str, object]] = {}
        for block in blocks:
            resources.setdefault(block.kind, {})[block.name] = block.body
        _write(root / f"f{number}.yaml", {"resources": resources})


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def write_state(root: Path, snapshot: Snapshot) -> None:
    """Put a state in place, as an apply would have left it."""
    folder = root / "state" / "local"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder.parent, folder):
        path.chmod(0o700)
    for name, data in (("state.json", encode_state(snapshot)), ("key", KEY)):
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)


def said(arguments: list[str], root: Path, world: FakeWorld, *, environ: Mapping[str, str]) -> Said:
    """Run a command line in process."""
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(
        surroundings=Surroundings(
            environ=environ,
            folder=root,
            now=lambda: NOW,
            providers=lambda: {"fake": FakeProvider(world)},
            version="1",
            lineage=lambda: "L",
            key=lambda: KEY,
        ),
        out=out,
        err=err,
        width=100,
        colour=False,
    )
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(arguments, terminal)
    return Said(status=int(status), out=out.getvalue(), err=err.getvalue())


def environ_of(secrets: Mapping[str, str] = CREDENTIALS) -> dict[str, str]:
    """Give the variables that hold secrets."""
    return {source.removeprefix("env:"): text for source, text in secrets.items()}
