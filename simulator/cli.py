"""The simulator's commands."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from simulator.kafka.traffic import Source
    from simulator.run import SimulatorSettings
    from simulator.world import World

SERVICE = "furlong-simulator"


@dataclass(frozen=True, slots=True)
class Installation:
    """What the calling command line knows of an installation.

    Attributes:
        clock: Returns its clock.
        sources: Returns what its blocks publish.
    """

    clock: Callable[[], Clock]
    sources: Callable[[], tuple[Source, ...]]


cli = typer.Typer(no_args_is_help=True, help="Stand in for the upstream.")

Kafka = Annotated[str, typer.Option("--kafka", metavar="HOST:PORT", help="The Kafka brokers.")]
WorldFile = Annotated[
    Path | None,
    typer.Option(
        "--world",
        metavar="FILE",
        help="Another world: a file like simulator/world.yaml, or one that `furlong load` reads.",
    ),
]


@cli.command(name="providers")
def serve_providers(
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


@cli.command(name="operator")
def serve_operator(
    *,
    data: Annotated[Path, typer.Option(help="The folder of its books and keys; created if missing.")],
    brand: Annotated[str, typer.Option(help="Whose customers' money it keeps.")] = "southbet",
    port: Annotated[int, typer.Option(help="Its port on the loopback; 0 for any free one.")] = 8446,
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8447,
) -> None:
    """Serve an operator's own wallet by Hub88's operator API, until Ctrl-C or SIGTERM.

    On the other port, `POST /customers/USER?balance=100&token=T` opens an account, `POST /faults/NAME`
    arms a fault, `POST /refusals/USER?status=S` refuses a customer's bets, and `GET /books` shows all.
    """
    from simulator.seamless.serve import serving_operator

    async def run() -> None:
        stop = _stop()
        async with serving_operator(data, port=port, control=control) as served:
            typer.echo(f"FURLONG_FUNDS_WALLETS='{json.dumps({brand: served.wallet()})}'")
            typer.echo(f"faults and books at {served.control_url}")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


@cli.command()
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
        stop = _stop()
        ports = {"port": port, "control": control, "catalogue": catalogue}
        async with serving_exchange(data, **ports, moves_per_second=rate) as served:
            typer.echo(f"exchange at 127.0.0.1:{served.port}, faults at {served.url}")
            typer.echo(f"its catalogue is {served.catalogue_url}")
            typer.echo(f"its certificate is {data / CERTIFICATE}")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


@cli.command()
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
        stop = _stop()
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


@cli.command()
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
        stop = _stop()
        async with serving_content(
            webhooks, port=port, moves_per_second=rate, heartbeat_seconds=heartbeat
        ) as served:
            for name in served.apis:
                typer.echo(f"{name} at {served.url}/{name}")
            typer.echo(f"pictures at {served.url}/video/streams, faults at {served.url}/faults")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


@cli.command()
def payments(
    ctx: typer.Context,
    *,
    data: Annotated[Path, typer.Option(help="The folder of its books; created if missing.")],
    port: Annotated[int, typer.Option(help="The port of API and pages; 0 for any free one.")] = 8460,
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8461,
    webhooks: Annotated[
        str, typer.Option(metavar="URL", help="Where it sends events; by default nowhere.")
    ] = "",
    settle: Annotated[
        float, typer.Option(min=-1, help="Seconds until refunds and payouts arrive; -1 for when told to.")
    ] = 2.0,
) -> None:
    """Serve a payment processor that speaks Stripe's API, with a page for customers, until Ctrl-C or SIGTERM.

    On the other port, `POST /faults/NAME?amount=N` arms a fault, and `GET /state` shows what it believes.
    """
    from foundation.storage.rehearsal import announce_rehearsal
    from simulator.payments.api import KEY
    from simulator.payments.serve import PaymentSettings, serving_payments

    settings = PaymentSettings(
        webhooks=webhooks,
        port=port,
        control=control,
        settle_seconds=None if settle < 0 else settle,
        clock=clock_of(ctx),
    )
    announce_rehearsal(settings.clock)

    async def run() -> None:
        stop = _stop()
        async with serving_payments(data, settings) as served:
            typer.echo(f"payments at {served.url}, faults and books at {served.control_url}")
            typer.echo(f"the key is {KEY}, webhooks are signed with {' and '.join(served.sender.secrets)}")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


@cli.command()
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

    _known_world(world)
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
    with _brokers(kafka):
        asyncio.run(_serve(settings))


@cli.command()
def feeds(
    ctx: typer.Context,
    *,
    kafka: Kafka,
    rate: Annotated[float, typer.Option(min=0.01, help="Records a second, over all feeds.")] = 2.0,
    world: WorldFile = None,
) -> None:
    """Publish simulated bets on the feeds of the platform's systems, until Ctrl-C or SIGTERM."""
    with _brokers(kafka):
        asyncio.run(_feeds(kafka, rate, _known_world(world), clock_of(ctx)))


