"""The whole product in one process, on embedded parts: what `furlong demo` runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from consumers.feeds.settings import FeedSettings
from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from furlong import load, ready_file
from furlong.comparing import comparing
from furlong.consuming import create_consumer
from furlong.demo_clock import demo_clock, require_schemes
from furlong.demo_fulfilment import paying_rewards
from furlong.demo_routes import DemoSession, PlacedSlip, SessionCustomer, demo_routes
from furlong.demo_settling import settle
from furlong.embedded_broker import EmbeddedBroker
from furlong.feeding import create_pumps, feeding
from furlong.http_server import listen, serving
from furlong.recovering import recovering
from furlong.relaying import relaying
from furlong.tokens import demo_secret, demo_sessions, make_token
from furlong.topics import TOPICS, feed_topics
from furlong.week_keeping import keeping_weeks
from furlong.wiring import SUBGRAPHS, Parts, create_site, upgrade_databases
from furlong.world import World, read_world
from simulator.kafka.publish import publish_bet
from simulator.run import RunningSimulator, SimulatorSettings, running_simulator
from simulator.world import World as SimulatedWorld
from storage.clock import Clock, SystemClock
from storage.database import Database
from storage.rehearsal import RehearsalClock
from storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.settings import SessionSettings, UpstreamSettings

log = structlog.get_logger(__name__)
WORLD = Path(__file__).with_name("world.yaml")
FIRST_BRAND = "northbet"
TRAFFIC_PER_SECOND = 1.0
FEEDS_PER_SECOND = 1.0
DATABASE_FOLDER = "databases"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo is run.

    Attributes:
        port: of page and gateway, on 127.0.0.1; 0 for a free one.
        data: keeps databases, the upstream's record, the session key and a moved clock over restarts.
        at: as if it were that moment; None to go on as before, or by the machine's clock.
        backwards: also where `at` is before what the data were told already.
    """

    port: int
    traffic: bool
    data: Path
    ready_file: Path
    at: datetime | None = None
    backwards: bool = False


@asynccontextmanager
async def running_demo(options: DemoOptions) -> AsyncIterator[ready_file.DemoFacts]:
    """Runs everything while the block lasts; from its first line on the demo can be used.

    Raises:
        OSError: the port is taken, or the data folder cannot be written.
        ClockError: the demo cannot be as of that moment.
    """
    world = read_world(WORLD)
    clock = demo_clock(options.data, options.at, backwards=options.backwards)
    require_schemes(world, clock.now())
    sessions = demo_sessions(demo_secret(options.data))
    database = database_in(options.data)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listen("127.0.0.1", options.port))
        await upgrade_databases(database)
        broker = stack.enter_context(await asyncio.to_thread(EmbeddedBroker))
        feeds = FeedSettings()
        topics = (*TOPICS, *feed_topics(feeds.topic(feed) for feed in feeds.feeds()))
        await asyncio.to_thread(broker.create_topics, [topic.name for topic in topics])
        stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation, poll_seconds=0.2)
        await _load_world(
            world, database, broker.bootstrap, clock.now()
        )  # first: a bet of an unknown brand is poison
        await stack.enter_async_context(_consuming(database, stream, clock))
        pumps = create_pumps(feeds.feeds(), feeds, stream, CollectorRegistry())
        await stack.enter_async_context(feeding(pumps))
        await stack.enter_async_context(relaying(database, stream))
        await stack.enter_async_context(keeping_weeks(database, clock, stream))
        await stack.enter_async_context(paying_rewards(database, options.data, stream, clock))
        simulator = await stack.enter_async_context(
            running_simulator(_simulated(options, broker.bootstrap, clock))
        )
        upstream = UpstreamSettings(url=simulator.url)
        await stack.enter_async_context(recovering(database, upstream, clock))
        await stack.enter_async_context(comparing(database, upstream, clock))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        session = _session(simulator.world, sessions)
        parts = Parts.from_settings(database, upstream, sessions, stream, clock)
        await stack.enter_async_context(serving(_site(parts, simulator, session), listener))
        await settle(url, session)
        facts = _facts(url, broker, simulator, session, options)
        if isinstance(clock, RehearsalClock):
            facts = facts.model_copy(update={"clock": str(clock.path.resolve())})
        ready_file.write(options.ready_file, facts)
        stack.callback(options.ready_file.unlink, missing_ok=True)
        yield facts


def database_in(data: Path) -> DatabaseSettings:
    """The databases of a data folder."""
    return DatabaseSettings(url=f"sqlite+aiosqlite:///{(data / DATABASE_FOLDER).resolve()}")


@asynccontextmanager
async def _consuming(database: DatabaseSettings, stream: StreamSettings, clock: Clock) -> AsyncIterator[None]:
    consumers = [create_consumer(name, database, stream, CollectorRegistry(), clock) for name in SUBGRAPHS]
    tasks = [asyncio.create_task(_run(consumer), name="consumer") for consumer in consumers]
    try:
        yield
    finally:
        await asyncio.gather(*(consumer.stop() for consumer in consumers))
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(consumer: Consumer) -> None:
    try:
        await consumer.run()
    except Exception:
        log.exception("a consumer stopped")
        raise


async def _load_world(world: World, database: DatabaseSettings, bootstrap: str, now: datetime) -> None:
    club, rewards = Database.open(database, "club"), Database.open(database, "rewards")
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        plan = await load.plan_load(world, club, rewards, now)
        await load.carry_out(plan, producer, rewards, now)
    await club.close()
    await rewards.close()


def _simulated(options: DemoOptions, bootstrap: str, clock: Clock) -> SimulatorSettings:
    return SimulatorSettings(
        kafka_bootstrap=bootstrap,
        data=options.data,
        traffic_per_second=TRAFFIC_PER_SECOND if options.traffic else 0.0,
        feeds_per_second=FEEDS_PER_SECOND if options.traffic else 0.0,
        clock=clock,
    )


def _site(parts: Parts, simulator: RunningSimulator, session: DemoSession) -> FastAPI:
    app = create_site(parts)

    async def place_bet(owner: Owner, slip: PlacedSlip) -> str:
        brand = simulator.world.brand(owner.brand)
        if brand is None:
            raise LookupError(f"the simulator has no brand {owner.brand}")
        return await publish_bet(
            simulator.producer,
            brand,
            owner.customer,
            stake_minor=slip.stake_minor,
            odds_milli=slip.odds_milli,
            placed_at=parts.clock.now(),
            bet_type=slip.bet_type,
        )

    app.include_router(demo_routes(session, parts.verifier, place_bet))
    return app


def _session(world: SimulatedWorld, sessions: SessionSettings) -> DemoSession:
    now = SystemClock().now()
    customers = [
        SessionCustomer(
            id=one.id, brand=brand.id, token=make_token(sessions, brand.id, one.id, now), note=one.note
        )
        for brand in world.brands
        for one in brand.demo_customers()
    ]
    return DemoSession(brand=FIRST_BRAND, customers=tuple(customers))


def _facts(
    url: str,
    broker: EmbeddedBroker,
    simulator: RunningSimulator,
    session: DemoSession,
    options: DemoOptions,
) -> ready_file.DemoFacts:
    return ready_file.DemoFacts(
        url=url,
        graphql=f"{url}/graphql",
        kafka=broker.bootstrap,
        upstream=simulator.url,
        brand=session.brand,
        customers=tuple(
            ready_file.DemoCustomer(id=one.id, token=one.token, note=one.note)
            for one in session.customers
            if one.brand == session.brand
        ),
        data=str(options.data.resolve()),
        generation=broker.generation,
    )
