"""Several processes that accept from one socket, and the supervisor that replaces and stops them."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from uvicorn.config import STARTUP_FAILURE

from gateway.http.server.lifecycle.config import ServerConfig
from gateway.http.server.lifecycle.server import STOP_AT_ONCE, Server, refuse_new_connections

PING_SECONDS: Final = 1.0
START_SECONDS: Final = 300.0
"""How long a worker may take until its first answer, even on a slow machine: it has to import the product."""

HANGING_SECONDS: Final = 30.0
"""How long a serving worker may leave the supervisor without an answer."""

STOPPING_SECONDS: Final = 5.0
"""How much longer than its stop time a worker may take."""

SPAWNING: Final = multiprocessing.get_context("spawn")
"""A fork would copy threads and locks of the supervisor."""


def serve_in_worker(config: ServerConfig, listener: socket.socket, pings: Connection) -> None:
    """Serve in a worker process until the supervisor says to stop, or ends."""
    config.configure_logging()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # even before the server runs and if there is nothing to reload
    server = Server(config, shares_socket=True)
    threading.Thread(target=_answer_pings, args=(pings,), daemon=True).start()
    threading.Thread(target=_stop_with_supervisor, daemon=True).start()
    server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def _answer_pings(pings: Connection) -> None:
    with suppress(EOFError, OSError):
        while True:
            pings.recv()
            pings.send(None)


def _stop_with_supervisor() -> None:
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), STOP_AT_ONCE)


class Worker:
    """A worker process, as the supervisor sees it.

    Args:
        config: The configuration.
        listener: The listening socket.
        now: Returns the time in seconds.
    """

    def __init__(
        self, config: ServerConfig, listener: socket.socket, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._asked_at: float | None = None
        self._looked_at = now()
        self._patience = START_SECONDS
        self._pings, theirs = SPAWNING.Pipe()
        self.process = SPAWNING.Process(target=serve_in_worker, args=(config, listener, theirs))
        self.process.start()
        theirs.close()

    def hangs(self) -> bool:
        """Return whether the worker has not answered for too long; does not wait for an answer.

        Time in which the supervisor itself stood still does not count: most often the whole machine did.
        """
        now = self._now()
        late = max(0.0, now - self._looked_at - PING_SECONDS)
        self._looked_at = now
        try:
            if self._asked_at is not None and self._pings.poll():
                self._pings.recv()
                self._asked_at, self._patience = None, HANGING_SECONDS
            if self._asked_at is None:
                self._pings.send(None)
                self._asked_at = now
            else:
                self._asked_at += late
        except (EOFError, OSError):
            return True
        return now - self._asked_at > self._patience

    def signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.process.exitcode is None and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.join()


class Workers:
    """The supervisor of the workers.

    It replaces workers that have ended or hang, and passes on SIGHUP, on which applications reload. On
    SIGTERM or SIGINT it stops all workers gracefully; on a second signal, at once.
    """

    def __init__(self, config: ServerConfig, listener: socket.socket) -> None:
        self._config, self._listener = config, listener
        self._workers: list[Worker] = []
        self._noted, noting = socket.socketpair()
        for sock in (self._noted, noting):
            sock.setblocking(False)
        self._noting = noting

    def run(self) -> None:
        """Supervise until SIGINT or SIGTERM.

        Raises:
            SystemExit: A worker failed to start, or a second signal ended the workers at once.
        """
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, lambda _number, _frame: None) for number in numbers}
        # Handlers in Python could interrupt anything; the interpreter's own writes the number to this socket.
        wakeup = signal.set_wakeup_fd(self._noting.fileno())
        try:
            self._workers = [self._start() for _ in range(self._config.workers)]
            self._stop(self._supervise())
        finally:
            for worker in self._workers:
                worker.kill()
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start(self) -> Worker:
        return Worker(self._config, self._listener)

    def _supervise(self) -> int:
        """Keep the workers alive until a signal to stop arrives, and return it."""
        while True:
            for number in self._signals(PING_SECONDS, wakes=self._workers):
                if number != signal.SIGHUP:
                    return number
                self._signal_all(signal.SIGHUP)
            for place, worker in enumerate(self._workers):
                if worker.process.is_alive() and not worker.hangs():
                    continue
                worker.kill()
                if worker.process.exitcode == STARTUP_FAILURE:
                    raise SystemExit(STARTUP_FAILURE)  # it would fail again
                self._workers[place] = self._start()

    def _stop(self, number: int) -> None:
        """Stop all workers.

        Raises:
            SystemExit: A second signal ended them at once.
        """
        times = self._config.stop_times
        second = None
        if number == signal.SIGTERM:
            self._signal_all(signal.SIGTERM)
            second = self._until_ended(times.drain_seconds)
        refuse_new_connections(self._listener)
        if number != signal.SIGTERM:
            self._signal_all(STOP_AT_ONCE)
        self._listener.close()
        second = second or self._until_ended(times.finish_seconds + STOPPING_SECONDS)
        if second is not None:
            self._signal_all(signal.SIGTERM)
            self._until_ended(STOPPING_SECONDS)
            raise SystemExit(128 + second)

    def _until_ended(self, seconds: float) -> int | None:
        """Wait until all workers have ended, or time is up; return a signal that arrives before that.

        Time in which the supervisor itself stood still does not count, as it does not for its workers.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            living = [worker for worker in self._workers if worker.process.is_alive()]
            if not living:
                break
            pause = min(left, PING_SECONDS)
            due = time.monotonic() + pause
            for number in self._signals(pause, wakes=living):
                if number != signal.SIGHUP:
                    return number
            late = time.monotonic() - due
            end += late if late > PING_SECONDS else 0.0  # no more than a worker gives back
        return None

    def _signal_all(self, number: int) -> None:
        for worker in self._workers:
            worker.signal(number)

    def _signals(self, seconds: float, wakes: Iterable[Worker]) -> bytes:
        """Wait for signals or the end of a worker, and return the numbers of the signals received."""
        sentinels = [wake.process.sentinel for wake in wakes]
        multiprocessing.connection.wait([self._noted, *sentinels], seconds)
        try:
            return self._noted.recv(64)
        except BlockingIOError:
            return b""
