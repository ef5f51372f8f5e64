"""`furlong consume`: one consumer as a process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.long_work import stop_on_signals
from furlong.cli.options import (
    address,
    database_settings,
    fail,
    log_to_stderr,
    running_clock,
    stream_settings,
    topic_settings,
)
from furlong.cli.own_databases import check_databases
from furlong.subgraph_names import DATABASES

if TYPE_CHECKING:
    from consumers.stream.settings import StreamSettings
    from foundation.storage.settings import DatabaseSettings


def consume(
    *,
    name: Annotated[str, typer.Argument(help=f"Whose tables to fill: {', '.join(DATABASES)}.")],
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to serve /health and /metrics.")
    ] = None,
) -> None:
    """Consume a subgraph's topics into its tables, until stopped.

    The exit status is 3 if a producer seems to be broken (too many dead letters), 4 if a stored position does
    not fit the broker's records, 5 if records do not arrive, 6 if database
    or partitions are another cell's, and 1 for every other error.
    """
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from consumers.stream.database.retry import cause
    from consumers.stream.errors import Halt, Stalled
    from furlong.install.topics import TooShort

    if name not in DATABASES:
        fail(f"there is no consumer {name!r}; there are {', '.join(DATABASES)}")
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
    from foundation.tracing import recording
    from furlong.serve.http_server import listen as open_listener
    from furlong.workers.consumer_process import run_consumer
    from gateway.garbage_collection import freeze_long_lived_objects

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
