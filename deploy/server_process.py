"""Server programs as child processes: started apart, watched, waited for, stopped by their own id."""

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 60.0
_PAUSE_SECONDS = 0.05


class ServiceMissingError(RuntimeError):
    """A real service is asked for that is not installed on this machine."""


class ServiceFailedError(RuntimeError):
    """A server ended before it was ready, or was not ready in time."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A started program, by its id and the moment it began, because ids are used again.

    Attributes:
        pid: the process id, which is also its process group.
        born: when it started, in clock ticks since the machine did.
        log: the file with everything that it prints.
    """

    pid: int
    born: int
    log: Path

    def is_running(self) -> bool:
        """Tell whether this very process still runs."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return _running_since(self.pid) == self.born

    def stop(self) -> None:
        """Ask it to end, insist after a minute, and return when it has ended."""
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
        """Give the last lines that it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def start_process(command: Sequence[str], folder: Path, log: Path, *, tied: bool) -> ServerProcess:
    """Start a program in a folder and session of its own, its output going to the end of a log file.

    Args:
        command: the program and its arguments.
        folder: the working directory it gets.
        log: the file for its output.
        tied: whether the system should end it when this process dies, however it dies.
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
    """Return when the check holds.

    Raises:
        ServiceFailedError: when the process ends first, or the time does; the process is stopped then.
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
    """Give a loopback TCP port that nobody listens on now; another process may still take it first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Tell whether something listens on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _running_since(pid: int) -> int | None:
    """Give the start time of a process, None for one that has ended."""
    try:
        state, born = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else born


def _stat(pid: int) -> tuple[str, int]:
    """Read a process's state and its start time in clock ticks, the third and 22nd field of its `stat`."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[19])
