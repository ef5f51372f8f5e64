"""Compare gateways over HTTP subgraphs with fixed answers; each gateway has one core."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.betslip import graph_at, profile_ours
from bench.harness import report
from bench.harness.cores import Cores, on_core
from bench.harness.measurement import Contender, ratios
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import ROOT, Server, Servers, free_port, furlong, running_servers
from bench.load.target import COMPARED, check_agreement
from bench.load.wrk import LoadTool
from bench.peers.hive_router import PEERS, install_peers
from bench.peers.node_gateways import write_supergraph
from subgraphs.block_list import SUBGRAPHS

TOKENS = [f"session-{number}" for number in range(1000)]


def start_fixed_subgraphs(servers: Servers, cores: Cores) -> Mapping[str, int]:
    """Start the subgraphs on the other core, beside the load; return their ports."""
    ports = {name: free_port() for name in SUBGRAPHS}
    program = [sys.executable, "-m", "bench.fixtures.fixed_subgraphs", *map(str, ports.values())]
    *_, last = ports.values()
    servers.start("fixed_subgraphs", on_core(cores.rest, program), last, {"PYTHONPATH": str(ROOT)})
    return ports


def start_ours(servers: Servers, supergraph: Path, cores: Cores) -> Server:
    """Start `furlong gateway serve` with one process."""
    port = free_port()
    serve = furlong("gateway", "serve", "--supergraph", str(supergraph), "--listen", f"127.0.0.1:{port}")
    return servers.start("ours", on_core(cores.server, serve), port)


def run(options: Options, folder: Path) -> None:
    """Start subgraphs and gateways, measure the gateways in interleaved rounds, and report."""
    cores = Cores.choose()
    cores.use_rest()
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        supergraph = write_supergraph(folder, start_fixed_subgraphs(servers, cores))
        started = {"ours": start_ours(servers, supergraph, cores)}
        left_out: dict[str, str] = {}
        if not options.profile:
            wanted = list(filter(options.wants, PEERS))
            left_out = options.form.left_out(wanted) or install_peers(wanted)
            for name in wanted:
                if name not in left_out:
                    started[name] = PEERS[name](servers, supergraph, partial(on_core, cores.server))
        contenders = [Contender(name, graph_at(each.port), (each,)) for name, each in started.items()]
        tool = LoadTool(folder, TOKENS)
        if options.profile:
            profile_ours("gateway", contenders[0], tool, options)
            return
        check_agreement(
            {contender.name: contender.target for contender in contenders}, tool.tokens[:COMPARED]
        )
        series = options.measurement.measure(contenders, tool)
    figures = {name: each.figures() for name, each in series.items()}
    compared = ratios(series)
    report.show(figures, compared)
    report.write(options.form.results, "gateway", figures, compared, left_out)


def main() -> None:
    """Run the benchmark as the command line says."""
    options = read_options(__doc__ or "", tuple(PEERS))
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
