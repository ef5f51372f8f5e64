"""Compares the processor time per event of our gateway and Hive Gateway over the same fixed subgraphs."""

import asyncio
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import uvloop

from bench.gateway import start_ours
from bench.harness.cores import Cores, on_core
from bench.harness.servers import ROOT, Server, Servers, ServiceFailedError, free_port, running_servers
from bench.live.subscriber import SseSubscriber, Subscription
from bench.live.subscriber_pool import SubscriberPool
from bench.peers.node_gateways import install_gateways, start_hive, write_supergraph
from subgraphs.block_list import SUBGRAPHS

SUBSCRIBERS: Final = 300
BRAND: Final = "northbet"


def measure_peers(query: str, seconds: float, folder: Path) -> dict[str, dict[str, float]]:
    """Measure both gateways, each on one core with subscribers over server-sent events.

    Raises:
        ServiceFailedError: A gateway sent a wrong event or none at all.
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
    await asyncio.sleep(seconds / 3)
    events, used, begun = pool.events, gateway.cpu_seconds(), time.perf_counter()
    await asyncio.sleep(seconds)
    events, used = pool.events - events, gateway.cpu_seconds() - used
    took = time.perf_counter() - begun
    pool.check()
    pool.close()
    if not events:
        raise ServiceFailedError("a gateway sent no events")
    return {"events_per_second": events / took, "cpu_us_per_event": used / events * 1e6}


def _start_subgraphs(servers: Servers, cores: Cores) -> Mapping[str, int]:
    ports = {name: free_port() for name in SUBGRAPHS}
    program = [sys.executable, "-m", "bench.fixtures.live_subgraphs", *map(str, ports.values())]
    *_, last = ports.values()
    servers.start("live_subgraphs", on_core(cores.rest, program), last, {"PYTHONPATH": str(ROOT)})
    return ports
