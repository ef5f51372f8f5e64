"""Commands that stand in for the upstream: its API, and what it publishes on Kafka."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simulator.cli.options import WorldFile, brokers, clock_of, known_world, stop_event

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from simulator.run import SimulatorSettings
    from simulator.world import World

SERVICE = "furlong-simulator"
Kafka = Annotated[str, typer.Option("--kafka", metavar="HOST:PORT", help="The Kafka brokers.")]


def serve(
    ctx: typer.Context,
    *,
    kafka: Kafka,
    data: Annotated[Path, typer.Option(help="The folder of the record; created if missing.")],
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Port 0 for any free one.")
    ] = "127.0.0.1:8100",
    traffic: Annotated[bool, typer.Option(help="Publish simulated bets.")] = True,
    rate: Annotated[float, typer.Option(min=0.01, help="Messages a second.")] = 2.0,
    world: WorldFile = None,
) -> None:
    """Publish world and bets on Kafka and serve the upstream's API, until Ctrl-C or SIGTERM.

    For a file that `furlong load` reads, it invents customers in each jurisdiction and currency, and the
    terms of rewards. Never run it against an installation that has real ones.
    """
    from foundation.storage.rehearsal import announce_rehearsal
    from simulator.run import SimulatorSettings

    known_world(world)
    host, _, port = listen.rpartition(":")
    if not (host and port.isdecimal()):
        raise typer.BadParameter("expected HOST:PORT", param_hint="--listen")
    settings = SimulatorSettings(
        kafka_bootstrap=kafka,
        data=data,
        host=host,
        port=int(port),
        traffic_per_second=rate if traffic else 0.0,
        sources=ctx.obj.sources() if ctx.obj else (),
        world=world,
        clock=clock_of(ctx),
    )
    announce_rehearsal(settings.clock)
    with brokers(kafka):
        asyncio.run(_serve(settings))


def feeds(
    ctx: typer.Context,
    *,
    kafka: Kafka,
    rate: Annotated[float, typer.Option(min=0.01, help="Records a second, over all feeds.")] = 2.0,
    world: WorldFile = None,
) -> None:
    """Publish simulated bets on the feeds of the platform's systems, until Ctrl-C or SIGTERM."""
    with brokers(kafka):
        asyncio.run(_feeds(kafka, rate, known_world(world), clock_of(ctx)))


def bet(
    ctx: typer.Context,
    *,
    kafka: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT", help="The Kafka brokers; by default those of the demo in this folder."
        ),
    ],
    customer: Annotated[str, typer.Option(help="The customer, such as c-1001.")],
    stake: Annotated[int, typer.Option(min=1, help="In minor units: 500 is £5.")],
    brand: Annotated[str, typer.Option(help="The customer's brand.")] = "northbet",
    odds: Annotated[int, typer.Option(min=1000, help="In thousandths: 2500 is 2.5.")] = 2000,
    bet_type: Annotated[
        Literal["single", "multiple", "system"], typer.Option("--type", help="The type of the bet.")
    ] = "single",
    free: Annotated[bool, typer.Option("--free", help="Stake a free bet instead of cash.")] = False,
    world: WorldFile = None,
) -> None:
    """Place one bet, and print its id."""
    from foundation.tracing import recording
    from simulator.kafka.publish import open_producer, publish_bet

    known = known_world(world).brand(brand)
    if known is None:
        raise typer.BadParameter(f"no such brand: {brand}", param_hint="--brand")

    placed_at = clock_of(ctx).now()

    async def place() -> str:
        async with recording(SERVICE) as tracing, open_producer(kafka, tracing) as producer:
            return await publish_bet(
                producer,
                known,
                customer,
                stake_minor=stake,
                odds_milli=odds,
                placed_at=placed_at,
                bet_type=bet_type,
                stake_source="free_bet" if free else "cash",
            )

    with brokers(kafka):
        typer.echo(asyncio.run(place()))


def customers(
    *,
    world: WorldFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")] = False,
) -> None:
    """List the customers of a world: brand, id, jurisdiction, currency and a note."""
    names, found = ("brand", "id", "jurisdiction", "currency", "note"), []
    for brand in known_world(world).brands:
        for account in brand.accounts():
            place = (account.jurisdiction or brand.jurisdiction, account.currency or brand.currency)
            found.append((brand.id, account.id, *place, account.note))
    if as_json:
        typer.echo(json.dumps([dict(zip(names, customer, strict=True)) for customer in found], indent=2))
        return
    widths = [max(map(len, column)) for column in zip(names, *found, strict=True)]
    for customer in (names, *found):
        typer.echo("  ".join(map(str.ljust, customer, widths)).rstrip())


def openapi() -> None:
    """Print the OpenAPI description of the upstream's API, as in `contracts/upstream.openapi.json`."""
    from simulator.upstream.api import create_upstream
    from simulator.upstream.record import Record
    from simulator.world import load_world

    with Record(":memory:") as record:
        typer.echo(json.dumps(create_upstream(record, load_world()).openapi(), indent=2, ensure_ascii=False))


async def _feeds(kafka: str, rate: float, world: World, clock: Clock) -> None:
    from foundation.tracing import recording
    from simulator.kafka.feeds import feed_message
    from simulator.kafka.publish import open_producer
    from simulator.kafka.traffic import run_traffic

    stop = stop_event()
    async with recording(SERVICE) as tracing, open_producer(kafka, tracing) as producer:
        betting = asyncio.create_task(run_traffic(producer, world, rate, 2, clock.now, message=feed_message))
        await asyncio.wait({betting, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        betting.cancel()
        with suppress(asyncio.CancelledError):
            await betting
    typer.echo("stopped")


async def _serve(settings: SimulatorSettings) -> None:
    from foundation.tracing import recording
    from simulator.run import running_simulator

    stop = stop_event()
    async with (
        recording(SERVICE) as tracing,
        running_simulator(replace(settings, tracing=tracing)) as simulator,
    ):
        typer.echo(f"upstream API at {simulator.url}, {settings.clock.now():%Y-%m-%d %H:%M:%S} UTC")
        await stop.wait()
    typer.echo("stopped")
