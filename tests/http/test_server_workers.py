"""The server in several processes: they share the port, and stop together."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from gateway.http.server.lifecycle.workers import (
    HANGING_SECONDS,
    PING_SECONDS,
    START_SECONDS,
    Worker,
    Workers,
)
from tests.http.busy_clients import BusyClients

PATIENCE_SECONDS = 180.0
ROOT = Path(__file__).resolve().parents[2]
APP = """
import asyncio
import os
import signal

told = []

async def app(scope, receive, send):
    if scope["type"] == "http":
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, told.append, 1)
        body = f"{os.getpid()} {len(told)}".encode()
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
"""
SERVE = """
import sys
from gateway.http.server import ClientLimits, StopTimes, configured, listen, run

if __name__ == "__main__":
    listener = listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    times = StopTimes(drain_seconds=0.5, finish_seconds=60)
    run(configured("application:app", ClientLimits(), workers=int(sys.argv[1]), stop_times=times), listener)
"""


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_server_answers_and_stops_when_it_is_told(tmp_path: Path, workers: int) -> None:
    """All its processes end with it, by the signal that service managers send, and no request is lost."""
    (tmp_path / "application.py").write_text(APP)
    (tmp_path / "serve.py").write_text(SERVE)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(  # noqa: ASYNC220 - it starts within milliseconds
            [sys.executable, "serve.py", str(workers)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            worker = await answering_worker(port)
            if workers > 1:
                first, worker = worker, await kill_and_ask(worker, port)
                second, worker = worker, await kill_and_ask(worker, port)
                assert len({first, second, worker}) == 3  # of two workers, so one was replaced
            process.send_signal(signal.SIGHUP)
            await until_told(worker, port)
            clients = BusyClients(port, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            async with clients.busy(8):
                await clients.until_answered(200)
                process.send_signal(signal.SIGTERM)
                status = f"http://127.0.0.1:{port}/ready"
                async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient() as client:
                    while (await client.get(status)).status_code != httpx.codes.SERVICE_UNAVAILABLE:
                        pass
            assert process.wait(PATIENCE_SECONDS) == 0
            assert clients.failures == []
        finally:
            process.kill()
    assert (worker == process.pid) == (workers == 1)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


async def answering_worker(port: int) -> int:
    """The process that answers a request."""
    return (await answer(port))[0]


async def answer(port: int) -> tuple[int, int]:
    """The process that answers a request, and how often it was told to reload."""
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        worker, told = (await client.get(f"http://127.0.0.1:{port}/")).text.split()
        return int(worker), int(told)


async def until_told(worker: int, port: int) -> None:
    """Wait until a worker has heard that it shall reload."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await answer(port) != (worker, 1):
            pass


async def kill_and_ask(worker: int, port: int) -> int:
    """Kill a worker, and return one that answers after that."""
    os.kill(worker, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (answering := await answering_worker(port)) != worker:
                    return answering


class Pings:
    """The supervisor's end of a pipe to a worker, which answers when the test says."""

    def __init__(self) -> None:
        self.asked = 0
        self.answered = 0

    def send(self, _: None) -> None:
        """Note a question."""
        self.asked += 1

    def poll(self) -> bool:
        """Whether there is an answer."""
        return self.answered > 0

    def recv(self) -> None:
        """Take the answer."""
        self.answered -= 1


@dataclass
class Watched:
    """A worker without a process, at which its supervisor looks.

    Attributes:
        now: The supervisor's time.
    """

    now: float = 0.0
    pings: Pings = field(default_factory=Pings)
    worker: Worker = field(default_factory=lambda: object.__new__(Worker))

    def __post_init__(self) -> None:
        self.worker._now, self.worker._pings = lambda: self.now, cast("Any", self.pings)
        self.worker._asked_at, self.worker._looked_at, self.worker._patience = None, 0.0, START_SECONDS

    def hangs_within(self, seconds: float) -> bool:
        """Whether the worker is found to hang at any look of so many seconds."""
        end = self.now + seconds
        while self.now < end:
            self.now += PING_SECONDS
            if self.worker.hangs():
                return True
        return False


def test_a_worker_hangs_only_if_it_has_not_answered_for_long() -> None:
    """It may take minutes to start, where a machine is slow; once it serves, half a minute is too long."""
    watched = Watched()
    assert not watched.worker.hangs()
    assert not watched.hangs_within(START_SECONDS)
    assert watched.pings.asked == 1
    watched.pings.answered = 1
    assert not watched.worker.hangs()
    assert watched.pings.asked == 2
    assert not watched.hangs_within(HANGING_SECONDS)
    assert watched.hangs_within(PING_SECONDS)


def test_a_worker_does_not_hang_because_its_machine_stood_still() -> None:
    """The supervisor may run again before its workers can answer; one that really hangs is still noticed."""
    watched = Watched()
    watched.pings.answered = 1
    watched.worker.hangs()
    assert not watched.hangs_within(PING_SECONDS)
    watched.now += 10 * START_SECONDS
    assert not watched.hangs_within(HANGING_SECONDS - 2 * PING_SECONDS)
    assert watched.hangs_within(HANGING_SECONDS)


class StandingStill(Workers):
    """A supervisor that stands still while it waits, and whose worker ends after that.

    Attributes:
        now: Its time.
    """

    now = 0.0

    def monotonic(self) -> float:
        """The time."""
        return self.now

    def _signals(self, seconds: float, wakes: Iterable[Worker]) -> bytes:
        assert list(wakes)
        if self.now:
            self._workers.clear()
        self.now += seconds + PATIENCE_SECONDS
        return b""


def test_time_in_which_the_machine_stood_still_leaves_a_worker_its_time_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The supervisor waits on, instead of killing a worker that has requests in progress."""
    supervisor = object.__new__(StandingStill)
    supervisor._workers = [cast("Any", SimpleNamespace(process=multiprocessing.current_process()))]
    monkeypatch.setattr("gateway.http.server.lifecycle.workers.time", supervisor)
    assert supervisor._until_ended(PATIENCE_SECONDS) is None
    assert not supervisor._workers
