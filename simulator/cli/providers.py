"""Commands that stand in for providers: of rewards, of events and prices, of statistics and video."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.options import clock_of, stop_event


def providers(
    ctx: typer.Context,
    *,
    data: Annotated[Path, typer.Option(help="The folder of their ledgers; created if missing.")],
    config: Annotated[Path, typer.Option(help="The file to write for FURLONG_FULFILMENT_PROVIDERS.")],
) -> None:
    """Serve a sportsbook, a game platform and a wallet that pay rewards, until Ctrl-C or SIGTERM.

    Each also serves `/simulator/faults`, `/simulator/effects` and `/simulator/journal`.
    """
    from simulator.providers.serve import providers

    providers(data, config, clock_of(ctx))


def exchange(
    *,
    data: Annotated[Path, typer.Option(help="The folder of its certificate; created if missing.")],
    port: Annotated[int, typer.Option(help="The stream's port on the loopback; 0 for any free one.")] = 8443,
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8444,
    catalogue: Annotated[int, typer.Option(help="The port of names; 0 for any free one.")] = 8445,
    rate: Annotated[float, typer.Option(min=0, help="Changes of prices a second.")] = 20.0,
) -> None:
    """Serve a betting exchange's stream whose prices move, until Ctrl-C or SIGTERM.

    `POST /faults/NAME?amount=N` on the other port arms a fault, `GET /books` shows what clients should know,
    and `POST /moving/off` lets prices stand still.
    """
    from simulator.certificate import CERTIFICATE
    from simulator.exchange.serve import serving_exchange

    async def run() -> None:
        stop = stop_event()
        ports = {"port": port, "control": control, "catalogue": catalogue}
        async with serving_exchange(data, **ports, moves_per_second=rate) as served:
            typer.echo(f"exchange at 127.0.0.1:{served.port}, faults at {served.url}")
            typer.echo(f"its catalogue is {served.catalogue_url}")
            typer.echo(f"its certificate is {data / CERTIFICATE}")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


def feed(
    *,
    broker: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="RabbitMQ, such as amqp://guest:guest@127.0.0.1:5672/.",
        ),
    ],
    data: Annotated[Path, typer.Option(help="The folder of its certificate; created if missing.")],
    port: Annotated[int, typer.Option(help="The API's port on the loopback; 0 for any free one.")] = 8445,
    amqp: Annotated[int, typer.Option(help="The port of messages; 0 for any free one.")] = 8446,
    rate: Annotated[float, typer.Option(min=0, help="Changes a second.")] = 20.0,
    alive: Annotated[float, typer.Option(min=0.01, help="Seconds between signs of life.")] = 10.0,
) -> None:
    """Serve a sports feed's API and messages, with events that move, until Ctrl-C or SIGTERM.

    Messages pass through RabbitMQ, whose password is the token. `POST /faults/NAME?amount=N` arms a fault,
    `GET /books` shows what clients should know, and `POST /moving/off` lets events stand still.
    """
    from simulator.certificate import CERTIFICATE
    from simulator.sports_feed.serve import BrokerMissing, serving_feed

    async def run() -> None:
        stop = stop_event()
        async with serving_feed(
            broker, data, port=port, amqp=amqp, moves_per_second=rate, alive_seconds=alive
        ) as served:
            typer.echo(f"API at {served.url}/v1, messages at 127.0.0.1:{served.port}, faults at {served.url}")
            typer.echo(f"its certificate is {data / CERTIFICATE}")
            await stop.wait()
        typer.echo("stopped")

    try:
        asyncio.run(run())
    except BrokerMissing as fault:
        typer.echo(f"furlong: {fault}", err=True)
        raise typer.Exit(1) from fault


def content(
    *,
    port: Annotated[int, typer.Option(help="The port on the loopback; 0 for any free one.")] = 8450,
    webhooks: Annotated[
        str, typer.Option(metavar="URL", help="Where the provider of virtual sports sends webhooks.")
    ] = "http://127.0.0.1:8095/webhooks",
    rate: Annotated[float, typer.Option(min=0, help="How often something happens, a second.")] = 2.0,
    heartbeat: Annotated[float, typer.Option(min=0.1, help="Seconds between its heartbeats.")] = 5.0,
) -> None:
    """Serve providers of statistics, virtual sports and video, until Ctrl-C or SIGTERM.

    `POST /faults/PROVIDER/NAME?amount=N` arms a fault, `GET /state` shows what clients should know, and
    `POST /moving/off` lets nothing happen.
    """
    from simulator.content.serve import serving_content

    async def run() -> None:
        stop = stop_event()
        async with serving_content(
            webhooks, port=port, moves_per_second=rate, heartbeat_seconds=heartbeat
        ) as served:
            for name in served.apis:
                typer.echo(f"{name} at {served.url}/{name}")
            typer.echo(f"pictures at {served.url}/video/streams, faults at {served.url}/faults")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())
