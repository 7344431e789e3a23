"""Writes the state that a scenario begins with, saying only what is particular about it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from descope_state.config.secrets import fingerprint
from descope_state.model.address import Address
from descope_state.model.codec import encode_state
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Snapshot
from descope_state.model.value import Fingerprint, Value
from descope_state.runtime.bridge import lifting
from descope_state.sdk.catalog import described
from descope_state.store.disk import DISK
from tests.support.provider import KINDS, FakeWorld, OpenGate

KEY = bytes(range(32))
LINEAGE = "11111111-2222-4333-8444-555555555555"

_KINDS = {kind.name: kind for kind in KINDS}


def state_files(data: Mapping[str, Any], *, folder: Path, world: FakeWorld) -> None:
    """Write state and key, where the case has a state at all."""
    if "state" not in data:
        return
    environment = data.get("environment", "test")
    entries = [_entry(row, world) for row in data["state"]]
    snapshot = Snapshot(
        lineage=LINEAGE,
        serial=data.get("serial", 1),
        environment=data.get("environment_in_state", environment),
        project_id=data.get("project_id", world.project_id),
        entries={entry.address: entry for entry in entries},
    )
    place = folder / data.get("state_folder", "state") / environment
    DISK.make_folder(place)
    DISK.create(place / "state.json", encode_state(snapshot))
    DISK.create(place / "key", KEY)


def _entry(row: Mapping[str, Any], world: FakeWorld) -> Entry:
    """Remember an object as the world holds it, but for what the row says it was then."""
    address = Address.parse(row["address"])
    kind = _KINDS[address.kind]
    held = world.held(address.kind).get(row["id"], {})
    then: dict[str, Any] = {**held, **row.get("outputs", {})}
    if not held:
        then = {**row.get("inputs", {}), **then}
    past = FakeWorld()
    past.put(address.kind, row["id"], **then)
    schema = described(kind, provider="fake").schema
    connected = kind(past, OpenGate())
    live = lifting(connected, schema)(connected._remote(row["id"]))
    stated = {name: value for name, value in then.items() if schema.fields[name].statable}
    return Entry(
        address=address,
        provider="fake",
        schema_version=1,
        id=row["id"],
        identity=row.get("identity", live.identity),
        inputs=_inputs({**stated, **row.get("inputs", {})}, kind.hidden, only=row.get("stated")),
        outputs={**live.attributes, **live.computed},
        depends_on=tuple(map(Address.parse, row.get("depends_on", ()))),
        status=Status(row.get("status", "ready")),
        protected=row.get("protected", False),
    )


def _inputs(
    stated: Mapping[str, Any], secret: frozenset[str], *, only: list[str] | None
) -> dict[str, Value]:
    kept = stated if only is None else {name: stated[name] for name in only}
    return {
        name: Fingerprint(fingerprint(value, key=KEY)) if name in secret else value
        for name, value in kept.items()
    }
