"""The fake provider keeps the contract that it is there to stand in for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from descope_state.sdk.conformance import Sample, check
from descope_state.sdk.faults import Conflict, Indeterminate, NotFound, NotLicensed, Rejected
from descope_state.sdk.provider import Kind, Provider, Remote, Session, Target, Tier
from tests.support import fake_models as models
from tests.support.provider import Call, FakeProvider, FakeWorld, OpenGate

DOCUMENT = {"nodes": [{"id": 1}]}
PLACE = models.Place(street="High", floor=2)
RULES = [models.Rule(name="b"), models.Rule(name="a", effect="deny")]
SAMPLES: dict[str, tuple[Any, Any]] = {
    "label": (models.Label(name="l"), models.Label(name="m", description="d")),
    "group": (
        models.Group(name="g", labels=["read"]),
        models.Group(name="h", description="d", labels=["write", "read"]),
    ),
    "site": (models.Site(name="s"), models.Site(name="t", title="T", code="tt")),
    "rule_set": (models.RuleSet(name="r", rules=RULES), models.RuleSet(name="q", rules=[])),
    "document": (
        models.Document(name="d", content=DOCUMENT),
        models.Document(name="e", content={"nodes": []}),
    ),
    "credential": (
        models.Credential(name="c", password="one"),
        models.Credential(name="d", password="two"),
    ),
    "page": (models.Page(name="p", body="b"), models.Page(name="q", path="/q", body="c")),
    "premium": (models.Premium(name="p"), models.Premium(name="q", seats=2)),
    "record": (
        models.Record(name="r", tags={"a": "b"}),
        models.Record(
            name="s",
            place=PLACE,
            ratio=1.5,
            count=2,
            enabled=False,
            color="blue",
            note="n",
            steps=["b", "a", "b"],
        ),
    ),
    "child": (models.Child(name="c", site="main"), models.Child(name="d", site="main", size=2)),
    "batchling": (models.Batchling(name="b"), models.Batchling(name="c", note="n")),
}


def world() -> FakeWorld:
    return FakeWorld.of(
        {
            "tier": "pro",
            "baseline": {"label": ["read"]},
            "label": [{"id": "L1", "name": "read"}, {"id": "L2", "name": "write"}],
            "site": [{"id": "main", "name": "Main"}],
        }
    )


def connected(held: FakeWorld, use: Callable[[Session], Awaitable[Any]]) -> Any:  # noqa: ANN401  # whatever `use` answers
    async def run() -> object:
        async with FakeProvider(held).connect(target(OpenGate())) as session:
            return await use(session)

    return asyncio.run(run())


def target(gate: OpenGate) -> Target:
    return Target(
        environment="dev", endpoint="memory", project_id="", key="", folder=None, gate=gate
    )


async def listed(kind: Kind[Any]) -> list[Remote[Any]]:
    return [remote async for remote in kind.list()]


def test_the_fake_is_a_provider() -> None:
    assert isinstance(FakeProvider(FakeWorld()), Provider)
    assert {kind.name for kind in FakeProvider.kinds} == {*SAMPLES, "settings"}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_kind_conforms(name: str) -> None:
    made, changed = SAMPLES[name]
    sample = Sample(made=made, changed=changed)
    assert connected(world(), lambda session: check(session.kinds[name], [sample])) == ()


def test_settings_are_there_once_and_can_only_be_changed() -> None:
    async def use(session: Session) -> None:
        kind = session.kinds["settings"]
        (current,) = await listed(kind)
        changed = await kind.update(current, models.Settings(retries=5), frozenset({"retries"}))
        assert changed.config.retries == 5
        with pytest.raises(Rejected):
            await kind.create(models.Settings())
        with pytest.raises(Rejected):
            await kind.delete(current)

    connected(world(), use)


def test_the_service_refuses_what_a_service_would() -> None:
    async def use(session: Session) -> None:
        kinds = session.kinds
        with pytest.raises(Conflict):
            await kinds["label"].create(models.Label(name="read"))
        with pytest.raises(Rejected, match="no label `gone`"):
            await kinds["group"].create(models.Group(name="g", labels=["gone"]))
        with pytest.raises(Rejected, match="no site `gone`"):
            await kinds["child"].create(models.Child(name="c", site="gone"))
        await kinds["child"].create(models.Child(name="c", site="main"))
        (site,) = await listed(kinds["site"])
        with pytest.raises(Conflict, match="has children"):
            await kinds["site"].delete(site)
        with pytest.raises(Rejected, match="`region` of site main cannot be changed"):
            await kinds["site"].update(
                site, models.Site(name="Main", region="us"), frozenset({"region"})
            )
        with pytest.raises(NotFound):
            await kinds["label"].update(
                Remote(id="L9", config=models.Label(name="x")),
                models.Label(name="y"),
                frozenset({"name"}),
            )
        session.world.tier = Tier.FREE  # type: ignore[attr-defined]  # the fake session has it
        with pytest.raises(NotLicensed):
            await kinds["premium"].create(models.Premium(name="p"))

    connected(world(), use)


def test_calls_are_counted_and_pass_the_gate() -> None:
    held, gate = world(), OpenGate()

    async def run() -> None:
        async with FakeProvider(held).connect(target(gate)) as session:
            await session.tier()
            await listed(session.kinds["label"])
            await session.kinds["page"].create(models.Page(name="p"))

    asyncio.run(run())
    assert held.calls == {("account", "tier"): 1, ("label", "list"): 1, ("page", "create"): 2}
    assert gate.entered == {"general": 2, "content": 2}
    assert held.requests == ["tier account", "list label", "create page p"]
    assert held.total() == 4
    assert held.total("list") == 1


def test_a_list_that_is_partial_lacks_what_a_read_gives() -> None:
    held = world()
    held.put("page", name="p", body="words")

    async def use(session: Session) -> None:
        (row,) = await listed(session.kinds["page"])
        whole = await session.kinds["page"].read(row.id)
        assert (row.config.body, whole and whole.config.body) == ("", "words")

    connected(held, use)


def test_an_override_may_fail_after_the_deed() -> None:
    held = world()

    def lost(call: Call) -> None:
        call.proceed()
        message = f"no answer to call {call.number}"
        raise Indeterminate(message)

    held.on["label", "create"] = lost

    async def use(session: Session) -> None:
        with pytest.raises(Indeterminate, match="call 1"):
            await session.kinds["label"].create(models.Label(name="new"))

    connected(held, use)
    assert held.objects["label"]["label-1"]["name"] == "new"


def test_a_failed_batch_does_nothing() -> None:
    held = world()
    batch = [models.Batchling(name="a"), models.Batchling(name="a")]

    async def use(session: Session) -> None:
        kind: Any = session.kinds["batchling"]
        with pytest.raises(Conflict):
            await kind.create_many(batch)
        assert held.held("batchling") == {}
        made = await kind.create_many([batch[0], models.Batchling(name="b")])
        updates = [(made[0], models.Batchling(name="z"), frozenset({"name"}))]
        assert [remote.config.name for remote in await kind.update_many(updates)] == ["z"]
        await kind.delete_many(made)
        assert held.held("batchling") == {}

    connected(held, use)
    assert held.calls["batchling", "create_many"] == 2


def test_a_shuffled_world_lists_the_same_things_in_another_order() -> None:
    held = FakeWorld(shuffled=1)
    for number in range(20):
        held.put("label", name=f"l{number}")

    async def use(session: Session) -> tuple[list[str], list[str]]:
        kind = session.kinds["label"]
        return [row.id for row in await listed(kind)], [row.id for row in await listed(kind)]

    first, second = connected(held, use)
    assert first != second
    assert sorted(first) == sorted(second) == sorted(held.objects["label"])


def test_a_documents_etag_changes_with_every_write() -> None:
    async def use(session: Session) -> list[str]:
        kind = session.kinds["document"]
        sent = models.Document(name="d", content={"etag": "sent", "nodes": []})
        made = await kind.create(sent)
        changed = await kind.update(made, sent, frozenset())
        return [remote.config.content["etag"] for remote in (made, changed)]

    assert len({"sent", *connected(world(), use)}) == 3


def test_a_trusted_world_lists_what_it_holds_without_looking() -> None:
    held = FakeWorld(trusted=True)
    held.put("label", name="l", description="d")
    held.put("page", name="p", body="words")
    held.put("credential", name="c", password="one")

    async def use(session: Session) -> list[Remote[Any]]:
        kinds = ("label", "page", "credential", "label")
        return [row for kind in kinds for row in await listed(session.kinds[kind])]

    quick = connected(held, use)
    held.trusted = False
    assert [row.config.model_dump() for row in quick] == [
        row.config.model_dump() for row in connected(held, use)
    ]
    assert quick[0].config == quick[3].config


def test_a_secret_is_held_and_never_given() -> None:
    held = world()

    async def use(session: Session) -> None:
        kind = session.kinds["credential"]
        made = await kind.create(models.Credential(name="c", password="one"))
        assert made.config.password is None
        await kind.update(made, models.Credential(name="d"), frozenset({"name"}))

    connected(held, use)
    assert held.objects["credential"]["credential-1"]["password"] == "one"


def test_a_number_is_never_given_twice() -> None:
    held = FakeWorld()
    first = held.put("label", name="a")
    held.drop("label", first)
    held.put("label", "label-2", name="b")
    assert held.put("label", name="c") == "label-3"
