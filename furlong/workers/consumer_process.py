"""The consumers by name, and running one with health and metrics over HTTP."""

import asyncio
import socket
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from backoffice.consumer import create_consumer as create_backoffice
from backoffice.metadata import NAME as BACKOFFICE
from backoffice.risk.budgets.allotter import allot_budgets
from consumers.consumer_list import CREATORS
from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from furlong.databases import METADATA
from furlong.install.topics import needed, read_configs, require_retention
from furlong.serve.http_server import serving
from furlong.settings import TopicSettings
from furlong.topic_plans import MESSAGES
from furlong.workers.status import status_app
from subgraphs.kit.live.event_bus import BusMetrics, CustomersChanged
from subgraphs.kit.live.wiring import open_publisher

log = structlog.get_logger(__name__)


def create_consumer(
    name: str,
    database: DatabaseSettings,
    stream: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    *,
    tracing: Tracing | None = None,
    changed: CustomersChanged | None = None,
) -> Consumer:
    """Build a consumer by its subgraph's name; `changed` is called with customers after each commit."""
    if name == BACKOFFICE:
        divide = () if database.cell.own() is None else (partial(allot_budgets, database, database, clock),)
        return create_backoffice(database, stream, registry, clock, tracing, companions=divide)
    return CREATORS[name](database, stream, registry, clock, tracing, changed=changed)


async def check_retention(
    name: str, database: DatabaseSettings, stream: StreamSettings, settings: TopicSettings
) -> None:
    """Check that topics keep messages for long enough; if the broker does not say, only log that.

    Raises:
        TooShort: A topic keeps them too briefly.
    """
    if not settings.check or name == BACKOFFICE:
        return
    try:
        configs = await read_configs(stream.bootstrap, [plan.name for plan in MESSAGES])
        grace = await longest_grace(database, name)
    except (KafkaError, SQLAlchemyError, OSError, NotImplementedError) as fault:
        log.info("topic_retention_unknown", fault=repr(fault))
        return
    require_retention(configs, needed(settings, grace))


async def longest_grace(settings: DatabaseSettings, name: str) -> timedelta:
    """Return the longest grace of all schemes in a subgraph's database; none if it has no schemes."""
    scheme = METADATA[name].tables.get("scheme")
    if scheme is None:
        return timedelta(0)
    database = Database.open(settings, name)
    try:
        async with database.read() as connection:
            minutes = await connection.scalar(select(func.max(scheme.c.grace_minutes)))
    finally:
        await database.close()
    return timedelta(minutes=minutes or 0)


async def run_consumer(
    name: str,
    database: DatabaseSettings,
    stream: StreamSettings,
    listener: socket.socket | None,
    stop: asyncio.Event,
    *,
    clock: Clock,
    topics: TopicSettings | None = None,
    tracing: Tracing | None = None,
) -> None:
    """Run a consumer until `stop` is set, with `/health` and `/metrics` on the listener.

    Raises:
        TooShort: A topic keeps its messages for less time than it takes to notice the loss of a database.
        Exception: The error with which the consumer ended.
    """
    await check_retention(name, database, stream, topics or TopicSettings())
    registry = CollectorRegistry()
    bus = open_publisher()
    changed = None
    if bus is not None:
        await bus.start()
        registry.register(BusMetrics(bus))
        changed = bus.customers_changed
    consumer = create_consumer(name, database, stream, registry, clock, tracing=tracing, changed=changed)
    running = asyncio.create_task(consumer.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        if listener is None:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        else:
            async with serving(_status(consumer, registry, clock), listener):
                await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        await consumer.stop()
        if bus is not None:
            await bus.close()
        await asyncio.wait({running})
    if not running.cancelled():  # it is cancelled if it does not stop soon, such as before it has joined
        running.result()


def _status(consumer: Consumer, registry: CollectorRegistry, clock: Clock) -> FastAPI:
    async def health() -> Mapping[str, object]:
        state = consumer.health()
        return {
            "live": state.live,
            "consuming": state.consuming,
            "kafka": state.kafka,
            "database": state.database,
            "lag": state.lag,
            "detail": state.detail,
            **rehearsal_marks(clock),
        }

    return status_app("consumer", health, registry)
