"""Compare bet-slips without traces, with one request in a hundred traced, and with every request traced."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.betslip import graph_at
from bench.fixtures.club import FAST_DRIVER, Club, open_club
from bench.harness import report
from bench.harness.cores import Cores, on_core
from bench.harness.measurement import Contender, ratios
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import ROOT, Servers, free_port, furlong, running_servers
from bench.load.target import COMPARED, check_agreement
from bench.load.wrk import LoadTool

SAMPLED: Final = "one_percent"
SHARES: Final = {"off": None, SAMPLED: "0.01", "every_request": "1.0"}
"""The share of requests that each contender traces; None for a server without traces."""


def start_ours(servers: Servers, club: Club, cores: Cores, name: str, collector: int) -> Contender:
    """Start `furlong serve` on the server's core, with its share of traces."""
    port, share = free_port(), SHARES[name]
    settings = club.settings(FAST_DRIVER)
    if share is not None:
        settings |= {
            "FURLONG_TRACING": "true",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": share,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector}",
        }
    command = on_core(cores.server, furlong("serve", "--listen", f"127.0.0.1:{port}"))
    return Contender(name, graph_at(port), (servers.start(name, command, port, settings),))


def start_collector(servers: Servers, cores: Cores) -> int:
    """Start what the traces are sent to, on the other core; return its port."""
    port = free_port()
    program = [sys.executable, "-m", "bench.fixtures.otlp_sink", str(port)]
    servers.start("collector", on_core(cores.rest, program), port, {"PYTHONPATH": str(ROOT)})
    return port


def run(options: Options, folder: Path) -> None:
    """Start the same server with different shares of traces, measure in interleaved rounds, and report."""
    cores = Cores.choose()
    cores.use_rest()
    with ExitStack() as stack:
        club = stack.enter_context(open_club(folder, options.customers))
        servers = stack.enter_context(running_servers(folder))
        collector = start_collector(servers, cores)
        contenders = [start_ours(servers, club, cores, name, collector) for name in SHARES]
        tool = LoadTool(folder, club.tokens(options.active))
        check_agreement(
            {contender.name: contender.target for contender in contenders}, tool.tokens[:COMPARED]
        )
        series = options.measurement.measure(contenders, tool)
    figures = {name: each.figures() for name, each in series.items()}
    compared = ratios(series, SAMPLED)
    off, sampled = (figures[name]["cpu_us_per_request"] for name in ("off", SAMPLED))
    compared[f"{SAMPLED}_vs_off_by_processor_time"] = round(off / sampled, 3)
    report.show(figures, compared)
    report.write("tracing", figures, compared)


def main() -> None:
    """Run the benchmark as the command line says."""
    run_benchmark(run, read_options(__doc__ or ""))


if __name__ == "__main__":
    main()
