"""`furlong worker …`: background work, one command per worker."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foundation.background import cancel_until_ended
from furlong.cli.long_work import stop_on_signals
from furlong.cli.operations.fulfilment import open_fulfilment
from furlong.cli.options import (
    address,
    cdn_settings,
    database_settings,
    fail,
    log_to_stderr,
    running_clock,
    stream_settings,
    upstream_settings,
)
from furlong.cli.own_databases import check_databases
from subgraphs.block_list import BLOCKS

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from foundation.storage.settings import DatabaseSettings
    from furlong.workers.status import RoundStatus
    from subgraphs.kit.settings import UpstreamSettings

cli = typer.Typer(no_args_is_help=True, help="Background work, until stopped; safe on several nodes.")
Listen = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where to serve /health and /metrics.")]


@cli.callback()
def worker_group() -> None:
    """Make each worker a subcommand."""


@cli.command()
def fulfilment(
    *,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to serve /health, /metrics and /callbacks."),
    ] = None,
) -> None:
    """Pay confirmed rewards through the providers, until stopped. Safe on several nodes."""
    from furlong.serve.http_server import listen as open_listener
    from furlong.workers.catch_up import gate_of
    from furlong.workers.fulfilment_worker import run_fulfilment
    from subgraphs.fulfilment.errors import ProviderConfigError

    log_to_stderr()
    check_databases("fulfilment", stream=stream_settings())

    async def work() -> None:
        listener = open_listener(*address(listen)) if listen else None
        process = open_fulfilment(running_clock(), database_settings())
        try:
            await process.worker.prepare(asyncio.Event())
        except ProviderConfigError:
            await process.close()
            raise
        with _stopped_by_signals() as stop:
            gate = gate_of("fulfilment", database_settings(), stream_settings(), running_clock())
            await run_fulfilment(process, listener, stop, gate)

    try:
        asyncio.run(work())
    except (ProviderConfigError, OSError) as error:
        fail(error)


@cli.command()
def weeks(*, listen: Listen = None) -> None:
    """Open weeks, make them provisional, close them and confirm qualifications, until stopped.

    In a cell, the worker also counts the cell's weeks for the back office.
    """
    from backoffice.risk.figures.cell_counting import counting_cell
    from furlong.workers.week_worker import WeekWorker

    log_to_stderr()
    settings = database_settings()
    names = () if settings.cell.own() else ("progress", "rewards")
    check_databases(*names, stream=stream_settings())

    async def work() -> None:
        clock, stream = running_clock(), stream_settings()
        worker = WeekWorker.open(settings, clock, stream)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(worker.close)
            stop = stack.enter_context(_stopped_by_signals())
            await _serve_status(stack, worker.status, clock, listen)
            await stack.enter_async_context(counting_cell(settings, stream, clock))
            await worker.run(stop)

    asyncio.run(work())


@cli.command()
def feeds(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Which feeds; by default all that are configured."),
    ] = None,
    listen: Listen = None,
) -> None:
    """Copy the platform's feeds to the progress topic, until stopped. Any number of nodes may do it.

    The exit status is 3 if a feed seems to be broken (too many dead letters), 4 if a position does not fit
    the broker's records, 5 if records do not arrive, and 1 for every other error.
    """
    from aiokafka.errors import KafkaError
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from consumers.feeds.settings import UnknownFeed
    from consumers.stream.errors import Halt, Stalled

    log_to_stderr()
    try:
        asyncio.run(_carry_feeds(names or [], listen))
    except (Halt, Stalled) as error:
        typer.echo(f"furlong: a feed stopped: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except (UnknownFeed, ValidationError, SettingsError, OSError, KafkaError) as error:
        fail(error)


async def _carry_feeds(names: list[str], listen: str | None) -> None:
    from prometheus_client import CollectorRegistry

    from consumers.feeds.settings import FeedSettings, find
    from furlong.serve.http_server import listen as open_listener
    from furlong.workers.feed_worker import create_feeds, run_feeds

    settings, registry = FeedSettings(), CollectorRegistry()
    chosen = find(names) if names else settings.feeds()
    if not chosen:
        fail("no feed is configured: name some in FURLONG_FEEDS_ADAPTERS")
    listener = open_listener(*address(listen)) if listen else None
    with _stopped_by_signals() as stop:
        await run_feeds(create_feeds(chosen, settings, stream_settings(), registry), registry, listener, stop)


@cli.command()
def outbox(*, listen: Listen = None) -> None:
    """Publish facts of subgraphs and decisions of the back office.

    One node is active, the others are standbys.
    """
    log_to_stderr()
    check_databases(stream=stream_settings())
    asyncio.run(_publish_outboxes(listen))


async def _publish_outboxes(listen: str | None) -> None:
    from backoffice.run_publisher import running_publisher
    from foundation.tracing import recording
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.outbox_worker import OUTBOXES, outbox_status_app, run_outbox_worker
    from subgraphs.kit.records.outbox_relay import OutboxStatus

    clock = running_clock()
    listener = open_listener(*address(listen)) if listen else None
    statuses = {name: OutboxStatus() for name in OUTBOXES}
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(_stopped_by_signals())
        if listener is not None:
            await stack.enter_async_context(serving(outbox_status_app(statuses, clock), listener))
        tracing = await stack.enter_async_context(recording("furlong-outbox"))
        tracer = None if tracing is None else tracing.tracer
        settings, stream = database_settings(), stream_settings()
        await stack.enter_async_context(running_publisher(settings, stream, clock))
        await run_until(stop, run_outbox_worker(settings, stream, statuses, tracer))


@cli.command()
def intents(*, listen: Listen = None) -> None:
    """Settle changes whose outcome is unknown, and adopt changes that other channels made upstream.

    One node is active, the others are standbys.
    """
    log_to_stderr()
    check_databases("club", "rewards")
    asyncio.run(_settle_and_compare(database_settings(), upstream_settings(), running_clock(), listen))


@cli.command()
def purges(*, listen: Listen = None) -> None:
    """Remove responses from the CDNs in FURLONG_CDN_URLS when a decision makes them obsolete."""
    from furlong.workers.cdn_purge_worker import run_purges
    from furlong.workers.status import RoundStatus

    log_to_stderr()
    settings, status = cdn_settings(), RoundStatus("purges")
    if not settings.urls:
        fail("no CDN is configured: name some in FURLONG_CDN_URLS")

    async def work() -> None:
        async with AsyncExitStack() as stack:
            stop = stack.enter_context(_stopped_by_signals())
            await _serve_status(stack, status, running_clock(), listen)
            await run_until(stop, run_purges(settings, stream_settings().bootstrap, status))

    asyncio.run(work())


def _add_worker(block: str, name: str) -> None:
    """Add the command of a worker that a block declares."""
    command = f"{block}-{name}"

    def run(*, listen: Listen = None) -> None:
        log_to_stderr()
        check_databases(block, stream=stream_settings())
        asyncio.run(_work_in_rounds(command, listen))

    cli.command(command, help=f"Do the {name} of the block {block}, until stopped.")(run)


for declared in BLOCKS:
    for worker_name in declared.workers:
        _add_worker(declared.name, worker_name)


async def _work_in_rounds(name: str, listen: str | None) -> None:
    from furlong.neighbours import NEIGHBOURS
    from furlong.workers.rounds import BLOCK_WORKERS
    from furlong.workers.status import RoundStatus
    from subgraphs.kit.live.wiring import publishing
    from subgraphs.kit.rounds import WorkerParts

    status = RoundStatus(name)
    async with AsyncExitStack() as stack:
        changed = await stack.enter_async_context(publishing())
        parts = WorkerParts(database_settings(), running_clock(), changed, neighbours=NEIGHBOURS)
        stop = stack.enter_context(_stopped_by_signals())
        await _serve_status(stack, status, parts.clock, listen)
        await BLOCK_WORKERS[name].run(parts, stream_settings(), stop, status)


async def _settle_and_compare(
    database: DatabaseSettings, upstream: UpstreamSettings, clock: Clock, listen: str | None
) -> None:
    from furlong.workers.recovery_worker import run_recovery
    from furlong.workers.status import RoundStatus
    from furlong.workers.upstream_reconciliation import running_reconciliation
    from subgraphs.kit.live.wiring import publishing

    status = RoundStatus("intents")

    async def work() -> None:
        async with (
            publishing() as changed,
            running_reconciliation(database, upstream, clock, changed=changed),
        ):
            await run_recovery(database, upstream, clock, changed=changed, status=status)

    async with AsyncExitStack() as stack:
        stop = stack.enter_context(_stopped_by_signals())
        await _serve_status(stack, status, clock, listen)
        await run_until(stop, work())


async def _serve_status(stack: AsyncExitStack, status: RoundStatus, clock: Clock, listen: str | None) -> None:
    """Serve a worker's health and metrics until the stack is closed, if an address is given."""
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.status import round_status_app

    if listen is not None:
        listener = open_listener(*address(listen))
        await stack.enter_async_context(serving(round_status_app(status, clock), listener))


async def run_until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Run work until it ends or `stop` is set."""
    running = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await cancel_until_ended(running)
    with suppress(asyncio.CancelledError):
        await running


@contextmanager
def _stopped_by_signals() -> Iterator[asyncio.Event]:
    """Exempt what the worker has started with from collection, and yield an event that signals set."""
    from foundation.garbage_collection import freeze_long_lived_objects

    freeze_long_lived_objects()
    with stop_on_signals() as stop:
        yield stop
