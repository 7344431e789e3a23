"""Waits for what goes on side by side; where one thing fails, nothing else goes on unheard."""

import asyncio
from typing import Any


async def all_over(*tasks: asyncio.Future[Any]) -> None:
    """Wait until all are done; what fails first is raised once the others are called off.

    A call that went on while its connection is closed would leave its socket behind.
    """
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
