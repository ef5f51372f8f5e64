"""The demo's process: the whole product on embedded parts, as `furlong demo` runs it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock, SystemClock
from foundation.storage.database import open_databases
from foundation.storage.rehearsal import RehearsalClock
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing, recording
from furlong.demo import ready_file
from furlong.demo.backoffice import (
    backoffice_url,
    give_everybody_work,
    listen_for_backoffice,
    redirects,
    running_backoffice,
)
from furlong.demo.brand_sites import DemoTokens, running_brand_sites
from furlong.demo.cells import (
    CellRouter,
    RoutedCell,
    cell_facts,
    cells_of,
    databases_of,
    prepare_all,
    serve_each,
)
from furlong.demo.clock import demo_clock, require_schemes
from furlong.demo.companies import running_companies
from furlong.demo.consumers.partition_ends import PartitionEnds, watching_ends
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.demo.first_state import reach_first_state
from furlong.demo.fulfilment import serving_demo_providers
from furlong.demo.internal_graph import running_internal_graph
from furlong.demo.mock.server import PATH as MOCKED
from furlong.demo.mock.server import MountedMock
from furlong.demo.money.house import serving_wallets
from furlong.demo.money.wallets import give_first_money
from furlong.demo.processes import Surroundings, running_decisions, running_processes, running_settlement
from furlong.demo.ready_file import database_in, make_private
from furlong.demo.routes import DemoSession, SessionCustomer, session_route
from furlong.demo.scenarios import Arrived, DemoParts, Scenario, customers_of, faulty_gateway, play_scenarios
from furlong.demo.scenarios.faults import FEATURE, HEADER
from furlong.demo.tokens import demo_secret, demo_sessions, make_token
from furlong.demo.ways import Way
from furlong.embedding.settings import EmbedSettings
from furlong.install import load
from furlong.install.topics import TOPICS, feed_topics
from furlong.install.world import World, read_world
from furlong.serve.http_server import listen, own_names_only, serving
from furlong.serve.page import DOCUMENTATION, Routes, documentation_routes, gallery_routes
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from furlong.settings import ServeSettings
from furlong.workers.feed_worker import create_feeds, running_feeds
from gateway.feature import Feature
from gateway.settings import GatewaySettings
from simulator.run import RunningSimulator, SimulatorSettings, running_simulator
from simulator.world import World as SimulatedWorld
from subgraphs.block_list import BLOCKS, SUBGRAPHS
from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import SessionSettings, UpstreamSettings

log = structlog.get_logger(__name__)
WORLD = Path(__file__).resolve().parents[1] / "world.yaml"
FIRST_BRAND = "northbet"
TRAFFIC_PER_SECOND = 1.0
FEEDS_PER_SECOND = 1.0
_COUNT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The options of `furlong demo`.

    Attributes:
        port: The port of page and gateway on 127.0.0.1; 0 for a free one.
        data: The folder that keeps databases, the upstream's record, the session key and a moved clock.
        at: The time to start at; None to continue from before, or with the machine's clock.
        backwards: Whether `at` may be before the time of the data.
        scenarios: The scenarios to play, each with its own customer; empty for the regular demo.
        arrived: Called for each scenario at its last stage.
        cells: Into how many cells the customers are split; 0 for none.
        databases: URLs of the databases of cells that are not in the data folder, by the cell's name.
        backoffice_port: The port of the back office; 0 for a free one, None for the one beside `port`.
        analytics: Whether what happens is gathered into a columnar store.
        way: Who keeps customers' money.
        host_names: By which further names the demo may be reached, with its port or as given.
        origins: Whose pages may show the club, besides all pages of this machine.
    """

    port: int
    traffic: bool
    data: Path
    ready_file: Path
    at: datetime | None = None
    backwards: bool = False
    scenarios: tuple[Scenario, ...] = ()
    arrived: Arrived | None = None
    cells: int = 0
    databases: Mapping[str, str] = field(default_factory=dict)
    host_names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    backoffice_port: int | None = 0
    analytics: bool = False
    way: Way = Way.OUR_WALLET


