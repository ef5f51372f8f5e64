"""Measure live odds: pages that follow 20 of 500 events each, of which 1,000 prices change each second."""

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop

from bench.harness import report
from bench.harness.cores import Cores, on_core, resident_bytes
from bench.harness.options import Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.servers import (
    Server,
    Servers,
    free_port,
    furlong,
    running_servers,
    start_mariadb,
)
from bench.harness.standstill import wait_for
from bench.live.latencies import percentile
from bench.live.peers import measure_pushes
from bench.live.producer import MessageProducer
from bench.live.subscriber import Subscription
from bench.live.subscriber_pool import SubscriberPool, raise_file_limit
from bench.odds.peers import measure_peers
from bench.odds.subscribers import QUERY, Pages
from bench.odds.world import KINDS, MARKETS, STATUSES, OddsWorld
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.install.topics import create_topics
from furlong.settings import TopicSettings
from tools.private_kafka import start_kafka

BRAND: Final = "northbet"
STATUS_SECONDS: Final = 5.0
MAX_PAGES: Final = 25_000
LISTED: Final = """
query ($brand: ID!, $after: String) {
  events(brand: $brand, first: 100, after: $after) {
    nodes { id markets { status } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
"""All events, and whether their prices may be taken."""


@dataclass(frozen=True, slots=True)
class OddsOptions:
    """The options of the benchmark.

    Attributes:
        partitions: Of topics that are keyed by customer.
        events: How many events have moving odds.
        pages: How many pages are open.
        follows: How many events each page follows.
        rate: Changes of odds per second.
        seconds: The duration of the measured load.
        warm_up: The duration of the load before, in seconds.
        quiet_pages: How many pages are open where hardly anything changes.
        peers: Whether to compare with another gateway.
    """

    form: Form
    partitions: int
    events: int
    pages: int
    follows: int
    rate: float
    seconds: float
    warm_up: float
    quiet_pages: int
    peers: bool


def read_options(description: str) -> OddsOptions:
    """Return the options given on the command line."""
    parser = new_parser(description)
    parser.add_argument("--pages", type=int, help="number of open pages (2,000; quick: 200)")
    parser.add_argument("--quiet-pages", type=int, help="number of quiet pages (10,000; quick: 500)")
    parser.add_argument("--changes", type=float, help="changes per second (1,000)")
    parser.add_argument("--seconds", type=float, help="duration of the load (60; quick: 10)")
    parser.add_argument("--no-peers", action="store_true", help="do not compare with another gateway")
    given = parser.parse_args()
    form = Form.read(given)
    return OddsOptions(
        form=form,
        partitions=form.of(8, 8, 1),
        events=form.of(500, 500, 20),
        pages=given.pages or form.of(2_000, 200, 20),
        follows=form.of(20, 20, 5),
        rate=given.changes or form.of(1_000.0, 1_000.0, 50.0),
        seconds=given.seconds or form.of(60, 10, 1),
        warm_up=form.of(10, 3, 0.5),
        quiet_pages=given.quiet_pages or form.of(10_000, 500, 5),
        peers=not given.no_peers,
    )


async def all_events(port: int, count: int, log: Path) -> list[str]:
    """Return the ids of all events once each has open markets."""
    last = -1
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        while True:
            found = await _listed(client)
            is_open = [market["status"] == "OPEN" for event in found for market in event["markets"]]
            if sum(is_open) > last:
                last = sum(is_open)
                wait_for(f"open markets: {last} of {count * len(KINDS)} so far, of {len(found)} events", log)
            if len(found) == count and len(is_open) == count * len(KINDS) and all(is_open):
                return [event["id"] for event in found]
            await asyncio.sleep(0.5)


async def _listed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        variables = {"brand": BRAND, "after": after}
        answer = (await client.post("/graphql", json={"query": LISTED, "variables": variables})).json()
        page = answer["data"]["events"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def keep_well(producer: MessageProducer, world: OddsWorld) -> None:
    """Tell from time to time that the adapter is well."""
    while True:
        producer.send(world.status(), STATUSES)
        producer.poll()
        await asyncio.sleep(STATUS_SECONDS)


async def measure(serve: Server, bootstrap: str, options: OddsOptions) -> dict[str, dict[str, float]]:
    """Measure pages whose events move, then many that are quiet."""
    world, producer = OddsWorld(options.events), MessageProducer(bootstrap)
    for topic, message in world.begin():
        producer.send(message, topic)
    producer.flush()
    well = asyncio.create_task(keep_well(producer, world))
    try:
        events = await all_events(serve.port, options.events, serve.process.log)
        moving = await _measure_moving(
            serve, producer, world, Pages(BRAND, events, options.follows, 20), options
        )
        quiet = await _measure_quiet(serve, Pages(BRAND, events, options.follows, 0), options)
    finally:
        well.cancel()
    return {"moving": moving, "quiet": quiet}


async def _measure_moving(
    serve: Server, producer: MessageProducer, world: OddsWorld, pages: Pages, options: OddsOptions
) -> dict[str, float]:
    pool = SubscriberPool(Subscription.of(serve.port, QUERY, {}), pages.make)
    await pool.open([""] * options.pages, pages.on_event)
    send = partial(producer.send_at_rate, world.next_change, options.rate, topic=MARKETS)
    await send(options.warm_up)
    pages.forget()
    changes = world.changes
    pushed = await measure_pushes(serve, pool, partial(send, options.seconds), 0)
    sampled_changes = (world.changes - changes) * pages.sampled * options.follows / options.events
    return {
        "pages": float(options.pages),
        "changes_per_second": (world.changes - changes) / pushed.seconds,
        "pushes_per_second": pushed.events / pushed.seconds,
        "bytes_per_push": pages.received / pushed.events,
        "events_per_push": pages.events_pushed / max(pages.pushes, 1),
        "shown_share": pages.changes / sampled_changes,
        "p50_ms": percentile(pages.latencies, 0.5) * 1e3,
        "p99_ms": percentile(pages.latencies, 0.99) * 1e3,
        "serve_cores": pushed.cpu_seconds / pushed.seconds,
        "cpu_us_per_push": pushed.cpu_us_per_event,
    }


async def _measure_quiet(serve: Server, pages: Pages, options: OddsOptions) -> dict[str, float]:
    empty = resident_bytes(serve.process.pid)
    count = min(options.quiet_pages, raise_file_limit(options.quiet_pages))
    pool = SubscriberPool(Subscription.of(serve.port, QUERY, {}), pages.make)
    await pool.open([""] * count, pages.on_event)
    before, begun = serve.cpu_seconds(), time.perf_counter()
    wait_for("the quiet time to pass", seconds=options.warm_up)
    await asyncio.sleep(options.warm_up)
    used = (serve.cpu_seconds() - before) / (time.perf_counter() - begun)
    memory = resident_bytes(serve.process.pid) - empty
    pool.check()
    pool.close()
    return {"pages": float(count), "kb_per_page": memory / count / 1e3, "serve_cores": used}


def run(options: OddsOptions, folder: Path) -> None:
    """Start everything, measure, and report."""
    raise_file_limit(max(options.pages, options.quiet_pages))
    cores = Cores.choose()
    with ExitStack() as stack:
        serve, bootstrap = _start(stack, cores, folder, options.partitions)
        cores.use_rest()
        figures = uvloop.run(measure(serve, bootstrap, options))
    ratios = {}
    left_out = options.form.left_out(["hive_gateway"]) if options.peers else {}
    if options.peers and not left_out:
        peer = measure_peers(figures["moving"], options.warm_up, folder, cores)
        figures["hive_gateway"] = peer
        ratio = peer["cpu_us_per_push"] / figures["moving"]["cpu_us_per_push"]
        ratios["ours_vs_hive_gateway"] = round(ratio, 3)
    _show(figures, ratios)
    rounded = {part: {name: round(value, 3) for name, value in row.items()} for part, row in figures.items()}
    report.write(options.form.results, "odds", rounded, ratios, left_out)


def _start(stack: ExitStack, cores: Cores, folder: Path, partitions: int) -> tuple[Server, str]:
    """Start one serving process on its core, and all that it needs on the other."""
    os.sched_setaffinity(0, {cores.rest})
    wait_for("MariaDB to start")
    mariadb = start_mariadb(folder / "mariadb")
    stack.callback(mariadb.stop)
    wait_for("Kafka to start")
    kafka = start_kafka(folder / "kafka")
    stack.callback(kafka.stop)
    wait_for("topics to be created", kafka.process.log)
    asyncio.run(create_topics(kafka.bootstrap, partitions, 1, TopicSettings()))
    servers: Servers = stack.enter_context(running_servers(folder))
    settings = {
        "FURLONG_DATABASE_URL": mariadb.url,
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_JWT_SECRET": "a secret of the benchmark, long enough for HS256",
        "FURLONG_JWT_ISSUER": "bench",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_GATEWAY_LIVE_CONNECTIONS_PER_ADDRESS": str(MAX_PAGES),  # all visitors come from this machine
    }
    wait_for("the tables", mariadb.process.log)
    asyncio.run(upgrade_databases(DatabaseSettings(url=mariadb.url)))
    started = {}
    for name, words, core in (
        ("consume", ("consume", "events"), cores.rest),
        ("upkeep", ("worker", "events-upkeep"), cores.rest),
        ("serve", ("serve",), cores.server),
    ):
        port = free_port()
        command = furlong(*words, "--listen", f"127.0.0.1:{port}")
        started[name] = servers.start(name, on_core(core, command), port, settings)
    return started["serve"], kafka.bootstrap


def _show(figures: Mapping[str, Mapping[str, float]], ratios: Mapping[str, float]) -> None:
    for part, row in figures.items():
        for name, value in row.items():
            print(f"{part:16}{name:24}{value:14,.2f}")
    for name, value in ratios.items():
        print(f"{name:40}{value:8.2f}")


def main() -> None:
    """Run the benchmark with the options of the command line."""
    options = read_options(__doc__ or "")
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
