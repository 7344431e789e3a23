"""Carries out operations: each when what it waits for is done, as fast as the limits allow."""

import asyncio
import heapq
from collections.abc import Sequence

from descope_state.core.operations import Operation, Operations
from descope_state.model.outcome import Fate
from descope_state.runtime.gate import Permit
from descope_state.runtime.means import Means
from descope_state.runtime.patience import worded
from descope_state.runtime.working import Ending, Worker

DRAIN_SECONDS = 30.0
MOST_FAILURES = 10


class Scheduler:
    """The operations of one plan on their way; an operation that fails takes its users along.

    What goes out in one call is what the plan put into one batch: it leaves when the last of its
    operations is ready, so that an apply makes the calls that the plan has stated.
    """

    def __init__(self, operations: Operations, *, worker: Worker, means: Means) -> None:
        self._operations = operations.operations
        self._worker = worker
        self._means = means
        self._waiting = [len(operation.after) for operation in self._operations]
        self._users: list[list[int]] = [[] for _ in self._operations]
        for operation in self._operations:
            for earlier in operation.after:
                self._users[earlier].append(operation.index)
        self._batches = operations.batches
        self._batch = {
            index: number
            for number, batch in enumerate(operations.batches)
            for index in batch.operations
        }
        self._missing = [len(batch.operations) for batch in operations.batches]
        # The batches of a family that may leave, by the place of their first operation.
        self._ready: dict[str, list[tuple[int, int]]] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._slots = asyncio.Semaphore(means.parallelism)
        # In the order in which they were begun, which is the order they are stopped in.
        self._working: dict[asyncio.Task[None], None] = {}
        self._left = len(self._operations)
        self._failures = 0
        self.endings: dict[int, Ending] = {}
        self.halted = ""

    async def run(self) -> None:
        """Carry out what can be; afterwards every operation that was begun has an ending."""
        families = sorted({self._family(operation) for operation in self._operations})
        self._ready = {family: [] for family in families}
        self._wake = {family: asyncio.Event() for family in families}
        for operation in self._operations:
            if not operation.after:
                self._settle(operation.index)
        everything = asyncio.ensure_future(self._dispatched(families))
        watcher = asyncio.ensure_future(self._means.stop.wait())
        try:
            await asyncio.wait([everything, watcher], return_when=asyncio.FIRST_COMPLETED)
            if everything.done():
                await everything  # A mistake of ours is not swallowed.
            everything.cancel()
            await self._drained()
        finally:
            watcher.cancel()
            everything.cancel()
            for task in self._working:
                task.cancel()

    async def _dispatched(self, families: Sequence[str]) -> None:
        await asyncio.gather(*(self._dispatch(family) for family in families))

    async def _drained(self) -> None:
        """Let what is in flight finish; who takes too long is left to the next command."""
        if not self._working:
            return
        seconds = DRAIN_SECONDS if self._means.stop.asked else None
        await asyncio.wait(self._working, timeout=seconds)
        late = [task for task in self._working if not task.done()]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _dispatch(self, family: str) -> None:
        """Hand out the operations of one family, each once a call of it may leave."""
        wake = self._wake[family]
        while True:
            if not self._ready[family]:
                if not self._left:
                    return
                wake.clear()
                await wake.wait()
                continue
            permit = await self._means.gate.reserve(family)
            if permit.refusal is not None:
                # Nothing is begun that the service, as it says, will not hear for days.
                self._halt(worded(permit.refusal))
                return
            try:
                await self._slots.acquire()
            except asyncio.CancelledError:
                permit.release()
                raise
            self._hand_out(family, permit)

    def _hand_out(self, family: str, permit: Permit) -> None:
        group = self._next(family)
        task = asyncio.create_task(self._work(group, permit))
        self._working[task] = None
        task.add_done_callback(self._working.pop)

    def _next(self, family: str) -> list[Operation]:
        """Take the first batch that is ready: what of it was not given up meanwhile."""
        _, number = heapq.heappop(self._ready[family])
        return self._alive(number)

    def _alive(self, number: int) -> list[Operation]:
        return [
            self._operations[index]
            for index in self._batches[number].operations
            if index not in self.endings
        ]

    async def _work(self, group: Sequence[Operation], permit: Permit) -> None:
        try:
            with self._means.gate.spending(permit):
                await self._worker.carry_out(group, ended=self._end)
        except Exception as error:  # noqa: BLE001  # a mistake of ours must not stop the others
            words = f"a mistake in dstate: {type(error).__name__}; please report it"
            for operation in group:
                if operation.index not in self.endings:
                    self._end(operation, Ending(fate=Fate.UNKNOWN, error=words))
        finally:
            self._slots.release()

    def _end(self, operation: Operation, ending: Ending) -> None:
        self.endings[operation.index] = ending
        self._left -= 1
        if ending.fate is Fate.DONE:
            self._failures = 0
            for user in self._users[operation.index]:
                self._waiting[user] -= 1
                if not self._waiting[user] and user not in self.endings:
                    self._settle(user)
        else:
            self._skip(operation)
            self._judge(ending)
        if not self._left:
            self._wake_all()

    def _skip(self, cause: Operation) -> None:
        waiting = list(self._users[cause.index])
        while waiting:
            index = waiting.pop()
            if index in self.endings:
                continue
            self.endings[index] = Ending(fate=Fate.SKIPPED, because=cause.address)
            self._left -= 1
            self._settle(index)
            waiting.extend(self._users[index])

    def _judge(self, ending: Ending) -> None:
        """Stop trying where nothing will come of it, however often it is tried."""
        if ending.fatal:
            self._halt(ending.error)
        elif ending.unanswered:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self._halt(f"{MOST_FAILURES} changes in a row got no answer: {ending.error}")

    def _halt(self, why: str) -> None:
        self.halted = self.halted or why
        self._means.stop.ask()

    def _settle(self, index: int) -> None:
        """Hear that an operation is ready or given up; its batch leaves with the last of them."""
        number = self._batch[index]
        self._missing[number] -= 1
        if self._missing[number]:
            return
        batch = self._alive(number)
        if batch:
            family = self._family(batch[0])
            heapq.heappush(self._ready[family], (batch[0].index, number))
            self._wake[family].set()

    def _wake_all(self) -> None:
        for event in self._wake.values():
            event.set()

    def _family(self, operation: Operation) -> str:
        return self._means.bounds[operation.kind].schema.family
