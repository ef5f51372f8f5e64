"""The same fan-out over Hive Gateway: a fixed subgraph pushes as much to each page."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import uvloop

from bench.harness.cores import Cores, on_core
from bench.harness.servers import ROOT, Server, free_port, running_servers
from bench.live.peers import measure_pushes
from bench.live.subscriber import Subscription
from bench.live.subscriber_pool import SubscriberPool
from bench.odds.subscribers import Pages
from bench.peers.node_gateways import install_gateways, start_hive, write_supergraph

PAGES: Final = 200
"""As many as one process of it can push to without falling behind, which would join its pushes."""

IDS: Final = tuple(f"bm9ydGhiZXQ6{number}" for number in range(100))


def measure_peers(
    moving: Mapping[str, float], seconds: float, folder: Path, cores: Cores
) -> dict[str, float]:
    """Measure Hive Gateway on one core, with subscribers over server-sent events.

    Args:
        moving: Our own figures, with the events of a push.
        seconds: The duration.
        folder: For files.
        cores: Those of the run: this process is on the rest already.

    Raises:
        ServiceFailedError: It sent a wrong event or none at all.
    """
    install_gateways()
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        port = free_port()
        events = max(1, round(moving["events_per_push"]))
        program = [sys.executable, "-m", "bench.fixtures.odds_subgraph", str(port), str(events)]
        servers.start("odds_subgraph", on_core(cores.rest, program), port, {"PYTHONPATH": str(ROOT)})
        supergraph = write_supergraph(folder, {"events": port})
        hive = start_hive(servers, supergraph, partial(on_core, cores.server))
        return uvloop.run(_measure(hive, seconds))


async def _measure(gateway: Server, seconds: float) -> dict[str, float]:
    pages = Pages("northbet", IDS, 20, 0)
    pool = SubscriberPool(Subscription.of(gateway.port, "", {}), pages.make)
    await pool.open([""] * PAGES, pages.on_event)
    await asyncio.sleep(seconds / 3)
    pages.forget()
    pushed = await measure_pushes(gateway, pool, partial(asyncio.sleep, seconds), 0)
    return {
        "pages": float(PAGES),
        "pushes_per_second": pushed.events / pushed.seconds,
        "bytes_per_push": pages.received / pushed.events,
        "cpu_us_per_push": pushed.cpu_us_per_event,
    }
