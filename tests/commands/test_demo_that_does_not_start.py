"""Why a demo does not start, told with what to do."""

import errno

import pytest

from furlong.cli.processes.demo import _reason


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
