"""The feed worker: copies the platform's feeds to the progress topic; health and metrics over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from consumers.feeds.delivery.feed_worker import FeedWorker
from consumers.feeds.delivery.forwarder import FeedMetrics
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from furlong.serve.http_server import serving
from furlong.workers.status import status_app

log = structlog.get_logger(__name__)


def create_feed_workers(
    feeds: Sequence[AnyFeed], settings: FeedSettings, stream: StreamSettings, registry: CollectorRegistry
) -> list[FeedWorker]:
    """Build a worker for each feed; no other workers may use `registry`."""
    metrics = FeedMetrics(registry)
    return [FeedWorker(feed, settings.topic(feed), stream, metrics) for feed in feeds]


async def run_feeds(
    workers: Sequence[FeedWorker],
    registry: CollectorRegistry,
    listener: socket.socket | None,
    stop: asyncio.Event,
) -> None:
    """Copy feeds until `stop` is set or a feed ends, with `/health` and `/metrics` on the listener.

    Raises:
        Exception: The error with which a feed ended.
    """
    stopping = asyncio.create_task(stop.wait())
    running = [asyncio.create_task(worker.run(), name=worker.group) for worker in workers]
    try:
        async with AsyncExitStack() as stack:
            if listener is not None:
                await stack.enter_async_context(serving(_status(workers, registry), listener))
            await asyncio.wait({stopping, *running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        await asyncio.gather(*(worker.stop() for worker in workers))
        ended = await asyncio.gather(*running, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


@asynccontextmanager
async def running_feeds(workers: Sequence[FeedWorker]) -> AsyncIterator[None]:
    """Copy feeds while the block runs; log the error if one ends."""
    running = [asyncio.create_task(_run(worker), name=worker.group) for worker in workers]
    try:
        yield
    finally:
        await asyncio.gather(*(worker.stop() for worker in workers))
        await asyncio.gather(*running, return_exceptions=True)


async def _run(worker: FeedWorker) -> None:
    try:
        await worker.run()
    except Exception:
        log.exception("feed_stopped", feed=worker.feed.name)
        raise


def _status(workers: Sequence[FeedWorker], registry: CollectorRegistry) -> FastAPI:
    async def health() -> Mapping[str, object]:
        states = {worker.feed.name: worker.health() for worker in workers}
        live = all(state.live for state in states.values())
        return {"live": live, "feeds": {name: asdict(state) for name, state in states.items()}}

    return status_app("feeds", health, registry)