@cli.command()
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

    known = _known_world(world).brand(brand)
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

    with _brokers(kafka):
        typer.echo(asyncio.run(place()))


@cli.command()
def customers(
    *,
    world: WorldFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")] = False,
) -> None:
    """List the customers of a world: brand, id, jurisdiction, currency and a note."""
    names, found = ("brand", "id", "jurisdiction", "currency", "note"), []
    for brand in _known_world(world).brands:
        for account in brand.accounts():
            place = (account.jurisdiction or brand.jurisdiction, account.currency or brand.currency)
            found.append((brand.id, account.id, *place, account.note))
    if as_json:
        typer.echo(json.dumps([dict(zip(names, customer, strict=True)) for customer in found], indent=2))
        return
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    for customer in found:
        typer.echo("  ".join(map(str.ljust, customer, widths)).rstrip())


@cli.command()
def openapi() -> None:
    """Print the OpenAPI description of the upstream's API, as in `contracts/upstream.openapi.json`."""
    from simulator.upstream.api import create_upstream
    from simulator.upstream.record import Record
    from simulator.world import load_world

    with Record(":memory:") as record:
        typer.echo(json.dumps(create_upstream(record, load_world()).openapi(), indent=2, ensure_ascii=False))


def clock_of(ctx: typer.Context) -> Clock:
    """Return the clock of the calling command line, or the one that the environment configures."""
    from foundation.storage.rehearsal import product_clock
    from foundation.storage.settings import ClockSettings

    installation: Installation | None = ctx.obj
    try:
        return installation.clock() if installation else product_clock(ClockSettings())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="FURLONG_CLOCK_…") from error


@contextmanager
def _brokers(kafka: str) -> Iterator[None]:
    """End the command with a sentence if no broker answers."""
    from aiokafka.errors import KafkaError

    try:
        yield
    except KafkaError as fault:
        typer.echo(f"furlong: Kafka does not answer at {kafka}: {fault}", err=True)
        raise typer.Exit(1) from fault


def _known_world(path: Path | None) -> World:
    from simulator.world import WorldFileError, read_world

    try:
        return read_world(path)
    except WorldFileError as error:
        raise typer.BadParameter(str(error), param_hint="--world") from error


async def _feeds(kafka: str, rate: float, world: World, clock: Clock) -> None:
    from foundation.tracing import recording
    from simulator.kafka.feeds import feed_message
    from simulator.kafka.publish import open_producer
    from simulator.kafka.traffic import run_traffic

    stop = _stop()
    async with recording(SERVICE) as tracing, open_producer(kafka, tracing) as producer:
        betting = asyncio.create_task(run_traffic(producer, world, rate, 2, clock.now, message=feed_message))
        await asyncio.wait({betting, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        betting.cancel()
        with suppress(asyncio.CancelledError):
            await betting
    typer.echo("stopped")


def _stop() -> asyncio.Event:
    """Return an event that Ctrl-C or SIGTERM sets."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _serve(settings: SimulatorSettings) -> None:
    from foundation.tracing import recording
    from simulator.run import running_simulator

    stop = _stop()
    async with (
        recording(SERVICE) as tracing,
        running_simulator(replace(settings, tracing=tracing)) as simulator,
    ):
        typer.echo(f"upstream API at {simulator.url}, {settings.clock.now():%Y-%m-%d %H:%M:%S} UTC")
        await stop.wait()
    typer.echo("stopped")