@asynccontextmanager
async def running_demo(options: DemoOptions) -> AsyncIterator[ready_file.DemoFacts]:
    """Run the demo for the duration of the block; it is ready when the block begins.

    Raises:
        OSError: A port is in use, or the data folder cannot be written.
        ClockError: The demo cannot start at the given time.
        ScenarioError: A scenario did not reach its expected state.
        CellMismatch: The databases are those of other cells.
        InvalidCell: A URL is that of no cell.
    """
    world = read_world(WORLD)
    clock = demo_clock(make_private(options.data), options.at, backwards=options.backwards)
    require_schemes(world, clock.now())
    sessions = demo_sessions(demo_secret(options.data))
    office, cells = database_in(options.data), cells_of(options.cells) if options.cells else ()
    databases = databases_of(options.data, cells, options.databases) or [office]
    async with AsyncExitStack() as stack:
        listener, office_listener = _listeners(options, stack)
        await prepare_all((office, *databases))
        feeds = FeedSettings()
        broker, ends = await stack.enter_async_context(_running_broker(feeds))
        stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation, poll_seconds=0.2)
        # The world is loaded first: a bet of an unknown brand would become a dead letter.
        await _load_world(world, databases[0], office, broker.bootstrap, clock.now())
        tracing = await stack.enter_async_context(recording("furlong-demo"))
        money = await stack.enter_async_context(serving_wallets(databases, options.data, clock))
        providers = await stack.enter_async_context(
            serving_demo_providers(options.data, clock, [money.entry])
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        companies = await stack.enter_async_context(
            running_companies(
                money, databases[0], options.data, url, providers.credits_of(Payer.GAMES), way=options.way
            )
        )
        around = Surroundings(stream, ends, clock, providers, tracing, companies.given)
        running = [
            await stack.enter_async_context(running_processes(database, around)) for database in databases
        ]
        await stack.enter_async_context(
            running_feeds(create_feeds(feeds.feeds(), feeds, stream, CollectorRegistry()))
        )
        await stack.enter_async_context(running_decisions(office, databases[0], around))
        simulator = await stack.enter_async_context(
            running_simulator(_simulated(options, broker.bootstrap, clock, tracing))
        )
        upstream, session = _around(simulator, sessions, options.scenarios)
        for context in running:
            await stack.enter_async_context(running_settlement(context, upstream, clock))
        embed = await stack.enter_async_context(
            running_brand_sites(options.data, session, url, options.origins)
        )
        for wallet, context in zip(money.wallets, running, strict=True):
            wallet.notices.to = context.bus.customers_changed
        sites = [
            _site(
                _parts(
                    options,
                    subgraph_parts(
                        database, upstream, sessions, stream, clock, bus=context.bus, embed=embed.settings
                    ),
                    companies.given,
                ),
                session,
                options.data,
                tracing,
                embed=embed.settings,
                beside=_beside_the_first(office_listener) if index == 0 else (),
            )
            for index, (database, context) in enumerate(zip(databases, running, strict=True))
        ]
        site = sites[0]
        backoffice = internal = None
        if office_listener is not None:
            backoffice = await stack.enter_async_context(
                running_backoffice(
                    office,
                    options.data,
                    clock,
                    stream,
                    providers.settings,
                    given=companies.given,
                    listener=office_listener,
                    docs=_docs(url),
                    brand=FIRST_BRAND,
                )
            )
            internal = await stack.enter_async_context(running_internal_graph(site, options.data))
        gateways = await serve_each(sites, stack) if cells else []
        faulty = faulty_gateway(site, options.scenarios)
        front = CellRouter([*map(RoutedCell, cells, sites)]) if cells else faulty or site
        await stack.enter_async_context(serving(front, listener, own_names_only(options.host_names)))
        await reach_first_state(url, session)
        await give_first_money(money.wallets, await companies.let_in(session.owners))
        if backoffice is not None:
            await give_everybody_work(office, options.data, clock, stream, has_casino=companies.has_casino)
        if options.scenarios:
            await play_scenarios(options, DemoParts(url, simulator, running[0].fulfilment, session))
        if faulty is not None:
            faulty.armed = True
        facts = _facts(url, broker, simulator, session, options).model_copy(
            update={
                "internal": internal,
                "backoffice": backoffice,
                "docs": _docs(url),
                "brands": embed.brands,
                "clock": str(clock.path.resolve()) if isinstance(clock, RehearsalClock) else None,
                "cells": cell_facts(databases, gateways),
                "payments": companies.payments,
                "casino": companies.casino,
                "operator": None if companies.operator is None else companies.operator.facts,
            }
        )
        ready_file.write(options.ready_file, facts)
        stack.callback(options.ready_file.unlink, missing_ok=True)
        yield facts


def _listeners(options: DemoOptions, stack: AsyncExitStack) -> tuple[socket.socket, socket.socket | None]:
    """Take the ports of the demo and of its back office before anything runs: one in use is named at once.

    With cells there is no back office: its screens read one set of databases.
    """
    listener = stack.enter_context(listen("127.0.0.1", options.port))
    if options.cells:
        return listener, None
    return listener, stack.enter_context(listen_for_backoffice(options.backoffice_port, options.port))


def _beside_the_first(office_listener: socket.socket | None) -> tuple[Feature, ...]:
    """Return what the first site serves besides: mocked answers, documentation, redirects."""
    office = [] if office_listener is None else redirects(backoffice_url(office_listener))
    return MountedMock(), Routes([*documentation_routes(), *office])


def _docs(url: str) -> str:
    """Return where the documentation is, or how to build it; "" where there is none to build."""
    return f"{url}{DOCUMENTATION}" if documentation_routes() else ""


@asynccontextmanager
async def _running_broker(feeds: FeedSettings) -> AsyncIterator[tuple[EmbeddedBroker, PartitionEnds]]:
    """Run a new broker with all topics while the block runs."""
    topics = [topic.name for topic in (*TOPICS, *feed_topics(map(feeds.topic, feeds.feeds())))]
    with await asyncio.to_thread(EmbeddedBroker) as broker:
        await asyncio.to_thread(broker.create_topics, topics)
        async with watching_ends(broker.bootstrap, topics) as ends:
            yield broker, ends


async def _load_world(
    world: World, database: DatabaseSettings, office: DatabaseSettings, bootstrap: str, now: datetime
) -> None:
    async with (
        open_databases(database, "club", "rewards") as (club, rewards),
        open_databases(office, "backoffice") as (backoffice,),
        AIOKafkaProducer(bootstrap_servers=bootstrap) as producer,
    ):
        plan = await load.plan_load(world, club, rewards, now)
        await load.apply_load(plan, producer, backoffice, now)


def _simulated(
    options: DemoOptions, bootstrap: str, clock: Clock, tracing: Tracing | None
) -> SimulatorSettings:
    return SimulatorSettings(
        kafka_bootstrap=bootstrap,
        data=options.data,
        traffic_per_second=TRAFFIC_PER_SECOND if options.traffic else 0.0,
        feeds_per_second=FEEDS_PER_SECOND if options.traffic else 0.0,
        sources=tuple(block.source for block in BLOCKS if block.simulated),
        more_customers=customers_of(options.scenarios),
        clock=clock,
        tracing=tracing,
    )


def _demo_gateway(data: Path) -> GatewaySettings:
    """Return the gateway's settings: what GraphiQL shows and can break, and usage."""
    gateway = GatewaySettings(features=(*GatewaySettings().features, FEATURE))
    ours = {
        "introspection": {"permission": True},
        "observation": {"debug_in_response": True},
        "usage": {"file": data / "usage.sqlite"},
        "http": {"forwarded_headers": (*gateway.http.forwarded_headers, HEADER)},
    }
    return gateway.with_defaults(ours)


def _parts(options: DemoOptions, parts: SubgraphParts, given: GivenSettings) -> SubgraphParts:
    """Return the parts with what is given to blocks; with analytics, what is served is counted."""
    parts = replace(parts, given=given)
    if not options.analytics:
        return parts
    return replace(parts, reading=replace(parts.reading, count_seconds=_COUNT_SECONDS))


def _site(
    parts: SubgraphParts,
    session: DemoSession,
    data: Path,
    tracing: Tracing | None,
    *,
    embed: EmbedSettings,
    beside: Sequence[Feature],
) -> Starlette:
    routes = (
        session_route(session),
        DemoTokens(embed, session, parts.clock).route(),
        *gallery_routes(ServeSettings().page),
    )
    return create_site(
        parts,
        parts.given.of(ServeSettings),
        gateway=_demo_gateway(data),
        tracing=tracing,
        embed=embed,
        features=(Routes(routes), *beside),
    )


def _around(
    simulator: RunningSimulator, sessions: SessionSettings, scenarios: Sequence[Scenario]
) -> tuple[UpstreamSettings, DemoSession]:
    """Return where the simulated upstream is, and the customers whom it knows."""
    return UpstreamSettings(url=simulator.url), _session(simulator.world, sessions, scenarios)


def _session(world: SimulatedWorld, sessions: SessionSettings, scenarios: Sequence[Scenario]) -> DemoSession:
    now = SystemClock().now()
    first = scenarios[0].brand if scenarios else FIRST_BRAND
    customers = [
        SessionCustomer(
            id=customer.id,
            brand=brand.id,
            token=make_token(sessions, brand.id, customer.id, now),
            note=customer.note,
        )
        for brand in sorted(world.brands, key=lambda brand: brand.id != first)
        for customer in brand.demo_customers()
    ]
    return DemoSession(
        brand=first,
        customers=tuple(customers),
        subgraphs=tuple(sorted(SUBGRAPHS)),
        mocked=f"{MOCKED}/graphql",
    )


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
        live=f"{url.replace('http', 'ws', 1)}/graphql",
        kafka=broker.bootstrap,
        upstream=simulator.url,
        brand=session.brand,
        customers=tuple(
            ready_file.DemoCustomer(id=customer.id, token=customer.token, note=customer.note)
            for customer in session.customers
            if customer.brand == session.brand
        ),
        data=str(options.data.resolve()),
        generation=broker.generation,
    )
