"""The whole contract between the engine and a provider.

A provider package exports one object that satisfies `Provider` under the entry-point group
`descope_state.providers`. It sees `descope_state.sdk` and nothing else of the engine.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from enum import IntEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from descope_state.frozen import dataclass
from descope_state.sdk.schema import Config

C = TypeVar("C", bound=Config)


class Tier(IntEnum):
    """The plan an account is on, as far as it decides what may be used."""

    FREE = 1
    PRO = 2
    GROWTH = 3
    ENTERPRISE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote(Generic[C]):
    """One object as the service holds it now.

    `config` carries every field the service answered, computed ones included, passed through the
    kind's model so that spelling cannot differ. Sensitive fields are left out. `once` are secrets,
    by name, that the service tells at this moment and never again.
    """

    id: str
    config: C
    once: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a service allows one family of calls: `calls` in any `seconds`."""

    family: str
    calls: int
    seconds: float


@runtime_checkable
class Gate(Protocol):
    """What every call passes; the transport enters it once per send and leaves it once answered.

    A slot of a limit comes free one window after its call was *answered*, so the gate must learn
    when that was; and whoever is told to wait raises `Throttled` inside it, so that all others
    wait as well.
    """

    def passing(self, family: str, *, reading: bool = False) -> AbstractAsyncContextManager[None]:
        """Wait until one call of this family may be sent; count it until its answer is there.

        `reading` says that the call only looks, so that what was read and what was written can be
        told apart afterwards.
        """


@runtime_checkable
class Kind(Protocol[C]):
    """One kind of thing a service holds, bound to a connection.

    The class variables describe the kind before any connection exists: `name` is what a stack calls
    it, `model` what a stack may say of one, `description` what `dstate explain` says, `family` the
    calls that its limit counts together. `identity_fields` make the natural key; where several
    objects may have the same one, the kind is not `unique`. A `singleton` is there without having
    been made: it is updated, never created or deleted. `partial_list` says that `list` gives less
    than `read`, so that each managed object is read by itself. `requires` is the plan that an
    account must be on; `schema_version` counts the changes of the model that a state would notice.
    `KindDefaults` says what the others mean.

    `list` is called once per refresh, `read` once per managed object of a kind whose list is
    partial, `identity` often. Sending is the kind's business; pacing, retries and concurrency are
    the engine's.
    """

    name: ClassVar[str]
    model: ClassVar[type[Config]]
    family: ClassVar[str]
    description: ClassVar[str]
    identity_fields: ClassVar[tuple[str, ...]]
    unique: ClassVar[bool]
    schema_version: ClassVar[int]
    singleton: ClassVar[bool]
    partial_list: ClassVar[bool]
    sifted_list: ClassVar[bool]
    requires: ClassVar[Tier]
    batches: ClassVar[frozenset[str]]
    calls: ClassVar[Mapping[str, int]]
    reads: ClassVar[Mapping[str, int]]
    together: ClassVar[Mapping[str, str]]
    apart: ClassVar[frozenset[str]]
    tells: ClassVar[frozenset[str]]
    cascades: ClassVar[bool]

    def identity(self, config: C) -> str:
        """Give the natural key that a configuration has, without asking anybody."""

    def list(self) -> AsyncIterator[Remote[C]]:
        """Give every object of this kind, in as few calls as the service allows.

        All of them or a fault: an object that is left out seems to have been deleted.
        """

    async def read(self, id: str) -> Remote[C] | None:  # noqa: A002  # the service's word for it
        """Give one object in full, or None where there is none."""

    async def find(self, identity: str) -> Remote[C] | None:
        """Give the object with this natural key, or None; used by import and recovery.

        It decides whether a lost call is sent again, so it asks the service and no cache.
        """

    async def create(self, config: C) -> Remote[C]:
        """Make an object and give it as the service then holds it.

        `Conflict` where such an object exists; `Indeterminate` where nobody knows whether it was
        made. A singleton is written over instead.
        """

    async def update(self, current: Remote[C], config: C, changed: frozenset[str]) -> Remote[C]:
        """Change an object and give it as the service then holds it.

        `config` is whole: what is not in `changed` has its live value there, so that a service
        which replaces the object loses nothing. `NotFound` where it is gone.
        """

    async def delete(self, current: Remote[C]) -> None:
        """Remove an object; one that is already gone is a success."""


class Batched(Protocol[C]):
    """The batch endpoints of a kind; it has those methods whose step its `batches` names.

    A batch is done whole or refused whole: `Rejected` means that nothing of it was done. Answers
    come in the order of what was asked.
    """

    async def create_many(self, configs: Sequence[C]) -> Sequence[Remote[C]]:
        """Make several objects in one call."""

    async def update_many(
        self, updates: Sequence[tuple[Remote[C], C, frozenset[str]]]
    ) -> Sequence[Remote[C]]:
        """Change several objects in one call; each as `update` is told of one."""

    async def delete_many(self, currents: Sequence[Remote[C]]) -> None:
        """Remove several objects in one call; those already gone are a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Objects of one sort that go with another when that is deleted.

    `kind` names them, in the words of a kind where there is one; `ids` may be left out where
    reading them all would cost too much.
    """

    kind: str
    count: int
    ids: frozenset[str] = frozenset()


