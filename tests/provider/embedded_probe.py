"""A whole session on the embedded emulator, for a process that watches what it loads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from descope_state.sdk.provider import Target
from dstate_descope import Descope


class OpenGate:
    """Lets everything through."""

    @asynccontextmanager
    async def passing(self, family: str, *, reading: bool = False) -> AsyncIterator[None]:
        """Let a call pass."""
        del family, reading
        yield


async def main() -> None:
    """Connect and list everything."""
    target = Target(
        environment="local",
        endpoint="emulator",
        project_id="",
        key="",
        folder=None,
        gate=OpenGate(),
    )
    async with Descope().connect(target) as session:
        for kind in session.kinds.values():
            print(kind.name, [row.id async for row in kind.list()])  # noqa: T201  # shows it ran
