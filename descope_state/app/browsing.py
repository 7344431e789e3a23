"""Looks at what a project holds, object by object, whether a stack manages it or not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from descope_state.app.asking import Conversation, Question, conversing
from descope_state.app.shortcut import Look, Sign, signs, written
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, outlined
from descope_state.errors import DamagedState, DstateError, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.browsed import Browsed, Found, Sketch
from descope_state.model.nearness import listed, meant
from descope_state.model.resource import Live
from descope_state.sdk.schema import Schema, Type


def sketch_of(schema: Schema) -> Sketch:
    """Give of a kind what it takes to show its objects."""
    fields = schema.fields
    return Sketch(
        kind=schema.kind,
        fields=tuple(fields),
        required=frozenset(name for name, one in fields.items() if one.required),
        documents=frozenset(n for n, one in fields.items() if one.shape.type is Type.JSON),
    )


def _schema(workspace: Workspace, kind: str) -> Schema:
    if kind not in workspace.catalog:
        message = f"no installed provider manages the kind `{kind}`"
        raise DstateError(message, hint=f"there are {listed(sorted(workspace.catalog))}")
    return workspace.catalog[kind].schema


@dataclass(slots=True, kw_only=True)
class Browsing:
    """One look at the objects of one kind, in one environment."""

    workspace: Workspace
    conversation: Conversation
    schema: Schema
    warning: str = ""
    addresses: dict[str, Address] = field(default_factory=dict)

    async def all(self) -> tuple[Found, ...]:
        """Give every object, as the list of its kind has it."""
        (found,) = await self.conversation.ask(Question(self.schema.kind))
        self._learn_addresses()
        ordered = sorted(found, key=lambda live: (live.identity, live.id))
        return tuple(self._found(live) for live in ordered)

    async def those(self, subjects: Sequence[str]) -> tuple[Found, ...]:
        """Give the objects that texts name: by address, by id, or by natural key."""
        present = await self.all()
        return tuple(self._meant(subject, present) for subject in subjects)

    async def whole(self, found: Sequence[Found]) -> tuple[Found, ...]:
        """Read in full what the list of its kind has in part."""
        if not self.schema.partial_list or not found:
            return tuple(found)
        questions = [Question(self.schema.kind, one.live.id) for one in found]
        answers = await self.conversation.ask(*questions)
        # What went away between the list and the look at it is not there any more.
        return tuple(self._found(live) for answer in answers for live in answer)

    def _found(self, live: Live) -> Found:
        return Found(live=live, address=self.addresses.get(live.id))

    def _learn_addresses(self) -> None:
        """Look up who manages what; a state that is no good is no reason not to look."""
        try:
            snapshot = self.workspace.store.found(
                environment=self.workspace.environment, project_id=self.conversation.project_id
            )
        except DamagedState as error:
            self.warning = f"addresses are not known: {error.message}"
            return
        for entry in snapshot.entries.values() if snapshot is not None else ():
            if entry.address.kind == self.schema.kind:
                self.addresses[entry.id] = entry.address

    def _meant(self, subject: str, present: Sequence[Found]) -> Found:
        named = [one for one in present if subject in _names(one)]
        # An id is one object's; what is called like it is another's.
        exact = [one for one in named if subject in (one.live.id, str(one.address or ""))]
        chosen = exact or named
        if len(chosen) == 1:
            return chosen[0]
        kind, where = self.schema.kind, f"`{self.workspace.environment}`"
        if chosen:
            message = f"{len(chosen)} objects of the kind {kind} are called `{subject}` in {where}"
            raise UsageError(message, hint=f"say which: {listed(one.live.id for one in chosen)}")
        message = f"there is no {kind} `{subject}` in {where}"
        known = (name for one in present for name in _names(one))
        raise UsageError(message, hint=meant(subject, known) or f"see `dstate {kind} list`")

    def browsed(self, found: Sequence[Found]) -> Browsed:
        """Put together what was found."""
        return Browsed(
            environment=self.workspace.environment,
            project_id=self.conversation.project_id,
            sketch=sketch_of(self.schema),
            found=tuple(found),
            calls=self.conversation.calls,
            age=self.conversation.age,
            warning=self.warning,
            native=self._native(),
        )

    def _native(self) -> frozenset[str]:
        session = self.conversation.session
        return session.baseline().get(self.schema.kind, frozenset()) if session else frozenset()


def _names(found: Found) -> Iterator[str]:
    yield found.live.id
    yield found.live.identity
    if found.address is not None:
        yield str(found.address)
    name = found.live.attributes.get("name")
    if isinstance(name, str):
        yield name


def browse(
    surroundings: Surroundings,
    opening: Opening,
    *,
    kind: str,
    subjects: Sequence[str] | None = None,
    whole: bool = True,
    fresh: bool = False,
    check: Callable[[Sketch], None] = lambda _: None,
) -> Browsed:
    """Look at the objects that texts name, or at all of a kind; `whole` says whether in full.

    `check` may refuse what is asked of the kind before anybody is asked.
    """
    workspace = outlined(surroundings, opening)
    schema = _schema(workspace, kind)
    check(sketch_of(schema))
    signed = _signs(surroundings, workspace)
    look_again = Look(
        kind=kind,
        chdir=opening.chdir,
        environment=opening.environment,
        subjects=None if subjects is None else tuple(subjects),
        whole=whole,
    )

    async def look() -> Browsed:
        async with conversing(workspace, surroundings, fresh=fresh) as conversation:
            browsing = Browsing(workspace=workspace, conversation=conversation, schema=schema)
            named = subjects is not None
            present = await browsing.those(subjects or ()) if named else await browsing.all()
            result = browsing.browsed(await browsing.whole(present) if whole else present)
            key = look_again.key(surroundings)
            conversation.remember(key, written(result, signed), age=result.age)
            return result

    result: Browsed = surroundings.run(look())
    return result


def _signs(surroundings: Surroundings, workspace: Workspace) -> dict[str, Sign]:
    others = (workspace.store.state_file, workspace.store.journal_file)
    return signs(surroundings.folder, workspace.root, others=others)


def inhabitants(
    surroundings: Surroundings, opening: Opening, *, lives: Sequence[Live]
) -> Sequence[Mapping[str, int]]:
    """Count what each object of a kind holds that no kind manages, such as users of a tenant."""
    workspace = outlined(surroundings, opening)

    async def count() -> Sequence[Mapping[str, int]]:
        async with conversing(workspace, surroundings, fresh=True) as conversation:
            return await conversation.inhabitants(lives)

    found: Sequence[Mapping[str, int]] = surroundings.run(count())
    return found