class Cascading(Protocol[C]):
    """What a kind has besides where its deletion takes other things along: one that `cascades`."""

    async def takes_along(self, currents: Sequence[Remote[C]]) -> Sequence[Sequence[Along]]:
        """Say, for each object, what would be deleted with it; in as few reads as may be."""

    async def delete_along(self, current: Remote[C]) -> None:
        """Remove an object and all that goes with it; what that is has been seen and approved."""


class KindDefaults:
    """What most kinds have in common; a kind inherits it and overrides what differs.

    `batches` names the actions the API has a batch endpoint for (`create`, `update`, `delete`),
    `calls` how many calls one action takes where that is not one, `reads` how many of them only
    look at what was written, once for a batch too. `together` names, by action, the field in which
    all objects of one batch agree, where the endpoint wants that. `apart` are fields that are
    written by a call of their own, `tells` the secrets that a creation gives once, as
    `Remote.once`. A kind that `cascades` has the methods of `Cascading`. A `sifted_list` leaves out
    objects that exist: what is not in it may be there all the same.
    """

    description: ClassVar[str] = ""
    family: ClassVar[str] = "general"
    identity_fields: ClassVar[tuple[str, ...]] = ("name",)
    unique: ClassVar[bool] = True
    schema_version: ClassVar[int] = 1
    singleton: ClassVar[bool] = False
    partial_list: ClassVar[bool] = False
    sifted_list: ClassVar[bool] = False
    requires: ClassVar[Tier] = Tier.FREE
    batches: ClassVar[frozenset[str]] = frozenset()
    calls: ClassVar[Mapping[str, int]] = {}
    reads: ClassVar[Mapping[str, int]] = {}
    together: ClassVar[Mapping[str, str]] = {}
    apart: ClassVar[frozenset[str]] = frozenset()
    tells: ClassVar[frozenset[str]] = frozenset()
    cascades: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a provider is to connect to, as the environment and its credentials say.

    `endpoint` is one of the words of `Provider.endpoints` or an address; it is empty where the
    stack says none. Project and key are empty where the endpoint is `keyless`. `folder` is where an
    embedded service keeps its world; None means in memory only. `remembered` is the project that
    the state is of, for an embedded one that was not kept yet. `unsaid` are the secrets that may be
    sent: no error may repeat them, whatever the service answers. Every call passes the `gate`.
    """

    environment: str
    endpoint: str
    project_id: str
    key: str = field(repr=False)
    folder: str | None
    gate: Gate
    remembered: str = ""
    unsaid: tuple[str, ...] = field(default=(), repr=False)


@runtime_checkable
class Session(Protocol):
    """An open connection to one project.

    `project_id` is the project that answers: a stack that pins another is refused. `kinds` are
    bound to the connection, by their names; `limits` are those of the service, by family. `lag` is
    how many seconds a read may take to show what was written before it: so long after a write an
    absence proves nothing.
    """

    project_id: str
    base_url: str
    kinds: Mapping[str, Kind[Any]]
    limits: tuple[Limit, ...]
    lag: float

    async def tier(self) -> Tier:
        """Say which plan the account is on; asked once per command."""

    def baseline(self) -> Mapping[str, frozenset[str]]:
        """Name, by kind, the identities that every new project holds: they are no strays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of a service's own trail: who did what, when, to which object.

    `at` is in milliseconds since 1970. `action` is the service's word; `kind` and `verb`
    (`create`, `update`, `delete`, or `write` where one call makes and changes alike) say the same
    in ours, or nothing where that is not certain.
    `subjects` are the ids and names that the line gives of the object, as far as it gives any.
    """

    at: int
    actor: str
    action: str
    kind: str = ""
    verb: str = ""
    subjects: frozenset[str] = frozenset()


@runtime_checkable
class Trailed(Protocol):
    """A session whose service tells who did what; a session may have this or not."""

    async def trail(self, since: int) -> Sequence[Deed]:
        """Give what was done since a time in milliseconds, as far back as the service remembers."""


@runtime_checkable
class Provider(Protocol):
    """What a provider package exports.

    `name` is the word in messages, and in capitals the beginning of the variables that hold
    credentials; `kinds` are the classes of its kinds, not yet bound to a connection. `endpoints`
    are the words an environment may give as its endpoint; those of them that are `keyless` are
    embedded and take no credentials, so that none are ever looked up for them.
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[type[Any], ...]]
    endpoints: ClassVar[frozenset[str]]
    keyless: ClassVar[frozenset[str]]

    def connect(self, target: Target) -> AbstractAsyncContextManager[Session]:
        """Open a connection; entering it may ask the service who we are, and nothing else."""
