"""The command that publishes what the subgraphs have to tell one another."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import Annotated

import typer

from furlong.commands.db import check_databases
from furlong.commands.options import (
    address,
    database_settings,
    log_to_stderr,
    running_clock,
    stream_settings,
)
from furlong.http_server import listen as open_listener
from furlong.http_server import serving
from furlong.outbox_watch import OutboxWatch, outbox_status
from furlong.relaying import OUTBOXES, relay_outboxes
from furlong.stopping import stop_on_signals


def worker(
    *,
    listen: Annotated[
        str | None, typer.Option(help="HOST:PORT for /health and /metrics; by default none.")
    ] = None,
) -> None:
    """Publish what the subgraphs have to tell one another: one node at a time does it, others stand by."""
    log_to_stderr()
    check_databases()
    asyncio.run(_work(listen))


async def _work(listen: str | None) -> None:
    clock = running_clock()
    listener = open_listener(*address(listen)) if listen else None
    watches = {name: OutboxWatch() for name in OUTBOXES}
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        if listener is not None:
            await stack.enter_async_context(serving(outbox_status(watches, clock), listener))
        running = asyncio.create_task(relay_outboxes(database_settings(), stream_settings(), watches))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
