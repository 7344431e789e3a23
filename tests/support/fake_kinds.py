"""The fake provider's kinds: one that keeps objects in a world, and what each differs in."""

import copy
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from descope_state.sdk.faults import Conflict, Rejected
from descope_state.sdk.provider import C, Gate, KindDefaults, Remote, Tier
from descope_state.sdk.schema import Config, Field, fields_of
from tests.support import fake_models as models
from tests.support.fake_world import Call, FakeWorld, Fields, refuse_missing, refuse_taken

R = TypeVar("R")
Updates = Sequence[tuple[Remote[C], C, frozenset[str]]]


class Kept(KindDefaults, Generic[C]):
    """A kind whose objects the world keeps; the others below change one thing or two."""

    name: ClassVar[str]
    model: ClassVar[type[Config]]
    schema: ClassVar[Mapping[str, Field]]
    lacks: ClassVar[frozenset[str]] = frozenset()
    hidden: ClassVar[frozenset[str]]
    unseen: ClassVar[frozenset[str]]
    defaults: ClassVar[Fields]

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "model"):
            cls.description = cls.model.__doc__ or ""
            cls.schema = fields_of(cls.model)
            cls.hidden = frozenset(name for name, field in cls.schema.items() if field.sensitive)
            cls.unseen = cls.hidden | cls.lacks
            cls.defaults = {
                name: field.get_default(call_default_factory=True)
                for name, field in cls.model.model_fields.items()
                if not field.is_required()
            }

    def __init__(self, world: FakeWorld, gate: Gate) -> None:
        self.world = world
        self.gate = gate

    def identity(self, config: C) -> str:
        if self.identity_fields == ("name",):
            return cast("str", cast("Any", config).name)
        parts = (str(getattr(config, name) or "") for name in self.identity_fields)
        return "/".join(filter(None, parts))

    async def list(self) -> AsyncIterator[Remote[C]]:
        for remote in await self._sent("list", None, self._listed):
            yield remote

    async def read(self, id: str) -> Remote[C] | None:  # noqa: A002  # the contract's word
        return await self._sent("read", id, lambda: self._held(id))

    async def find(self, identity: str) -> Remote[C] | None:
        return await self._sent("find", identity, lambda: self._found(identity))

    async def create(self, config: C) -> Remote[C]:
        return await self._sent("create", config, lambda: self._create(config))

    async def update(self, current: Remote[C], config: C, changed: frozenset[str]) -> Remote[C]:
        del changed  # Like most services, this one replaces the whole object.
        return await self._sent("update", current, lambda: self._update(current.id, config))

    async def delete(self, current: Remote[C]) -> None:
        await self._sent("delete", current, lambda: self._delete(current.id))

    async def _sent(self, operation: str, subject: object, do: Callable[[], R]) -> R:
        call = Call(
            kind=self.name,
            operation=operation,
            subject=subject,
            number=self.world.calls[self.name, operation] + 1,
            proceed=do,
        )
        times = self.calls.get(operation, 1)
        served = await self.world.serve(self.gate, call, family=self.family, times=times)
        return cast("R", served)

    def _listed(self) -> "Sequence[Remote[C]]":
        if self.world.trusted:
            return [self._trusted(key) for key in self.world.order(self.name)]
        return [self._remote(key, without=self.lacks) for key in self.world.order(self.name)]

    def _trusted(self, identifier: str) -> Remote[C]:
        # A tenth of what validation takes, and of what model_construct takes: a benchmark of the
        # engine should not measure its fake.
        fields = {**self.defaults, **self.world.objects[self.name][identifier], "id": identifier}
        for name in self.unseen:
            fields[name] = self.defaults[name]
        config = self.model.__new__(self.model)
        object.__setattr__(config, "__dict__", fields)
        object.__setattr__(config, "__pydantic_fields_set__", set())
        object.__setattr__(config, "__pydantic_extra__", None)
        object.__setattr__(config, "__pydantic_private__", None)
        return Remote(id=identifier, config=cast("C", config))

    def _held(self, identifier: str) -> Remote[C] | None:
        return self._remote(identifier) if identifier in self.world.held(self.name) else None

    def _found(self, identity: str) -> Remote[C] | None:
        for identifier in self.world.held(self.name):
            remote = self._remote(identifier)
            if self.identity(remote.config) == identity:
                return remote
        return None

    def _remote(self, identifier: str, *, without: frozenset[str] = frozenset()) -> Remote[C]:
        stored = self.world.the(self.name, identifier)
        shown = {
            name: copy.deepcopy(value)
            for name, value in stored.items()
            if name not in self.hidden and name not in without
        }
        made = self.model.model_validate({**shown, **self.served(identifier, stored)})
        return Remote(id=identifier, config=cast("C", made))

    def served(self, identifier: str, stored: Fields) -> Fields:
        """Say what the service makes of an object each time it gives it."""
        del stored
        return {"id": identifier}

    def stored(self, identifier: str, fields: Fields) -> Fields:
        """Say what the service makes of an object each time it is written."""
        del identifier
        return fields

    def refuse(self, fields: Fields) -> None:
        """Refuse what the service would not accept."""

    def _create(self, config: C) -> Remote[C]:
        self.world.license(self.name, self.requires)
        fields = _written(config, self.schema)
        if not self.world.trusted:
            self.refuse(fields)
            self._refuse_twin(config, but="")
        identifier = self.world.new_id(self.name)
        self.world.held(self.name)[identifier] = self.stored(identifier, fields)
        return self._trusted(identifier) if self.world.trusted else self._remote(identifier)

    def _update(self, identifier: str, config: C) -> Remote[C]:
        self.world.license(self.name, self.requires)
        before = self.world.the(self.name, identifier)
        fields = {**before, **_written(config, self.schema)}
        for name, described in self.schema.items():
            if described.immutable and before.get(name, described.default) != fields.get(name):
                message = f"`{name}` of {self.name} {identifier} cannot be changed"
                raise Rejected(message)
        self.refuse(fields)
        self._refuse_twin(config, but=identifier)
        self.world.held(self.name)[identifier] = self.stored(identifier, fields)
        return self._remote(identifier)

    def _delete(self, identifier: str) -> None:
        self.world.held(self.name).pop(identifier, None)

    def _refuse_twin(self, config: C, *, but: str) -> None:
        if self.unique:
            held = self.world.held(self.name)
            names = (self._identity_of(key) for key in held if key != but)
            refuse_taken(names, self.identity(config), kind=self.name)

    def _identity_of(self, identifier: str) -> str:
        stored = self.world.the(self.name, identifier)
        parts = (str(stored.get(name) or "") for name in self.identity_fields)
        return "/".join(filter(None, parts))


