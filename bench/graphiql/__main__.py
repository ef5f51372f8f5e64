"""Measure how soon GraphiQL can be typed in, on a first and on a second visit, beside Hive Gateway's."""

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import uvicorn

from bench.graphiql.page_server import Page, PageServer
from bench.harness import report
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import (
    ROOT,
    LocalChromium,
    ServiceMissingError,
    find_chromium,
    free_port,
    furlong,
    running_servers,
)
from bench.harness.tools import ToolMissingError
from bench.peers.node_gateways import NODE, install_gateways

BUILT: Final = ROOT / "web" / "dist" / "graphiql"
VISITS: Final = ("first", "second")
"""In the same browser: from an empty profile, and again."""
MAX_SECONDS: Final = 120.0
"""How long one browser may take for its visits."""
_RENDER: Final = """
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
process.stdout.write(renderGraphiQL({ endpoint: '/graphql' }));
"""


def our_page() -> Page:
    """Return the page as it is built.

    Raises:
        ServiceMissingError: It is not built.
    """
    if not (BUILT / "index.html").exists():
        raise ServiceMissingError("GraphiQL is not built: run 'make install-dev'")
    return Page.probed((BUILT / "index.html").read_text(), BUILT)


def hive_page() -> Page:
    """Return the page that Hive Gateway and GraphQL Yoga serve offline: GraphiQL with all its parts inlined.

    Raises:
        ToolMissingError: npm is missing or failed.
    """
    install_gateways()
    command = ["node", "--input-type=module", "--eval", _RENDER]
    ended = subprocess.run(command, cwd=NODE, check=False, capture_output=True, text=True)  # noqa: S603
    if ended.returncode != 0:
        raise ToolMissingError(f"Hive Gateway's GraphiQL could not be rendered: {ended.stderr[-500:]}")
    return Page.probed(ended.stdout)


async def visit(chromium: LocalChromium, server: PageServer, address: str) -> list[float]:
    """Open the page in a new browser; return the milliseconds until its editor was ready, for each visit."""
    server.visits_left = len(VISITS)
    with tempfile.TemporaryDirectory(prefix="furlong-browser-", ignore_cleanup_errors=True) as profile:
        browser = await asyncio.create_subprocess_exec(
            chromium.executable,
            *chromium.arguments,
            "--headless=new",
            "--window-size=1280,800",
            f"--user-data-dir={profile}",
            f"{address}/probe/start",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(MAX_SECONDS):
                return [await server.ready.get() for _ in VISITS]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)
            await browser.wait()


async def measure(
    chromium: LocalChromium, demo: str, pages: Mapping[str, Page], rounds: int
) -> dict[str, list[list[float]]]:
    """Visit the contenders' pages in interleaved rounds."""
    server = PageServer(demo, next(iter(pages.values())))
    site = uvicorn.Server(uvicorn.Config(server.application(), log_level="warning"))
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    serving = asyncio.create_task(site.serve(sockets=[listening]))
    times: dict[str, list[list[float]]] = {name: [] for name in pages}
    for number in range(rounds + 1):
        for name, page in pages.items():
            server.page = page
            taken = await visit(chromium, server, address)
            shown = "not counted" if number == 0 else f"round {number}/{rounds}"
            print(f"{shown:13}{name:8}" + "".join(f"{each:8.0f} ms" for each in taken), flush=True)
            if number:
                times[name].append(taken)
    site.should_exit = True
    await serving
    await server.close()
    return times


def summary(
    times: Mapping[str, Sequence[Sequence[float]]],
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return medians and bounds of the rounds; ratios are above 1 where ours is ready sooner."""
    figures: dict[str, dict[str, float]] = {
        name: {
            f"{visit}_{what}_ms": round(choose([taken[index] for taken in rounds]))
            for index, visit in enumerate(VISITS)
            for what, choose in (("median", statistics.median), ("least", min), ("greatest", max))
        }
        for name, rounds in times.items()
    }
    ratios = {
        f"{visit}_ours_vs_{name}": round(row[f"{visit}_median_ms"] / figures["ours"][f"{visit}_median_ms"], 2)
        for name, row in figures.items()
        if name != "ours"
        for visit in VISITS
    }
    return figures, ratios


def run(options: Options, folder: Path) -> None:
    """Start the demo, visit the pages, and report."""
    chromium = find_chromium()
    if chromium is None:
        raise ToolMissingError("Chromium is missing: run 'make services'")
    pages = {"ours": our_page()}
    if options.wants("hive"):
        pages["hive"] = hive_page()
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        port = free_port()
        files = ["--data", str(folder / "data"), "--ready-file", str(folder / "demo.json")]
        servers.start("demo", furlong("demo", "--port", str(port), "--no-traffic", *files), port)
        demo = f"http://127.0.0.1:{port}"
        times = asyncio.run(measure(chromium, demo, pages, options.measurement.rounds))
    figures, ratios = summary(times)
    print(json.dumps(figures, indent=2))
    for ratio, value in ratios.items():
        print(f"{ratio:40}{value:8.2f}")
    report.write("graphiql", figures, ratios)


def main() -> None:
    """Run the benchmark as the command line says."""
    run_benchmark(run, read_options(__doc__ or "", ("hive",)))


if __name__ == "__main__":
    main()
