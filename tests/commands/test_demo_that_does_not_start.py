"""Ports and disks that a demo needs: why it does not start, told with what to do."""

import errno
import socket

import pytest

from furlong.cli.processes.demo import _backoffice_port, _reason


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.EADDRINUSE, "Address already in use"), "--port 8124"),
        (OSError(errno.ENOSPC, "No space left on device"), "--data"),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "--data"),
    ],
)
def test_the_reason_says_what_to_do(error: Exception, advice: str) -> None:
    """A port in use names another one; a full disk another folder."""
    assert advice in _reason(error, 8123)


def test_the_back_office_stands_beside_the_demo_unless_that_port_is_in_use() -> None:
    """Its address is the same at each start; a program that has taken the port does not stop the demo."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        beside = taken.getsockname()[1]
        assert _backoffice_port(beside - 100) == 0
    assert _backoffice_port(beside - 100) in {beside, 0}  # somebody else may have it by now
    assert (_backoffice_port(0), _backoffice_port(65_500)) == (0, 0)
