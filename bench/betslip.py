"""Compare bet-slips from a real database: ours, a hand-written REST endpoint, JavaScript gateways."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.fixtures.club import DRIVER, FAST_DRIVER, Club, open_club
from bench.fixtures.customers import BRAND
from bench.harness import report
from bench.harness.cores import Cores, on_core, on_cores
from bench.harness.measurement import Contender, ratios
from bench.harness.options import Options, read_options
from bench.harness.profile import record
from bench.harness.runner import run_benchmark
from bench.harness.servers import PROGRAMS, ROOT, Server, Servers, free_port, furlong, running_servers
from bench.load.target import COMPARED, Target, check_agreement
from bench.load.wrk import LoadTool
from bench.peers.node_gateways import STARTS as JAVASCRIPT
from bench.peers.node_gateways import WITH_REAL_SUBGRAPHS, install_gateways, write_supergraph
from subgraphs.block_list import SUBGRAPHS

QUERY = (ROOT / "contracts" / "betslip.graphql").read_text(encoding="utf-8")
PROFILED_SECONDS = 11
REST = {"rest_sqlalchemy": DRIVER, "rest_sqlalchemy_asyncmy": FAST_DRIVER}
OURS = {"ours": FAST_DRIVER, "ours_aiomysql": DRIVER}
SHARES = {"ours_nine_of_ten_again": 0.9, "ours_never_again": 0.0}
"""The same server, with other shares of requests that were sent before."""
PEERS = (*REST, "ours_aiomysql", *WITH_REAL_SUBGRAPHS)


def graph_at(port: int) -> Target:
    """Return the bet-slip's query at a gateway."""
    return Target.graphql(port, QUERY, {"brand": BRAND}, "Betslip")


def start_ours(servers: Servers, club: Club, cores: Cores, name: str = "ours") -> Contender:
    """Start `furlong serve` with its subgraphs in process, on the server's core, with one of the drivers."""
    port = free_port()
    command = on_core(cores.server, furlong("serve", "--listen", f"127.0.0.1:{port}"))
    server = servers.start(name, command, port, club.settings(OURS[name]))
    return Contender(name, graph_at(port), (server,))


def start_rest(servers: Servers, club: Club, cores: Cores, name: str = "rest_sqlalchemy") -> Contender:
    """Start the hand-written endpoint on uvicorn, with uvloop and httptools, on the server's core."""
    port = free_port()
    program = [str(PROGRAMS / "uvicorn"), "--factory", "bench.peers.rest_sqlalchemy.app:create_app"]
    options = ["--app-dir", str(ROOT), "--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    command = on_core(cores.server, [*program, *options, "--no-access-log", "--log-level", "warning"])
    server = servers.start(name, command, port, club.settings(REST[name]))
    return Contender(name, Target(port, f"/brands/{BRAND}/betslip"), (server,))


def start_subgraphs(servers: Servers, club: Club, cores: Cores) -> dict[str, Server]:
    """Start each subgraph as a server of its own that may use both cores."""
    started = {}
    for name in SUBGRAPHS:
        port = free_port()
        serve = furlong("subgraph", name, "serve", "--listen", f"127.0.0.1:{port}")
        # The peers do not sign their requests.
        settings = club.settings() | {"FURLONG_SUBGRAPH_CALLERS": "unsigned"}
        started[name] = servers.start(f"subgraph_{name}", on_cores(cores, serve), port, settings)
    return started


def start_javascript(servers: Servers, club: Club, cores: Cores, names: Sequence[str]) -> list[Contender]:
    """Start gateways on Node.js with subgraphs behind HTTP; all of them may use both cores."""
    install_gateways()
    subgraphs = start_subgraphs(servers, club, cores)
    supergraph = write_supergraph(
        servers.folder, {name: subgraph.port for name, subgraph in subgraphs.items()}
    )
    contenders = []
    for name in names:
        gateway = JAVASCRIPT[name](servers, supergraph, partial(on_cores, cores))
        behind = (gateway, *subgraphs.values())
        contenders.append(Contender(name, graph_at(gateway.port), behind))
    return contenders


def start_peers(
    servers: Servers, club: Club, cores: Cores, options: Options, left_out: Collection[str]
) -> list[Contender]:
    """Start the selected peers that are not left out."""
    contenders = [start_rest(servers, club, cores, name) for name in REST if options.wants(name)]
    if options.wants("ours_aiomysql"):
        contenders.append(start_ours(servers, club, cores, "ours_aiomysql"))
    wanted = [name for name in WITH_REAL_SUBGRAPHS if options.wants(name) and name not in left_out]
    if wanted:
        contenders += start_javascript(servers, club, cores, wanted)
    return contenders


def run(options: Options, folder: Path) -> None:
    """Fill a database, start the contenders, measure them in interleaved rounds, and report."""
    cores = Cores.choose()
    cores.use_rest()
    left_out = options.form.left_out(filter(options.wants, WITH_REAL_SUBGRAPHS))
    with ExitStack() as stack:
        club = stack.enter_context(open_club(folder, options.customers))
        servers = stack.enter_context(running_servers(folder))
        contenders = [start_ours(servers, club, cores)]
        contenders = [
            replace(contenders[0], name=name, target=replace(contenders[0].target, again=share))
            for name, share in {"ours": options.again, **SHARES}.items()
        ]
        if not options.profile:
            contenders += start_peers(servers, club, cores, options, left_out)
        tool = LoadTool(folder, club.tokens(options.active))
        if options.profile:
            profile_ours("betslip", contenders[0], tool, options)
            return
        check_agreement(
            {contender.name: contender.target for contender in contenders}, tool.tokens[:COMPARED]
        )
        series = options.measurement.measure(contenders, tool)
    figures = {name: each.figures() for name, each in series.items()}
    peers = {name: one for name, one in series.items() if name not in SHARES}
    compared = ratios(peers)
    for name in SHARES:
        compared |= ratios({name: series[name]} | {peer: peers[peer] for peer in REST if peer in peers}, name)
    report.show(figures, compared)
    report.write(options.form.results, "betslip", figures, compared, left_out)


def profile_ours(name: str, ours: Contender, tool: LoadTool, options: Options) -> None:
    """Profile our server instead of measuring it; sampling pauses it, so latencies mean nothing."""
    load = partial(tool.offer, "ours", ours.target)
    load(options.measurement.warm_up)
    graph, listed = record(name, ours.servers[0], load, PROFILED_SECONDS)
    print(f"{graph}\n{listed}")


def main() -> None:
    """Run the benchmark as the command line says."""
    options = read_options(__doc__ or "", PEERS)
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