def _written(config: Config, schema: Mapping[str, Field]) -> Fields:
    """Take what a call may write: a secret that is not sent stays as it is."""
    fields = config.model_dump(mode="json")
    for name, described in schema.items():
        unsent = described.sensitive or described.computed
        if not described.statable or (unsent and fields[name] is None):
            del fields[name]
    return fields


class Batched(Kept[C]):
    """A kind with batch endpoints; a batch is done whole or not at all."""

    batches: ClassVar[frozenset[str]] = frozenset({"create", "update", "delete"})

    async def create_many(self, configs: Sequence[C]) -> Sequence[Remote[C]]:
        return await self._batch("create_many", configs, self._create)

    async def update_many(self, updates: Updates[C]) -> Sequence[Remote[C]]:
        wanted = {current.id: config for current, config, _ in updates}
        subjects = [current for current, _, _ in updates]
        return await self._batch(
            "update_many", subjects, lambda current: self._update(current.id, wanted[current.id])
        )

    async def delete_many(self, currents: Sequence[Remote[C]]) -> None:
        await self._batch("delete_many", currents, lambda current: self._delete(current.id))

    async def _batch(
        self, operation: str, subjects: Sequence[Any], do: Callable[[Any], R]
    ) -> Sequence[R]:
        def all_or_nothing() -> Sequence[R]:
            with self.world.atomic(self.name):
                return [do(subject) for subject in subjects]

        return await self._sent(operation, subjects, all_or_nothing)


class LabelKind(Kept[models.Label]):
    name = "label"
    model: ClassVar[type[Config]] = models.Label


