"""Commands that do what nobody asks for: publish what waits, pay, keep weeks, settle what is in doubt."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import typer
from pydantic import ValidationError

from furlong import ready_file
from furlong.commands import fulfilment, week
from furlong.commands.options import database_settings, fail, log_to_stderr, stream_settings
from furlong.recovering import recover_changes
from furlong.relaying import relay_outboxes
from furlong.stopping import stop_on_signals
from subgraphs.kit.settings import UpstreamSettings

cli = typer.Typer(no_args_is_help=True, help="Work in the background, until stopped; safe on several nodes.")


@cli.callback()
def worker_group() -> None:
    """Keeps each worker a command of its own."""


cli.command("fulfilment")(fulfilment.worker)
cli.command("weeks")(week.worker)


@cli.command()
def outbox() -> None:
    """Publish what the subgraphs have to tell one another: one node at a time does it, others stand by."""
    log_to_stderr()
    asyncio.run(_until_stopped(relay_outboxes(database_settings(), stream_settings())))


@cli.command()
def intents() -> None:
    """Settle changes that were left in doubt: one node at a time does it, others stand by."""
    log_to_stderr()
    asyncio.run(_until_stopped(recover_changes(database_settings(), _upstream_settings())))


def _upstream_settings() -> UpstreamSettings:
    """The configured upstream, else that of the demo that runs in this folder."""
    try:
        configured = UpstreamSettings()
    except ValidationError as error:
        fail(error)
    demo = ready_file.read()
    if demo and "url" not in configured.model_fields_set:
        return configured.model_copy(update={"url": demo.upstream})
    return configured


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    with stop_on_signals() as stop:
        running = asyncio.create_task(work)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
