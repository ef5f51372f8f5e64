"""Measure gateways before they are warm: start, idle memory, and the first request for the bet-slip."""

import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import httpx

from bench.betslip import QUERY
from bench.fixtures.customers import BRAND
from bench.gateway import TOKENS, start_fixed_subgraphs, start_ours
from bench.harness import report
from bench.harness.cores import Cores, on_core, resident_bytes
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import Server, Servers, running_servers
from bench.load.target import Target
from bench.peers.node_gateways import STARTS, install_gateways, write_supergraph

DOCUMENTS = 9
"""How many new documents each gateway gets in a round."""

Starting = Callable[[], Server]


@dataclass(frozen=True, slots=True)
class Cold:
    """One start of a gateway.

    Attributes:
        start_seconds: The time until it answered a query.
        idle_megabytes: The memory of all its processes at that moment.
        first_ms: The time to answer the bet-slip's query under a new operation name.
        again_ms: The time to answer the same document again.
    """

    start_seconds: float
    idle_megabytes: float
    first_ms: float
    again_ms: float


def measure(servers: Servers, start: Starting) -> Cold:
    """Start a gateway, send it requests, and stop it.

    Raises:
        WrongAnswerError: The gateway gave a wrong answer.
    """
    begun = time.monotonic()
    server = start()
    _target(server, "query Anybody { __typename }", "Anybody", {}).ask(TOKENS[0])
    start_seconds = time.monotonic() - begun
    idle = resident_bytes(server.process.pid) / 1e6
    first, again = [], []
    with httpx.Client() as client:
        # The very first request also opens connections and warms up a just-in-time compiler; hence the
        # median.
        for number in range(DOCUMENTS):
            name = f"Betslip{number}"
            target = _target(server, QUERY.replace("query Betslip", f"query {name}"), name, {"brand": BRAND})
            first.append(_milliseconds(client, target))
            again.append(min(_milliseconds(client, target) for _ in range(5)))
    servers.stop_last()
    return Cold(start_seconds, idle, statistics.median(first), statistics.median(again))


def _target(server: Server, query: str, name: str, variables: dict[str, str]) -> Target:
    return Target.graphql(server.port, query, dict(variables), name)


def _milliseconds(client: httpx.Client, target: Target) -> float:
    begun = time.perf_counter()
    target.ask(TOKENS[0], client)
    return (time.perf_counter() - begun) * 1000


def summary(runs: Mapping[str, list[Cold]]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return medians of the rounds; ratios are above 1 where ours is faster or smaller."""
    figures = {
        name: {
            field.name: round(statistics.median(getattr(run, field.name) for run in rounds), 3)
            for field in fields(Cold)
        }
        for name, rounds in runs.items()
    }
    ratios = {
        f"{what}_ours_vs_{name}": round(row[what] / figures["ours"][what], 2)
        for name, row in figures.items()
        if name != "ours"
        for what in row
    }
    return figures, ratios


def run(options: Options, folder: Path) -> None:
    """Start each gateway in interleaved rounds, and report."""
    cores = Cores.choose()
    cores.use_rest()
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        supergraph = write_supergraph(folder, start_fixed_subgraphs(servers, cores))
        starts: dict[str, Starting] = {"ours": partial(start_ours, servers, supergraph, cores)}
        left_out = options.form.left_out(filter(options.wants, STARTS))
        wanted = [name for name in STARTS if options.wants(name) and name not in left_out]
        if wanted:
            install_gateways()
        for name in wanted:
            starts[name] = partial(STARTS[name], servers, supergraph, partial(on_core, cores.server))
        runs: dict[str, list[Cold]] = {name: [] for name in starts}
        for name, start in starts.items():
            # The subgraphs compute their answers to new requests here, which must not count for a gateway.
            print(f"not counted  {name:22}{measure(servers, start)}", flush=True)
        for number in range(1, options.measurement.rounds + 1):
            for name, start in starts.items():
                runs[name].append(measure(servers, start))
                print(f"round {number}/{options.measurement.rounds}    {name:22}{runs[name][-1]}", flush=True)
    figures, ratios = summary(runs)
    _show(figures)
    report.write(options.form.results, "cold", figures, ratios, left_out)


def _show(figures: Mapping[str, Mapping[str, float]]) -> None:
    print(f"\n{'':22}" + "".join(f"{field.name:>16}" for field in fields(Cold)))
    for name, row in figures.items():
        print(f"{name:22}" + "".join(f"{value:16.2f}" for value in row.values()))


def main() -> None:
    """Run the benchmark as the command line says."""
    options = read_options(__doc__ or "", tuple(STARTS))
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
