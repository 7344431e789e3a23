"""Hosts that take a connection and say nothing, or do not even take it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_MOST = 64


@contextmanager
def silent() -> Iterator[int]:
    """Listen, and never say a word; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def deaf() -> Iterator[int]:
    """Listen with a queue that is full: whoever comes now waits at the door; gives the port."""
    with ExitStack() as opened:
        server = opened.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        for _ in range(_MOST):
            guest = opened.enter_context(socket.socket())
            guest.settimeout(0.1)
            try:
                guest.connect(address)
            except TimeoutError:
                yield address[1]
                return
        message = f"{_MOST} connections were taken by a host whose queue holds none"
        raise AssertionError(message)
