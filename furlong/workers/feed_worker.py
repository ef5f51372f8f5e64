"""The feed worker: copies the platform's feeds to the progress topic; health and metrics over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from functools import partial

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from consumers.feeds.delivery.feed_worker import FeedWorker
from consumers.feeds.delivery.forwarder import FeedMetrics
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import FeedSettings
from consumers.stream.group.session_supervisor import PERMANENT_KAFKA_ERRORS
from consumers.stream.settings import StreamSettings
from furlong.serve.http_server import serving
from furlong.workers.provider_decisions import ProviderDecisions
from furlong.workers.status import status_app
from furlong.workers.switched_feed import SwitchedFeed, SwitchedFeeds

log = structlog.get_logger(__name__)


def create_feeds(
    feeds: Sequence[AnyFeed], settings: FeedSettings, stream: StreamSettings, registry: CollectorRegistry
) -> SwitchedFeeds:
    """Build what forwards feeds while their switches are on; no other feeds may use `registry`."""
    metrics, switches = FeedMetrics(registry), ProviderDecisions(stream)
    return SwitchedFeeds(
        [
            SwitchedFeed(feed, partial(FeedWorker, feed, settings.topic(feed), stream, metrics), switches)
            for feed in feeds
        ],
        switches,
    )


async def run_feeds(
    switched: SwitchedFeeds,
    registry: CollectorRegistry,
    listener: socket.socket | None,
    stop: asyncio.Event,
) -> None:
    """Copy feeds until `stop` is set or a feed ends, with `/health` and `/metrics` on the listener.

    Raises:
        Exception: The error with which a feed ended.
    """
    stopping = asyncio.create_task(stop.wait())
    following = asyncio.create_task(switched.switches.run(PERMANENT_KAFKA_ERRORS), name="provider-decisions")
    running = [asyncio.create_task(feed.run(), name=feed.feed.provider) for feed in switched.feeds]
    try:
        async with AsyncExitStack() as stack:
            if listener is not None:
                await stack.enter_async_context(serving(_status(switched.feeds, registry), listener))
            await asyncio.wait({stopping, following, *running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        following.cancel()
        await asyncio.gather(*(feed.stop() for feed in switched.feeds))
        ended = await asyncio.gather(following, *running, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


@asynccontextmanager
async def running_feeds(switched: SwitchedFeeds) -> AsyncIterator[None]:
    """Copy feeds while the block runs; log the error if one ends."""
    following = asyncio.create_task(switched.switches.run(), name="provider-decisions")
    running = [asyncio.create_task(_run(feed), name=feed.feed.provider) for feed in switched.feeds]
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(*(feed.stop() for feed in switched.feeds))
        await asyncio.gather(following, *running, return_exceptions=True)


async def _run(feed: SwitchedFeed) -> None:
    try:
        await feed.run()
    except Exception:
        log.exception("feed_stopped", feed=feed.feed.name)
        raise


def _status(feeds: Sequence[SwitchedFeed], registry: CollectorRegistry) -> FastAPI:
    async def health() -> Mapping[str, object]:
        states = {feed.feed.name: feed.health() for feed in feeds}
        live = all(state.live for state in states.values())
        return {"live": live, "feeds": {name: asdict(state) for name, state in states.items()}}

    return status_app("feeds", health, registry)
