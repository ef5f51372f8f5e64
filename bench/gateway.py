"""Gateways before HTTP subgraphs with fixed answers: ours, Hive Gateway, Apollo Gateway, one core each."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import report
from bench.betslip import graph_at, profile_ours
from bench.carry_out import carry_out
from bench.cores import Cores, on_core
from bench.javascript import STARTS, install_gateways, write_supergraph
from bench.load import LoadTool
from bench.options import Options, read_options
from bench.servers import ROOT, Server, Servers, free_port, furlong, running_servers
from bench.target import COMPARED, check_agreement
from bench.turns import Contender, ratios
from furlong.databases import SUBGRAPHS

TOKENS = [f"session-{number}" for number in range(1000)]


def start_fixed_subgraphs(servers: Servers, cores: Cores) -> Mapping[str, int]:
    """The subgraphs' ports; they run on the other core, beside the load."""
    ports = {name: free_port() for name in SUBGRAPHS}
    program = [sys.executable, "-m", "bench.fixed_subgraphs", *map(str, ports.values())]
    *_, last = ports.values()
    servers.start("fixed_subgraphs", on_core(cores.rest, program), last, {"PYTHONPATH": str(ROOT)})
    return ports


def start_ours(servers: Servers, supergraph: Path, cores: Cores) -> Server:
    """`furlong gateway serve`, one process."""
    port = free_port()
    serve = furlong("gateway", "serve", "--supergraph", str(supergraph), "--listen", f"127.0.0.1:{port}")
    return servers.start("ours", on_core(cores.server, serve), port)


def run(options: Options, folder: Path) -> None:
    """Starts subgraphs and gateways, measures the gateways in turns, reports."""
    cores = Cores.choose()
    cores.take_rest()
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        supergraph = write_supergraph(folder, start_fixed_subgraphs(servers, cores))
        started = {"ours": start_ours(servers, supergraph, cores)}
        if not options.profile:
            install_gateways()
            for name in filter(options.wants, STARTS):
                started[name] = STARTS[name](servers, supergraph, partial(on_core, cores.server))
        contenders = [Contender(name, graph_at(each.port), (each,)) for name, each in started.items()]
        tool = LoadTool(folder, TOKENS)
        if options.profile:
            profile_ours("gateway", contenders[0], tool, options)
            return
        check_agreement({each.name: each.target for each in contenders}, tool.tokens[:COMPARED])
        series = options.turns.take(contenders, tool)
    figures = {name: each.figures() for name, each in series.items()}
    compared = ratios(series)
    report.show(figures, compared)
    report.write("gateway", figures, compared)


def main() -> None:
    """Runs the benchmark as the command line says."""
    carry_out(run, read_options(__doc__ or "", tuple(STARTS)))


if __name__ == "__main__":
    main()
