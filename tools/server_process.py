"""Run server programs as child processes: start them, wait for them, stop them by their process id."""

import contextlib
import os
import random
import shutil
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PORTS: Final = range(20_000, 32_768)
"""Below those of outgoing connections, one of which may take a port while its server is restarted."""
STOP_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
_SHARES: Final = 32
_given: set[int] = set()


class ServiceMissingError(RuntimeError):
    """A required service is not installed on this machine."""


class ServiceFailedError(RuntimeError):
    """A server ended before it was ready, or was not ready in time."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A started program, identified by process id and start time, because ids are reused.

    Attributes:
        pid: The process id, which is also its process group.
        born: When it started, in clock ticks since the machine's start.
        log: The file with its output.
    """

    pid: int
    born: int
    log: Path

    def is_running(self) -> bool:
        """Return whether this process still runs."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return _running_since(self.pid) == self.born

    def stop(self) -> None:
        """Terminate the program, kill it after a minute, and return when it has ended."""
        for demand, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            if not self.is_running():
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, demand)
            deadline = time.monotonic() + seconds
            while self.is_running() and time.monotonic() < deadline:
                time.sleep(_PAUSE_SECONDS)
        if self.is_running():
            raise ServiceFailedError(f"process {self.pid} does not end")

    def log_tail(self, lines: int = 25) -> str:
        """Return the last lines of its output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def start_process(command: Sequence[str], folder: Path, log: Path, *, tied: bool) -> ServerProcess:
    """Start a program in a folder and a session of its own, and append its output to a log file.

    Args:
        command: The program and its arguments.
        folder: Its working directory.
        log: The file for its output.
        tied: Whether the system ends it when this process dies, however it dies.
    """
    words = list(command)
    if tied and shutil.which("setpriv"):
        words = ["setpriv", "--pdeathsig", "KILL", "--", *words]
    words = ["env", "--chdir", str(folder), *words]
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawnp(
        words[0],
        words,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    # A child that has ended already still has an entry, until somebody waits for it.
    born = _stat(pid)[1]
    return ServerProcess(pid=pid, born=born, log=log)


def wait_until_ready(process: ServerProcess, is_ready: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until a check succeeds.

    Raises:
        ServiceFailedError: The process ended first, or the time was up; the process is stopped then.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if not process.is_running():
            raise ServiceFailedError(f"the server ended before it was ready:\n{process.log_tail()}")
        if time.monotonic() > deadline:
            process.stop()
            raise ServiceFailedError(f"the server was not ready in {seconds:.0f} s:\n{process.log_tail()}")
        time.sleep(_PAUSE_SECONDS)


def free_port() -> int:
    """Return a loopback TCP port that is free now; another process may still take it first.

    Processes that ask at once have different ones, and a process is given each once: it may ask for many
    before the servers that are to use them listen.
    """
    own = PORTS[os.getpid() % _SHARES :: _SHARES]
    while True:
        if _given.issuperset(own):
            _given.difference_update(own)
        port = random.SystemRandom().choice(own)
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def accepts(port: int) -> bool:
    """Return whether something listens on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _running_since(pid: int) -> int | None:
    """Return the start time of a process; None if it has ended."""
    try:
        state, born = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else born


def _stat(pid: int) -> tuple[str, int]:
    """Return a process's state and start time in clock ticks, the third and 22nd field of its `stat`."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[19])
