"""Whatever somebody changes in a project, drift finds it, names it, and says who it was."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from descope_state.sdk.conformance import Sample
from descope_state.sdk.provider import Session
from descope_state.sdk.schema import Config, Field, fields_of
from dstate_descope import Descope
from dstate_descope.kinds.permission import Permission
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.tenant import Tenant
from tests.provider.kind_samples import SAMPLES
from tests.support.acting import Emulated
from tests.support.effort import examples

CASES = [(name, number) for name in sorted(SAMPLES) for number in range(len(SAMPLES[name]))]
KINDS = {kind.name: kind for kind in Descope.kinds}


async def _prepare(session: Session) -> None:
    for name in ("docs.read", "docs.write"):
        await session.kinds["permission"].create(Permission(name=name))
    await session.kinds["role"].create(Role(name="Editor"))
    await session.kinds["tenant"].create(Tenant(id="acme", name="Acme"))


def _body(config: Config, fields: dict[str, Field]) -> dict[str, Any]:
    """Spell what the sample states, as a stack would; secrets would need a source."""
    stated = config.model_dump(mode="json", exclude_unset=True)
    return {
        name: value
        for name, value in stated.items()
        if fields[name].statable and not fields[name].sensitive
    }


async def _edit(session: Session, kind: str, id_: str, *, field: str, value: object) -> None:
    """Do in the console what changes one field."""
    known = session.kinds[kind]
    current = await known.read(id_)
    assert current is not None
    changed = current.config.model_copy(update={field: value})
    await known.update(current, changed, frozenset({field}))


async def _remove(session: Session, kind: str, id_: str) -> None:
    current = await session.kinds[kind].read(id_)
    assert current is not None
    await session.kinds[kind].delete(current)


def _applied(resources: dict[str, Any], folder: Path) -> Emulated:
    here = Emulated(folder)
    asyncio.run(_prepare(here.session("setup")))
    here.stack(resources)
    here.later()
    came = here.said("apply", "-auto-approve", "--secrets-into", "secrets")
    assert came.status == 0, came.out + came.err
    here.later()
    return here


def _the_one(found: list[dict[str, Any]]) -> dict[str, Any]:
    (one,) = [finding for finding in found if finding["address"] is not None]
    return one


@pytest.mark.parametrize(("name", "number"), CASES)
def test_every_field_and_every_deletion_is_found_with_who_did_it(
    name: str, number: int, tmp_path: Path
) -> None:
    sample = SAMPLES[name][number]
    fields = fields_of(type(sample.made))
    here = _applied({name: {"it": _body(sample.made, fields)}}, tmp_path)
    thorough = number < examples(1, 99, soak=99)
    if thorough:
        assert [one for one in here.found("--who") if one["address"]] == []
    id_ = _id(here)
    changed = [field for field in fields if _changes(sample, fields[field], field)]
    assert changed, "a sample without a change shows nothing"
    for field in changed:
        value = getattr(sample.changed, field)
        asyncio.run(_edit(here.session("ana"), name, id_, field=field, value=value))
    here.later()
    one = _the_one(here.found("--who"))
    assert (one["sort"], one["address"], one["id"]) == ("changed", f"{name}.it", id_)
    assert set(changed) <= {field["name"] for field in one["fields"]}
    assert (one["who"]["actor"], one["who"]["confidence"]) == ("ana", "certain"), one["who"]

    if KINDS[name].singleton or not thorough:
        return
    asyncio.run(_remove(here.session("ben"), name, id_))
    one = _the_one(here.found("--who", "--override", "vanished=1"))
    assert (one["sort"], one["id"]) == ("deleted", id_)
    assert (one["who"]["actor"], one["who"]["confidence"]) == ("ben", "certain"), one["who"]


def _id(here: Emulated) -> str:
    (entry,) = json.loads(here.said("state", "pull").out)["entries"].values()
    return str(entry["id"])


def _changes(sample: Sample[Config], field: Field, name: str) -> bool:
    if not field.statable or field.sensitive or field.immutable:
        return False
    made, changed = (one.model_dump(mode="json")[name] for one in (sample.made, sample.changed))
    return bool(made != changed)