class GroupKind(Batched[models.Group]):
    name = "group"
    model: ClassVar[type[Config]] = models.Group

    def refuse(self, fields: Fields) -> None:
        known = (label["name"] for label in self.world.held("label").values())
        refuse_missing(known, fields["labels"], what="label")

    def stored(self, identifier: str, fields: Fields) -> Fields:
        del identifier
        return {**fields, "labels": sorted(set(fields["labels"]), reverse=True)}


class SiteKind(Kept[models.Site]):
    name = "site"
    model: ClassVar[type[Config]] = models.Site

    def served(self, identifier: str, stored: Fields) -> Fields:
        url = f"https://{stored['name']}.{stored.get('region', 'eu')}.example"
        return {"id": identifier, "url": url}

    def stored(self, identifier: str, fields: Fields) -> Fields:
        version = fields.get("version", 0) + 1
        return {**fields, "code": fields.get("code") or f"c-{identifier}", "version": version}

    def _delete(self, identifier: str) -> None:
        if any(child["site"] == identifier for child in self.world.held("child").values()):
            message = f"site {identifier} has children"
            raise Conflict(message)
        super()._delete(identifier)


class RuleSetKind(Kept[models.RuleSet]):
    name = "rule_set"
    model: ClassVar[type[Config]] = models.RuleSet

    def stored(self, identifier: str, fields: Fields) -> Fields:
        del identifier
        return {**fields, "rules": sorted(fields["rules"], key=lambda rule: str(rule["name"]))}


class DocumentKind(Kept[models.Document]):
    name = "document"
    model: ClassVar[type[Config]] = models.Document

    # A document that carries an etag gets another one with every write, whatever was sent.
    def stored(self, identifier: str, fields: Fields) -> Fields:
        if not isinstance(fields["content"], dict) or "etag" not in fields["content"]:
            return fields
        etag = f"{identifier}.{self.world.total()}"
        return {**fields, "content": {**fields["content"], "etag": etag}}


class CredentialKind(Kept[models.Credential]):
    name = "credential"
    model: ClassVar[type[Config]] = models.Credential
    unique = False

    def stored(self, identifier: str, fields: Fields) -> Fields:
        del identifier
        return {"created_time": self.world.now(), **fields}


class SettingsKind(Kept[models.Settings]):
    name = "settings"
    model: ClassVar[type[Config]] = models.Settings
    singleton = True
    identity_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, world: FakeWorld, gate: Gate) -> None:
        super().__init__(world, gate)
        if not world.held(self.name):
            world.put(self.name, self.name)

    def identity(self, config: models.Settings) -> str:
        del config
        return self.name

    def _identity_of(self, identifier: str) -> str:
        del identifier
        return self.name

    def _create(self, config: models.Settings) -> Remote[models.Settings]:
        del config
        message = "every project has settings: they cannot be made"
        raise Rejected(message)

    def _delete(self, identifier: str) -> None:
        message = f"{identifier} cannot be deleted"
        raise Rejected(message)


class PageKind(Kept[models.Page]):
    name = "page"
    model: ClassVar[type[Config]] = models.Page
    family = "content"
    partial_list = True
    lacks = frozenset({"body"})
    calls: ClassVar[Mapping[str, int]] = {"create": 2}


class PremiumKind(Kept[models.Premium]):
    name = "premium"
    model: ClassVar[type[Config]] = models.Premium
    requires = Tier.PRO


class RecordKind(Kept[models.Record]):
    name = "record"
    model: ClassVar[type[Config]] = models.Record


class ChildKind(Kept[models.Child]):
    name = "child"
    model: ClassVar[type[Config]] = models.Child
    identity_fields: ClassVar[tuple[str, ...]] = ("site", "name")

    def refuse(self, fields: Fields) -> None:
        refuse_missing(self.world.held("site"), [fields["site"]], what="site")


class BatchlingKind(Batched[models.Batchling]):
    name = "batchling"
    model: ClassVar[type[Config]] = models.Batchling


KINDS: tuple[type[Kept[Any]], ...] = (
    LabelKind,
    GroupKind,
    SiteKind,
    RuleSetKind,
    DocumentKind,
    CredentialKind,
    SettingsKind,
    PageKind,
    PremiumKind,
    RecordKind,
    ChildKind,
    BatchlingKind,
)
