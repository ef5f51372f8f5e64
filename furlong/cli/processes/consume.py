"""`furlong consume`: one consumer as a process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Final

import typer

from furlong.cli.long_work import stop_on_signals
from furlong.cli.options import (
    address,
    analytics_settings,
    database_settings,
    fail,
    log_to_stderr,
    running_clock,
    stream_settings,
    topic_settings,
)
from furlong.cli.own_databases import check_databases
from furlong.database_names import DATABASES

ANALYTICS: Final = "analytics"
KEY_CHARACTERS: Final = 32

if TYPE_CHECKING:
    from analytics.settings import AnalyticsSettings
    from consumers.stream.settings import StreamSettings
    from foundation.storage.settings import DatabaseSettings


def consume(
    *,
    name: Annotated[
        str, typer.Argument(help=f"Whose tables to fill: {', '.join(DATABASES)} or {ANALYTICS}.")
    ],
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to serve /health and /metrics.")
    ] = None,
) -> None:
    """Consume a subgraph's topics into its tables, or all topics into the store of analytics, until stopped.

    The exit status is 3 if a producer seems to be broken (too many dead letters), 4 if a stored position does
    not fit the broker's records, 5 if records do not arrive, 6 if database
    or partitions are another cell's, and 1 for every other error.
    """
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from consumers.stream.database.retry import cause
    from consumers.stream.errors import Halt, Stalled
    from furlong.install.topics import TooShort

    if name == ANALYTICS:
        _fill_analytics(listen)
        return
    if name not in DATABASES:
        fail(f"there is no consumer {name!r}; there are {', '.join(DATABASES)} and {ANALYTICS}")
    log_to_stderr()
    stream = stream_settings()
    database = database_settings().entering_closed()
    check_databases(name, stream=stream, settings=database)
    try:
        asyncio.run(_consume(name, database, stream, listen))
    except (Halt, Stalled) as error:
        typer.echo(f"furlong: the consumer stopped: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except TooShort as error:
        fail(error)
    except (OSError, KafkaError, SQLAlchemyError) as error:
        fail(f"the consumer stopped: {cause(error)}")


async def _consume(name: str, database: DatabaseSettings, stream: StreamSettings, listen: str | None) -> None:
    from foundation.garbage_collection import freeze_long_lived_objects
    from foundation.tracing import recording
    from furlong.serve.http_server import listen as open_listener
    from furlong.workers.consumer_process import run_consumer

    listener = open_listener(*address(listen)) if listen else None
    async with recording(f"furlong-consume-{name}") as tracing:
        with stop_on_signals() as stop:
            freeze_long_lived_objects()
            await run_consumer(
                name,
                database,
                stream,
                listener,
                stop,
                clock=running_clock(),
                topics=topic_settings(),
                tracing=tracing,
            )


def _fill_analytics(listen: str | None) -> None:
    from aiokafka.errors import KafkaError

    from analytics.engine import require_installed
    from analytics.errors import AnalyticsError
    from consumers.stream.errors import Halt

    settings = analytics_settings()
    if len(settings.key.get_secret_value()) < KEY_CHARACTERS:
        fail(f"set FURLONG_ANALYTICS_KEY to the key of pseudonyms, at least {KEY_CHARACTERS} characters")
    log_to_stderr()
    try:
        require_installed()
        asyncio.run(_consume_analytics(settings, stream_settings(), listen))
    except Halt as error:
        typer.echo(f"furlong: the consumer stopped: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except (AnalyticsError, OSError, KafkaError) as error:
        fail(f"the consumer stopped: {error}")


async def _consume_analytics(settings: AnalyticsSettings, stream: StreamSettings, listen: str | None) -> None:
    from prometheus_client import CollectorRegistry

    from analytics.consumer import AnalyticsConsumer
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.status import status_app

    registry = CollectorRegistry()
    consumer = AnalyticsConsumer(settings, stream, running_clock(), registry)

    async def health() -> Mapping[str, object]:
        return consumer.health()

    async with AsyncExitStack() as stack:
        if listen:
            listener = open_listener(*address(listen))
            await stack.enter_async_context(serving(status_app("analytics", health, registry), listener))
        with stop_on_signals() as stop:
            await consumer.run_until(stop)
