"""Asks a project what it holds, for commands that only look: a whole list, or one object in full.

A conversation connects when the first question is put that nobody has answered before, so that a
command whose answers are all remembered makes no call at all.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import field
from typing import NamedTuple

from descope_state.app.connecting import connected, gate_for, translated
from descope_state.app.remembering import Memory, memory_of
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.frozen import dataclass
from descope_state.model.resource import Live
from descope_state.runtime.bridge import bound, lifting
from descope_state.runtime.gate import Gate
from descope_state.runtime.patience import patiently
from descope_state.sdk.provider import Session

_SIDE_BY_SIDE = 10


class Question(NamedTuple):
    """What is to be told: all objects of a kind as its list has them, or one of them whole."""

    kind: str
    id: str = ""


@dataclass(slots=True, kw_only=True)
class Conversation:
    """The questions of one command to one project; `age` is that of the oldest answer."""

    workspace: Workspace
    gate: Gate
    stack: AsyncExitStack
    memory: Memory
    project_id: str = ""
    age: float = 0.0
    session: Session | None = None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SIDE_BY_SIDE))

    @property
    def calls(self) -> int:
        """How many calls it took so far."""
        return self.gate.total

    async def ask(self, *questions: Question) -> Sequence[tuple[Live, ...]]:
        """Answer questions, side by side; an object that is not there is an empty answer."""
        known = {one: self.memory.recall(*one) for one in questions}
        for answer in filter(None, known.values()):
            self.project_id = answer.project_id
            self.age = max(self.age, answer.age)
        new = [one for one, answer in known.items() if answer is None]
        answered = dict(zip(new, await self._asked(new), strict=True)) if new else {}
        return [
            answered[one] if answer is None else answer.objects for one, answer in known.items()
        ]

    async def _asked(self, questions: Sequence[Question]) -> Sequence[tuple[Live, ...]]:
        session = await self._connected()
        with translated(self.workspace):
            answers = await asyncio.gather(*(self._answer(session, one) for one in questions))
        for question, objects in zip(questions, answers, strict=True):
            self.memory.keep(
                *question, project_id=session.project_id, objects=objects, lag=session.lag
            )
        return answers

    async def inhabitants(self, lives: Sequence[Live]) -> Sequence[Mapping[str, int]]:
        """Count what each object of a kind holds that no kind manages, where its kind tells."""
        session = await self._connected()
        catalog = self.workspace.catalog
        (kind,) = {live.kind for live in lives}
        known = bound(session.kinds[kind], catalog[kind].schema)
        if not known.schema.cascades:
            return [{} for _ in lives]
        current = [known.remote(one.id, {**one.attributes, **one.computed}) for one in lives]
        with translated(self.workspace):
            told = await patiently(
                lambda: known.cascade.takes_along(current), chance=self.gate.chance
            )
        return [
            {one.kind: one.count for one in row if one.kind not in catalog and one.count}
            for row in told
        ]

    def remember(self, key: str, body: bytes, *, age: float) -> None:
        """Remember what it all came to, where nothing but files and variables decided it."""
        memory = self.memory
        if memory.token and memory.known:
            lag = self.session.lag if self.session is not None else 0.0
            memory.cache.keep(key, body, scope=memory.scope, token=memory.token, lag=lag, age=age)

    async def _connected(self) -> Session:
        if self.session is None:
            opening = connected(self.workspace, self.gate)
            self.session = await self.stack.enter_async_context(opening)
            self.project_id = self.session.project_id
        return self.session

    async def _answer(self, session: Session, question: Question) -> tuple[Live, ...]:
        kind = session.kinds[question.kind]
        lift = lifting(kind, self.workspace.catalog[question.kind].schema)

        async def told() -> tuple[Live, ...]:
            if not question.id:
                return tuple([lift(remote) async for remote in kind.list()])
            remote = await kind.read(question.id)
            return () if remote is None else (lift(remote),)

        async with self.turns:
            return await patiently(told, chance=self.gate.chance)


@asynccontextmanager
async def conversing(
    workspace: Workspace, surroundings: Surroundings, *, fresh: bool = False
) -> AsyncIterator[Conversation]:
    """Begin to ask the project of an environment; `fresh` wants nothing that is remembered."""
    memory = memory_of(workspace, surroundings, fresh=fresh)
    async with AsyncExitStack() as stack:
        gate = gate_for(surroundings)
        yield Conversation(workspace=workspace, gate=gate, stack=stack, memory=memory)
