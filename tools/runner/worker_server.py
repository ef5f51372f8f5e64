"""Imports the tests, and forks a worker of pytest-xdist for each launcher: `forked_workers.py` starts it.

Usage: `python tools/runner/worker_server.py LISTENING_SOCKET CONTROL_SOCKET [pytest's arguments]`. It sends
a byte once the tests are imported; if they cannot be, it ends. It also ends with the run, which holds the
other end of the control socket.
"""

import os
import selectors
import signal
import socket
import sys
import threading
from typing import Final

import pytest

WITHOUT_RUN: Final = ("--collect-only", "-n0", "-p", "no:cacheprovider")
"""What overrides arguments that say how tests are run."""


def main() -> None:
    """Serve until the run ends; in a forked process, be a worker."""
    listening, control = (socket.socket(fileno=int(file)) for file in sys.argv[1:3])
    del sys.path[0]  # this folder
    code = pytest.main([*sys.argv[3:], *WITHOUT_RUN])
    if code != pytest.ExitCode.OK or threading.active_count() > 1:
        return
    control.sendall(b".")
    if (connection := _serve(listening, control)) is not None:
        _become_worker(connection)


def _serve(listening: socket.socket, control: socket.socket) -> socket.socket | None:
    """Return None once the run has ended, or in a forked process its connection to a launcher."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with selectors.DefaultSelector() as ready, listening, control:
        ready.register(listening, selectors.EVENT_READ)
        ready.register(control, selectors.EVENT_READ)
        while all(key.fileobj is listening for key, _ in ready.select()):
            connection, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return connection
            connection.close()
    return None


def _become_worker(connection: socket.socket) -> None:
    """Run what pytest-xdist sends, with the launcher's files; the connection ends with this process."""
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    for standard, file in enumerate(files):
        os.dup2(file, standard)
        os.close(file)
    exec(eval(sys.stdin.readline()), {"__name__": "__main__"})  # noqa: S102, S307 - as execnet starts others


if __name__ == "__main__":
    main()
