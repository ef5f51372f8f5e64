"""Commands that do what nobody asks for: publish what waits, pay, keep weeks, settle what is in doubt."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import typer

from furlong.commands import feeds, fulfilment, outbox, week
from furlong.commands.db import check_databases
from furlong.commands.options import database_settings, log_to_stderr, running_clock, upstream_settings
from furlong.comparing import comparing
from furlong.recovering import recover_changes
from furlong.stopping import stop_on_signals
from storage.clock import Clock
from storage.settings import DatabaseSettings
from subgraphs.kit.settings import UpstreamSettings

cli = typer.Typer(no_args_is_help=True, help="Work in the background, until stopped; safe on several nodes.")


@cli.callback()
def worker_group() -> None:
    """Keeps each worker a command of its own."""


cli.command("fulfilment")(fulfilment.worker)
cli.command("weeks")(week.worker)
cli.command("feeds")(feeds.worker)
cli.command("outbox")(outbox.worker)


@cli.command()
def intents() -> None:
    """Settle changes that were left in doubt, and take over what other channels changed upstream.

    One node at a time does it, others stand by.
    """
    log_to_stderr()
    check_databases("club", "rewards")
    asyncio.run(
        _until_stopped(_settle_and_compare(database_settings(), upstream_settings(), running_clock()))
    )


async def _settle_and_compare(database: DatabaseSettings, upstream: UpstreamSettings, clock: Clock) -> None:
    async with comparing(database, upstream, clock):
        await recover_changes(database, upstream, clock)


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    with stop_on_signals() as stop:
        running = asyncio.create_task(work)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
