"""Commands that do what nobody asks for: publish what waits in the outboxes."""

import asyncio
from contextlib import suppress

import typer

from furlong.commands import fulfilment
from furlong.commands.options import database_settings, log_to_stderr, stream_settings
from furlong.relaying import relay_outboxes
from furlong.stopping import stop_on_signals

cli = typer.Typer(no_args_is_help=True, help="Work in the background, until stopped; safe on several nodes.")


@cli.callback()
def worker_group() -> None:
    """Keeps each worker a command of its own."""


cli.command("fulfilment")(fulfilment.worker)


@cli.command()
def outbox() -> None:
    """Publish what the subgraphs have to tell one another: one node at a time does it, others stand by."""
    log_to_stderr()
    asyncio.run(_outbox())


async def _outbox() -> None:
    with stop_on_signals() as stop:
        running = asyncio.create_task(relay_outboxes(database_settings(), stream_settings()))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
