"""Runs the process of a question, which another thread may end before it answers."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock


class Ending:
    """The end of one question: by its answer, by its time, or because nobody waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ended = False

    def end(self) -> None:
        """End the process, also if it has not begun yet."""
        with self._lock:
            self._is_ended = True
            if self._process is not None:
                _kill(self._process)

    def run(self, command: Sequence[str], asked: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
        """Return how the process ended, and what it said.

        It and what it starts are one group and end together: bubblewrap, killed alone while it makes its
        room, would leave a process there that waits for it for ever.

        Raises:
            subprocess.TimeoutExpired: It took longer, and was ended.
        """
        with subprocess.Popen(  # noqa: S603 - the program and the interpreter are ours; the question is input
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            start_new_session=True,
        ) as process:
            with self._lock:
                self._process = process
                if self._is_ended:
                    _kill(process)
            try:
                output, errors = process.communicate(asked, timeout=seconds)
            except BaseException:
                _kill(process)
                raise
            finally:
                with self._lock:
                    self._process = None
        return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _kill(leader: subprocess.Popen[bytes]) -> None:
    """Kill a process that is not yet waited for, and its whole group."""
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
