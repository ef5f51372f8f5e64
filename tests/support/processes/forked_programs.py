"""Programs forked from a process that has imported Furlong already: as real as others, and quick to start."""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Final, TypeAlias

SERVER: Final = Path(__file__).with_name("fork_server.py")


@dataclass
class ForkedProgram:
    """A running program, with what the tests use of `subprocess.Popen`; it dies with the tests."""

    pid: int
    arguments: tuple[str, ...]
    status: socket.socket
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while the program runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the program's end, at most `timeout` seconds, and return the exit code."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.arguments, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the program has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            self.status.settimeout(timeout)
            try:
                told = self.status.recv(64)
            except (BlockingIOError, TimeoutError):
                return None
            self.status.close()
            self.returncode = int(told)
        return self.returncode


Program: TypeAlias = subprocess.Popen[bytes] | ForkedProgram


@dataclass
class ForkServer:
    """The process that forks programs, and the socket on which it is asked to."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    asking: threading.Lock = field(default_factory=threading.Lock)

    def start(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        folder: Path,
        output: IO[bytes],
        errors: IO[bytes],
    ) -> ForkedProgram:
        """Start a program."""
        sys.audit("subprocess.Popen", arguments[0], arguments, folder, environment)  # as other starts are
        ours, theirs = socket.socketpair()
        request = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        with self.asking, theirs:
            line = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(self.control, [line], [output.fileno(), errors.fileno(), theirs.fileno()])
            self.control.sendall(line[sent:])
            pid = b""
            while not pid.endswith(b"\n"):
                pid += ours.recv(1)
        return ForkedProgram(int(pid), arguments, ours)

    def stop(self) -> None:
        """End the server, and with the tests also all programs that still run."""
        self.control.close()
        self.process.wait()


@cache
def fork_server() -> ForkServer:
    """Return this process's fork server, which is started when it is first used."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
    server = ForkServer(process, ours)
    atexit.register(server.stop)
    return server


def start_forked(
    *arguments: str, environment: Mapping[str, str], folder: Path, log: IO[bytes]
) -> ForkedProgram:
    """Start a program that writes to a log: `furlong ARGUMENTS`, or a path of a script and its arguments."""
    return fork_server().start(arguments, environment, folder, log, log)


def run_forked(
    *arguments: str, environment: Mapping[str, str], folder: Path, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end: `furlong ARGUMENTS`, or the path of a script and its arguments."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        program = fork_server().start(arguments, environment, folder, output, errors)
        try:
            code = program.wait(timeout)
        finally:
            program.kill()
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(arguments, code, output.read().decode(), errors.read().decode())
