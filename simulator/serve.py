"""Serves the squad's API over HTTP while a block lasts, beside whatever else the process does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from simulator.faults import Faults
from simulator.record import Record
from simulator.upstream import create_upstream
from simulator.world import World
from storage.clock import Clock

SECONDS_TO_FINISH_REQUESTS = 2
BACKLOG = 128


@asynccontextmanager
async def serving_upstream(
    world: World,
    record_file: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    keeps_keys: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[str]:
    """Serve the API over the record in a file, and tell its address. Port 0 is any free one.

    Without `keeps_keys` it is an upstream that does every request anew, whatever its key.
    Requests that come before it is up wait at the socket. At the end, what hangs on purpose is released.

    Raises:
        OSError: if the address is taken.
    """
    faults = Faults()
    with Record(record_file, keeps_keys=keeps_keys) as record, listen(host, port) as listener:
        config = uvicorn.Config(
            create_upstream(record, world, faults, clock),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH_REQUESTS,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            faults.release()
            server.should_exit = True
            await serving


def listen(host: str, port: int) -> socket.socket:
    """Take an address. What is accepted there sends without delay.

    asyncio would see to that only for sockets that were made with the protocol's number; without it, each
    answer waits some 40 ms for the client's acknowledgement of its headers.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: in the demo it is one part of a process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
