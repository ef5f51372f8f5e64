"""The socket that the upstream's API listens on."""

import socket

import pytest

from simulator.server import listen


def test_answers_are_not_held_back() -> None:
    """A connection accepted there sends small pieces at once."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_an_address_that_is_taken() -> None:
    """Two cannot listen at the same address."""
    with listen("127.0.0.1", 0) as listener, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listener.getsockname()[1])
