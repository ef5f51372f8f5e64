"""Start a private Valkey, or Redis, with its own folder and port, for tests."""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    free_port,
    start_process,
    wait_until_ready,
)

_PROGRAMS = ("valkey-server", "redis-server")


@dataclass(frozen=True, slots=True)
class PrivateValkey:
    """A running server, which keeps everything in memory."""

    process: ServerProcess
    port: int

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()


def valkey_program() -> str | None:
    """Return the path of the server's program, if one is installed."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def valkey_installed() -> bool:
    """Return whether this machine has it."""
    return valkey_program() is not None


def start_valkey(folder: Path, port: int | None = None) -> PrivateValkey:
    """Start a server on a loopback port, by default any free one.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    program = valkey_program()
    if program is None:
        raise ServiceMissingError("Valkey is not installed: run make services")
    port = port or free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    process = start_process(command, folder, folder / "valkey.log", tied=True)
    wait_until_ready(process, lambda: _answers(port))
    return PrivateValkey(process, port)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False
