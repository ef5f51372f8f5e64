"""Commands that run until they are stopped: demo, serve, consume."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.database.retry import cause
from consumers.stream.errors import Halt, Stalled
from consumers.stream.settings import StreamSettings
from furlong.collecting import spare_the_collector
from furlong.commands.db import check_databases
from furlong.commands.options import (
    address,
    database_settings,
    fail,
    log_to_stderr,
    running_clock,
    stream_settings,
    topic_settings,
)
from furlong.consuming import consume as run_consumer
from furlong.demo import DemoOptions, running_demo
from furlong.demo_settling import NotReadyError
from furlong.http_server import listen as open_listener
from furlong.ready_file import DEFAULT, DemoFacts
from furlong.settings import ServeSettings
from furlong.stopping import stop_on_signals
from furlong.topic_retention import TooShort
from furlong.wiring import SUBGRAPHS
from gateway.http.server import ClientLimits, configured, run
from gateway.settings import GatewaySettings
from storage.rehearsal import ClockError, RehearsalClock, parse_instant

Listen = Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(demo)
    app.command()(serve)
    app.command()(consume)


def demo(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of page and graph; 0 for a free one.")] = 8000,
    traffic: Annotated[bool, typer.Option(help="Let simulated customers bet.")] = True,
    data: Annotated[Path, typer.Option(help="Keeps the databases over restarts.")] = Path(".furlong/data"),
    ready_file: Annotated[Path, typer.Option(help="Written when all is ready, removed at stop.")] = DEFAULT,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="As if it were then, as 2026-04-09T18:00+01:00; `furlong clock` moves it on.",
        ),
    ] = None,
    backwards: Annotated[
        bool, typer.Option("--backwards", help="Also where --at is before the time of the data.")
    ] = False,
) -> None:
    """Run the whole product in one process on embedded parts: no server to install."""
    log_to_stderr(quiet=True)
    try:
        moment = parse_instant(at) if at else None
        asyncio.run(_demo(DemoOptions(port, traffic, data, ready_file, moment, backwards)))
    except (OSError, NotReadyError, ClockError) as error:
        fail(f"the demo did not start: {error}")


async def _demo(options: DemoOptions) -> None:
    """Runs the demo until a signal; one that comes while it is still starting ends the start."""
    with stop_on_signals() as stop:
        running = asyncio.create_task(_run_demo(options))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _run_demo(options: DemoOptions) -> None:
    async with running_demo(options) as facts:
        print(_greeting(facts, options), flush=True)
        await asyncio.Event().wait()


def _greeting(facts: DemoFacts, options: DemoOptions) -> str:
    return "\n".join(
        [
            "",
            "  Furlong is ready.",
            "",
            f"    Bet-slip     {facts.url}/",
            f"    GraphiQL     {facts.graphql}",
            f"    Kafka        {facts.kafka}   (embedded)",
            f"    Upstream     {facts.upstream}   (simulated; its API: /docs)",
            "",
            *_rehearsed(facts),
            f"  Customers and their tokens are in {options.ready_file}. Ctrl-C stops the demo.",
            "",
        ]
    )


def _rehearsed(facts: DemoFacts) -> list[str]:
    """What a visitor must know of a demo whose time is moved."""
    if facts.clock is None:
        return []
    now = RehearsalClock(Path(facts.clock)).now()
    return [
        f"  REHEARSAL: it is {now:%A %Y-%m-%d %H:%M} UTC here. `furlong clock show` tells what comes next,",
        "  `furlong clock advance 2h` and `furlong clock advance --to lock` go there.",
        "",
    ]


def serve(
    *,
    listen: Listen = "127.0.0.1:8000",
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the port.")] = 1,
) -> None:
    """Serve graph and page: the gateway with its subgraphs in process, or over HTTP by settings."""
    log_to_stderr()
    from furlong.site import create_app  # noqa: PLC0415 - built here once, so that wrong settings end the command

    try:
        listener = open_listener(*address(listen))
        create_app()
        limits = ClientLimits.of(GatewaySettings())
    except (ValidationError, ValueError, OSError) as error:
        fail(error)
    if ServeSettings().subgraphs == "memory":
        check_databases()
    typer.echo(f"Serving http://{listen}/ and http://{listen}/graphql")
    with listener:
        run(configured("furlong.site:create_app", limits, workers=workers, factory=True), listener)


def consume(
    *,
    name: Annotated[str, typer.Argument(help=f"Whose tables to feed: {', '.join(SUBGRAPHS)}.")],
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to serve /health and /metrics.")
    ] = None,
) -> None:
    """Consume a subgraph's topics into its tables, until stopped.

    Ends with 3 when a producer must be broken (too many dead letters), with 4 when a stored position does
    not fit the broker's records, with 5 when records do not come, with 1 for everything else.
    """
    if name not in SUBGRAPHS:
        fail(f"no consumer {name!r}: there are {', '.join(SUBGRAPHS)}")
    log_to_stderr()
    stream = stream_settings()
    check_databases(name)
    try:
        asyncio.run(_consume(name, stream, listen))
    except (Halt, Stalled) as error:
        typer.echo(f"furlong: the consumer stopped: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except TooShort as error:
        fail(error)
    except (OSError, KafkaError, SQLAlchemyError) as error:
        fail(f"the consumer stopped: {cause(error)}")


async def _consume(name: str, stream: StreamSettings, listen: str | None) -> None:
    listener = open_listener(*address(listen)) if listen else None
    with stop_on_signals() as stop:
        spare_the_collector()
        clock = running_clock()
        await run_consumer(
            name, database_settings(), stream, listener, stop, clock=clock, topics=topic_settings()
        )
