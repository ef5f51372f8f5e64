"""Measure 20,000 live trackers: memory, latency from bet to socket, and processor time beside polling."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from bench.betslip import graph_at
from bench.fixtures.customers import BRAND, customer_id
from bench.harness import report
from bench.harness.cores import cpu_seconds, resident_bytes
from bench.harness.options import Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.servers import ROOT, ServiceFailedError
from bench.harness.standstill import wait_for
from bench.live.bets import BetGenerator
from bench.live.exclusions import Exclusions
from bench.live.latencies import Latencies, percentile
from bench.live.peers import measure_peers
from bench.live.producer import MessageProducer
from bench.live.subscriber import Subscriber, Subscription, WebSocketSubscriber
from bench.live.subscriber_pool import SubscriberPool, raise_file_limit
from bench.live.testbed import TestBed, open_testbed
from bench.load.wrk import CONNECTIONS, LoadTool
from tools.private_valkey import start_valkey


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """The options of the benchmark.

    Attributes:
        subscribers: The number of open trackers.
        rates: The numbers of bet messages per second, measured one after the other.
        seconds: The duration of the measured load.
        warm_up: The duration of the load before the measurement, in seconds.
        idle_seconds: The idle time before memory is measured.
        excluded: How many customers exclude themselves.
        peers: Whether to compare with other gateways.
        peer_seconds: The duration of each gateway's measurement.
    """

    form: Form
    subscribers: int
    rates: tuple[float, ...]
    seconds: float
    warm_up: float
    idle_seconds: float
    excluded: int
    peers: bool
    peer_seconds: float


def read_options(description: str) -> LiveOptions:
    """Return the options given on the command line."""
    parser = new_parser(description)
    parser.add_argument("--subscribers", type=int, help="number of open trackers (20,000; quick: 2,000)")
    parser.add_argument(
        "--bets",
        type=float,
        nargs="+",
        help="bet messages per second (2,500; quick: 250); several are measured one after the other",
    )
    parser.add_argument("--seconds", type=float, help="duration of the load (60; quick: 15)")
    parser.add_argument("--no-peers", action="store_true", help="do not compare with other gateways")
    given = parser.parse_args()
    form = Form.read(given)
    return LiveOptions(
        form=form,
        subscribers=given.subscribers or form.of(20_000, 2_000, 20),
        rates=tuple(given.bets or [form.of(2_500, 250, 20)]),
        seconds=given.seconds or form.of(60, 15, 1),
        warm_up=form.of(10, 3, 1),
        idle_seconds=form.of(10, 2, 0.5),
        excluded=form.of(50, 50, 2),
        peers=not given.no_peers,
        peer_seconds=form.of(30, 6, 1),
    )


QUERY: Final = (ROOT / "contracts" / "updates.graphql").read_text(encoding="utf-8")
POLLED_EACH_SECONDS: Final = 1.0
"""The polling interval that gives polled trackers the latency goal of live ones."""

DRAIN_SECONDS: Final = 30
MEMORY_GOAL_MB: Final = 1_200
LATENCY_GOAL_MS: Final = 1_000


def eligible(count: int) -> list[int]:
    """Return the numbers of the first `count` eligible customers."""
    numbers = (number for number in range(2 * count + 100) if number % 100 != 77)  # noqa: PLR2004 - as bench.fixtures.customers makes them
    return [number for number, _ in zip(numbers, range(count), strict=False)]


async def measure_live(
    testbed: TestBed, options: LiveOptions, connections: int
) -> dict[str, dict[str, float]]:
    """Open all trackers, measure them idle, then measure them while bets arrive at each rate.

    Each connection is a different customer's. If there are fewer connections than trackers, some have two.

    Returns:
        A row for each rate, and one for exclusions; `live` has the last rate's figures as well as those of
        idle trackers.

    Raises:
        ServiceFailedError: A stream failed.
    """
    wanted, serve = options.subscribers, testbed.serve
    numbers = eligible(connections)
    empty = resident_bytes(serve.process.pid) / 1e6
    pool = SubscriberPool(Subscription.of(serve.port, QUERY, {"brand": BRAND}), WebSocketSubscriber)
    latencies = Latencies(BetGenerator([customer_id(number) for number in numbers]))
    begun, opened = serve.cpu_seconds(), time.perf_counter()
    exclusions = Exclusions()

    def on_event(subscriber: Subscriber, payload: bytes) -> None:
        latencies.on_event(subscriber, payload)
        exclusions.on_event(subscriber, payload)

    await pool.open([testbed.club.token(number) for number in numbers], on_event, wanted)
    took, used = time.perf_counter() - opened, serve.cpu_seconds() - begun
    latencies.customers = {
        subscriber: f"{BRAND}:{customer_id(number)}".encode()
        for subscriber, number in zip(pool.subscribers, numbers, strict=True)
    }
    print(f"{wanted:,} trackers open after {took:.0f} s", flush=True)
    before = serve.cpu_seconds()
    wait_for("the idle time to pass", seconds=options.idle_seconds)
    await asyncio.sleep(options.idle_seconds)
    idle = resident_bytes(serve.process.pid) / 1e6
    figures = {
        "subscribers": float(wanted),
        "connections": float(len(numbers)),
        "open_seconds": took,
        "open_cpu_us": used / wanted * 1e6,
        "empty_mb": empty,
        "idle_mb": idle,
        "kb_per_subscriber": (idle - empty) / wanted * 1e3,
        "idle_cores": (serve.cpu_seconds() - before) / options.idle_seconds,
    }
    print(f"idle: {idle:.0f} MB, {figures['kb_per_subscriber']:.1f} kB each", flush=True)
    rows = {"live": figures}
    for rate in options.rates:
        moved = rows[f"live_at_{rate:.0f}"] = await _move(testbed, pool, latencies, options, rate)
        pool.check()
        figures |= moved
    rows["exclusions"] = await _exclude(testbed, pool, exclusions, numbers, options.excluded)
    pool.check()
    pool.close()
    return rows


async def _move(
    testbed: TestBed, pool: SubscriberPool, latencies: Latencies, options: LiveOptions, rate: float
) -> dict[str, float]:
    producer = MessageProducer(testbed.bootstrap)
    await producer.send_at_rate(latencies.next_message, rate, options.warm_up)
    await _shown(latencies)
    latencies.forget()
    events, cpu, begun = pool.events, testbed.cpu_seconds(), time.perf_counter()
    await producer.send_at_rate(latencies.next_message, rate, options.seconds)
    sent = time.perf_counter() - begun
    late = latencies.unseen
    await _shown(latencies)
    took = time.perf_counter() - begun
    used = {name: seconds - cpu[name] for name, seconds in testbed.cpu_seconds().items()}
    producer.flush()
    shown, seen = pool.events - events, latencies.seconds
    figures = {
        "bets_per_second": rate * options.seconds / sent,
        "bets": float(len(seen)),
        "unseen_at_the_end": float(late),
        "unseen": float(latencies.unseen),
        "events": float(shown),
        "p50_ms": percentile(seen, 0.5) * 1e3,
        "p95_ms": percentile(seen, 0.95) * 1e3,
        "p99_ms": percentile(seen, 0.99) * 1e3,
        "serve_cpu_us_per_event": used["serve"] / max(shown, 1) * 1e6,
        "consume_cpu_us_per_bet": used["consume"] / max(len(seen), 1) * 1e6,
    }
    figures |= {f"cores_{name}": seconds / took for name, seconds in used.items()}
    p50, p99 = figures["p50_ms"], figures["p99_ms"]
    print(f"{rate:,.0f} bets a second to socket: p50 {p50:.0f} ms, p99 {p99:.0f} ms", flush=True)
    return figures


async def _exclude(
    testbed: TestBed, pool: SubscriberPool, exclusions: Exclusions, numbers: Sequence[int], excluded: int
) -> dict[str, float]:
    producer = MessageProducer(testbed.bootstrap)
    wait_for("exclusions to be shown", testbed.consume.process.log, DRAIN_SECONDS)
    leaving = dict(zip(pool.subscribers, map(customer_id, numbers[:excluded]), strict=False))
    unseen = await exclusions.send(producer, leaving, DRAIN_SECONDS)
    producer.flush()
    seen = exclusions.seconds
    p50, p99 = percentile(seen, 0.5) * 1e3, percentile(seen, 0.99) * 1e3
    print(f"{len(seen)} exclusions to socket: p50 {p50:.0f} ms, p99 {p99:.0f} ms", flush=True)
    return {"exclusions": float(len(seen)), "unseen": float(unseen), "p50_ms": p50, "p99_ms": p99}


async def _shown(latencies: Latencies) -> None:
    """Wait until events have shown all bets, up to `DRAIN_SECONDS`."""
    wait_for("bets to be shown", seconds=DRAIN_SECONDS)
    until = time.perf_counter() + DRAIN_SECONDS
    while latencies.unseen and time.perf_counter() < until:  # noqa: ASYNC110 - events come at sockets
        await asyncio.sleep(0.05)


def measure_polled(testbed: TestBed, options: LiveOptions, folder: Path) -> dict[str, float]:
    """Measure bet-slip queries, as polling pages send them, at one process's maximum rate."""
    tokens = [testbed.club.token(number) for number in eligible(min(options.subscribers, 2_000))]
    connections = options.form.of(CONNECTIONS[-1], CONNECTIONS[-1], 4)  # a few customers may not ask more
    tool, target = LoadTool(folder, tokens, connections), graph_at(testbed.serve.port)
    tool.run("polled", target, options.warm_up)
    before = cpu_seconds(testbed.serve.process.pid)
    run = tool.run("polled", target, max(options.form.of(2, 2, 1), options.seconds // 3))
    used = cpu_seconds(testbed.serve.process.pid) - before
    return {"polls_per_second": run.rate, "cpu_us_per_poll": used / run.requests * 1e6}


def compare_with_polling(live: Mapping[str, float], polled: Mapping[str, float]) -> float:
    """Return the processor time of polling the same trackers each second, as a multiple of live updates.

    Raises:
        ServiceFailedError: No events were measured.
    """
    pushed = live["serve_cpu_us_per_event"] * live["bets_per_second"]
    if not pushed:
        raise ServiceFailedError("no event was measured")
    return polled["cpu_us_per_poll"] * live["subscribers"] / POLLED_EACH_SECONDS / pushed


def run(options: LiveOptions, folder: Path) -> None:
    """Start everything, measure, and report."""
    connections = raise_file_limit(options.subscribers)
    with ExitStack() as stack:
        wait_for("Valkey to start")
        valkey = start_valkey(folder)
        stack.callback(valkey.stop)
        shared = {"FURLONG_REDIS_URL": valkey.url}
        customers = eligible(connections)[-1] + 1
        testbed = stack.enter_context(open_testbed(folder, customers, shared, ("club",)))
        figures = {
            **uvloop.run(measure_live(testbed, options, connections)),
            "polled": measure_polled(testbed, options, folder),
        }
    left_out = options.form.left_out(["hive_gateway"]) if options.peers else {}
    measures_peers = options.peers and not left_out
    peers = measure_peers(QUERY, options.peer_seconds, folder) if measures_peers else {}
    figures |= {f"gateway_{name}": row for name, row in peers.items()}
    live = figures["live"]
    ratios = {
        "ours_vs_polling_each_second": compare_with_polling(live, figures["polled"]),
        "memory_goal_vs_ours": MEMORY_GOAL_MB / live["idle_mb"],
        "latency_goal_vs_ours": LATENCY_GOAL_MS / max(live["p99_ms"], 1e-3),
        "latency_goal_vs_exclusions": LATENCY_GOAL_MS / max(figures["exclusions"]["p99_ms"], 1e-3),
    }
    ratios |= {
        f"ours_vs_{name}": row["cpu_us_per_event"] / peers["ours"]["cpu_us_per_event"]
        for name, row in peers.items()
        if name != "ours"
    }
    figures = {part: {name: round(value, 3) for name, value in row.items()} for part, row in figures.items()}
    ratios = {name: round(value, 3) for name, value in ratios.items()}
    for part, row in figures.items():
        for name, value in row.items():
            print(f"{part:22}{name:28}{value:14,.1f}")
    for name, value in ratios.items():
        print(f"{name:36}{value:8.2f}")
    report.write(options.form.results, "live", figures, ratios, left_out)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    options = read_options(__doc__ or "")
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
