"""The bet-slip from a real database, ours beside a hand-written REST endpoint and JavaScript gateways."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import report
from bench.club import Club, open_club
from bench.cores import Cores, on_core
from bench.customers import BRAND
from bench.load import LoadTool, Target, get, post
from bench.options import Options, read_options
from bench.profile import record
from bench.servers import PROGRAMS, ROOT, Servers, free_port, furlong
from bench.turns import Contender, ratios

QUERY = (ROOT / "contracts" / "betslip.graphql").read_text(encoding="utf-8")
OPERATION = {"query": QUERY, "variables": {"brand": BRAND}, "operationName": "Betslip"}
MARK = '"optedIn"'
PROFILED_SECONDS = 11
PEERS = ("rest_sqlalchemy",)


def start_ours(servers: Servers, club: Club, cores: Cores) -> Contender:
    """`furlong serve`, its subgraphs in process, on the server's core."""
    port = free_port()
    command = on_core(cores.server, furlong("serve", "--listen", f"127.0.0.1:{port}"))
    server = servers.start("ours", command, port, club.settings())
    return Contender("ours", Target(port, post("/graphql", OPERATION), MARK), (server,))


def start_rest(servers: Servers, club: Club, cores: Cores) -> Contender:
    """The hand-written endpoint on uvicorn, with uvloop and httptools, on the server's core."""
    port = free_port()
    program = [str(PROGRAMS / "uvicorn"), "--factory", "bench.peers.rest_sqlalchemy.app:create_app"]
    options = ["--app-dir", str(ROOT), "--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    command = on_core(cores.server, [*program, *options, "--no-access-log", "--log-level", "warning"])
    server = servers.start("rest_sqlalchemy", command, port, club.settings())
    target = Target(port, get(f"/brands/{BRAND}/betslip"), MARK)
    return Contender("rest_sqlalchemy", target, (server,))


STARTS: dict[str, Callable[[Servers, Club, Cores], Contender]] = {"rest_sqlalchemy": start_rest}


def run(options: Options, folder: Path) -> None:
    """Fills a database, starts the contenders, measures them in turns, reports."""
    cores = Cores.choose()
    cores.take_rest()
    with ExitStack() as stack:
        club = stack.enter_context(open_club(folder, options.customers))
        servers = Servers(folder)
        stack.callback(servers.stop)
        contenders = [start_ours(servers, club, cores)]
        wanted = () if options.profile else [name for name in STARTS if options.wants(name)]
        contenders += [STARTS[name](servers, club, cores) for name in wanted]
        tool = LoadTool(folder, club.tokens(options.active), options.connections)
        if options.profile:
            profile_ours(contenders[0], tool, options)
            return
        series = options.turns.take(contenders, tool)
    figures = {name: each.figures() for name, each in series.items()}
    compared = ratios(series)
    report.show(figures, compared)
    report.write("betslip", figures, compared)


def profile_ours(ours: Contender, tool: LoadTool, options: Options) -> None:
    """Writes a profile of our server instead of measuring."""
    tool.run("ours", ours.target, options.turns.warm_up)
    graph, listed = record(
        "betslip", ours.servers[0], partial(tool.run, "ours", ours.target), PROFILED_SECONDS
    )
    print(f"{graph}\n{listed}")


def main() -> None:
    """Runs the benchmark as the command line says."""
    options = read_options(__doc__ or "", PEERS)
    with tempfile.TemporaryDirectory(prefix="furlong-bench-") as folder:
        run(options, Path(folder))


if __name__ == "__main__":
    main()
