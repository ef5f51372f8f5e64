"""Runs the process of a question, which another thread may end before it answers."""

import subprocess
from collections.abc import Sequence
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
                self._process.kill()

    def run(self, command: Sequence[str], asked: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
        """Return how the process ended, and what it said.

        Raises:
            subprocess.TimeoutExpired: It took longer, and was ended.
        """
        with subprocess.Popen(  # noqa: S603 - the program and the interpreter are ours; the question is input
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}
        ) as process:
            with self._lock:
                self._process = process
                if self._is_ended:
                    process.kill()
            try:
                output, errors = process.communicate(asked, timeout=seconds)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)
