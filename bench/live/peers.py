"""Compares the processor time per event of our gateway and Hive Gateway over the same fixed subgraphs."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import uvloop

from bench.gateway import start_ours
from bench.harness.cores import Cores, on_core
from bench.harness.servers import ROOT, Server, Servers, free_port, running_servers
from bench.harness.standstill import wait_for
from bench.live.subscriber import SseSubscriber, Subscription
from bench.live.subscriber_pool import SubscriberPool
from bench.peers.node_gateways import install_gateways, start_hive, write_supergraph
from subgraphs.block_list import SUBGRAPHS

SUBSCRIBERS: Final = 300
BRAND: Final = "northbet"


class Pushed(NamedTuple):
    """What a gateway has pushed, in how many seconds, and with how much processor time."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def cpu_us_per_event(self) -> float:
        """The processor time of an event in microseconds."""
        return self.cpu_seconds / self.events * 1e6


async def measure_pushes(
    gateway: Server, pool: SubscriberPool, load: Callable[[], Awaitable[None]], warm_up: float
) -> Pushed:
    """Measure what a gateway pushes to open subscribers while a load lasts, and close them.

    Raises:
        ServiceFailedError: A stream has failed.
    """
    wait_for("events to be pushed", gateway.process.log, warm_up)
    await asyncio.sleep(warm_up)
    events, used, begun = pool.events, gateway.cpu_seconds(), time.perf_counter()
    await load()
    while pool.events == events:  # on a busy machine the first one comes when a short load is over
        pool.check()
        await asyncio.sleep(0.05)
    took = time.perf_counter() - begun
    pushed = Pushed(pool.events - events, took, gateway.cpu_seconds() - used)
    pool.check()
    pool.close()
    return pushed


def measure_peers(query: str, seconds: float, folder: Path) -> dict[str, dict[str, float]]:
    """Measure both gateways, each on one core with subscribers over server-sent events.

    Raises:
        ServiceFailedError: A gateway sent a wrong event.
    """
    install_gateways()
    cores = Cores.choose()
    cores.use_rest()
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        supergraph = write_supergraph(folder, _start_subgraphs(servers, cores))
        started = {
            "ours": start_ours(servers, supergraph, cores),
            "hive_gateway": start_hive(servers, supergraph, partial(on_core, cores.server)),
        }
        return {name: uvloop.run(_measure(each, query, seconds)) for name, each in started.items()}


async def _measure(gateway: Server, query: str, seconds: float) -> dict[str, float]:
    pool = SubscriberPool(Subscription.of(gateway.port, query, {"brand": BRAND}), SseSubscriber)
    await pool.open([f"session-{number}" for number in range(SUBSCRIBERS)], lambda *_: None)
    pushed = await measure_pushes(gateway, pool, partial(asyncio.sleep, seconds), seconds / 3)
    return {
        "events_per_second": pushed.events / pushed.seconds,
        "cpu_us_per_event": pushed.cpu_us_per_event,
    }


def _start_subgraphs(servers: Servers, cores: Cores) -> Mapping[str, int]:
    ports = {name: free_port() for name in SUBGRAPHS}
    program = [sys.executable, "-m", "bench.fixtures.live_subgraphs", *map(str, ports.values())]
    *_, last = ports.values()
    servers.start("live_subgraphs", on_core(cores.rest, program), last, {"PYTHONPATH": str(ROOT)})
    return ports
