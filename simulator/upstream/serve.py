"""Serves the squad's API over HTTP while a block lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from foundation.storage.clock import Clock
from simulator.server import listen, serving
from simulator.upstream.api import create_upstream
from simulator.upstream.faults import Faults
from simulator.upstream.record import Record
from simulator.world import World


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
    """Serve the API over the record in a file, and yield its URL.

    Args:
        world: The brands, rewards and customers that the squad knows.
        record_file: The file of the record; it is created if it is missing.
        host: The address to listen on.
        port: 0 for any free port.
        keeps_keys: Without it, the upstream carries out every request, whatever its idempotency key.
        clock: Product time; by default the machine's.

    Raises:
        OSError: The address is taken.
    """
    faults = Faults()
    with Record(record_file, keeps_keys=keeps_keys) as record, listen(host, port) as listener:
        app = create_upstream(record, world, faults, clock)
        async with serving(app, listener, before_stop=faults.hanging.release) as url:
            yield url
