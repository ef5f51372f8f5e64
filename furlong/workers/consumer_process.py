"""The consumers by name, and running one with health and metrics over HTTP."""

import asyncio
import socket
from datetime import timedelta

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from consumers.club.wiring import create_consumer as create_club
from consumers.fulfilment.wiring import create_consumer as create_fulfilment
from consumers.progress.wiring import create_consumer as create_progress
from consumers.rewards.wiring import create_consumer as create_rewards
from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from furlong.databases import METADATA
from furlong.install.topic_retention import needed, read_configs, require_retention
from furlong.install.topics import MESSAGES
from furlong.serve.http_server import serving
from furlong.settings import TopicSettings
from storage.clock import Clock
from storage.database import Database
from storage.rehearsal import rehearsal_marks
from storage.settings import DatabaseSettings
from tracing import Tracing

log = structlog.get_logger(__name__)


def create_consumer(
    name: str,
    database: DatabaseSettings,
    stream: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    *,
    tracing: Tracing | None = None,
) -> Consumer:
    """Build a consumer by its subgraph's name."""
    creators = {
        "club": create_club,
        "rewards": create_rewards,
        "progress": create_progress,
        "fulfilment": create_fulfilment,
    }
    return creators[name](database, stream, registry, clock, tracing)


async def check_retention(
    name: str, database: DatabaseSettings, stream: StreamSettings, settings: TopicSettings
) -> None:
    """Check that topics are kept for long enough; if the broker does not say, only log that.

    Raises:
        TooShort: a topic is not.
    """
    if not settings.check:
        return
    try:
        configs = await read_configs(stream.bootstrap, [plan.name for plan in MESSAGES])
        grace = await longest_grace(database, name)
    except (KafkaError, SQLAlchemyError, OSError, NotImplementedError) as fault:
        log.info("topic_retention_unknown", fault=repr(fault))
        return
    require_retention(configs, needed(settings, grace))


async def longest_grace(settings: DatabaseSettings, name: str) -> timedelta:
    """Return the longest grace of all schemes in a subgraph's database."""
    database = Database.open(settings, name)
    scheme = METADATA[name].tables["scheme"]
    try:
        async with database.home.read() as connection:
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
        TooShort: a topic keeps its messages for less time than it takes to notice the loss of a database.
        Exception: the error with which the consumer ended.
    """
    await check_retention(name, database, stream, topics or TopicSettings())
    registry = CollectorRegistry()
    consumer = create_consumer(name, database, stream, registry, clock, tracing=tracing)
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
        await running


def _status(consumer: Consumer, registry: CollectorRegistry, clock: Clock) -> FastAPI:
    app = FastAPI(title="Furlong consumer", openapi_url=None)

    @app.get("/health")
    async def health(response: Response) -> dict[str, object]:
        """Return 503 if the process should be restarted; 200 also while it waits for Kafka or database."""
        state = consumer.health()
        response.status_code = 200 if state.live else 503
        return {
            "live": state.live,
            "consuming": state.consuming,
            "kafka": state.kafka,
            "database": state.database,
            "lag": state.lag,
            "detail": state.detail,
            **rehearsal_marks(clock),
        }

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app
