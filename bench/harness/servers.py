"""Start servers as their users do: as processes of their own, with their settings, on their core."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.harness.cores import cpu_seconds, raise_priority
from bench.harness.standstill import wait_for
from tools.local_chromium import LocalChromium, find_chromium
from tools.private_mariadb import start_mariadb
from tools.server_process import (
    ServerProcess,
    ServiceFailedError,
    ServiceMissingError,
    free_port,
    start_process,
    wait_until_ready,
)

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
__all__ = [
    "PROGRAMS",
    "ROOT",
    "LocalChromium",
    "Server",
    "Servers",
    "ServiceFailedError",
    "ServiceMissingError",
    "find_chromium",
    "free_port",
    "furlong",
    "running_servers",
    "start_mariadb",
]


@dataclass(frozen=True, slots=True)
class Server:
    """A started server.

    Attributes:
        port: Its port on 127.0.0.1.
        ready_after: Seconds from its start until it answered.
    """

    process: ServerProcess
    port: int
    ready_after: float

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and its children."""
        return cpu_seconds(self.process.pid)


@dataclass(slots=True)
class Servers:
    """The servers of a benchmark; the last one started is stopped first.

    Attributes:
        folder: Their working directory, and the folder of their logs.
    """

    folder: Path
    started: list[Server] = field(default_factory=list)

    def start(
        self, name: str, command: Sequence[str], port: int, settings: Mapping[str, str] | None = None
    ) -> Server:
        """Start a server with environment variables and wait until it answers HTTP with any status.

        Raises:
            ServiceFailedError: It ended first; the message contains the end of its log.
        """
        begun = time.monotonic()
        with _environment(settings or {}):
            process = start_process(command, self.folder, self.folder / f"{name}.log", tied=True)
        wait_for(f"{name} to answer", process.log)
        raise_priority(process.pid)
        try:
            wait_until_ready(process, lambda: _answers(port))
        except BaseException:
            process.stop()
            raise
        server = Server(process, port, time.monotonic() - begun)
        self.started.append(server)
        return server

    def stop_last(self) -> None:
        """Stop the server that was started last."""
        self.started.pop().process.stop()

    def stop(self) -> None:
        """Stop all servers."""
        while self.started:
            self.stop_last()


@contextlib.contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Stop the servers at the end of the block; if it failed, print the ends of their logs."""
    servers = Servers(folder)
    try:
        yield servers
    except Exception:
        for server in servers.started:
            print(f"--- {server.process.log.name}\n{server.process.log_tail()}", file=sys.stderr)
        raise
    finally:
        servers.stop()


def furlong(*arguments: str) -> list[str]:
    """Return the command line of a `furlong` command."""
    return [str(PROGRAMS / "furlong"), *arguments]


def _answers(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/health", timeout=1)
    except httpx.TransportError:
        return False
    return True


@contextlib.contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Replace the user's settings for processes that are started in the block."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("FURLONG_")]:
        del os.environ[name]
    os.environ.update({"FURLONG_GATEWAY_DRAIN_SECONDS": "0", **settings})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
