"""The runner refuses the network, and lets a test talk to itself."""

import socket
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

PUBLIC = ("192.0.2.1", 443)  # reserved for documentation: nobody is there


def test_a_connection_to_the_outside_is_refused() -> None:
    with socket.socket() as outgoing, pytest.raises(SocketConnectBlockedError):
        outgoing.connect(PUBLIC)


def test_a_connection_to_loopback_is_let_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as outgoing:
        outgoing.connect(server.getsockname())
        assert outgoing.getpeername() == server.getsockname()


def test_a_connection_to_a_unix_socket_is_let_through(tmp_path: Path) -> None:
    place = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as outgoing:
        server.bind(place)
        server.listen()
        outgoing.connect(place)
        assert outgoing.getpeername() == place
