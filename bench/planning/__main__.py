"""Compare the processor time of gateways for new documents over generated supergraphs."""

import statistics
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import httpx

from bench.gateway import TOKENS, start_ours
from bench.harness import report
from bench.harness.cores import Cores, on_core
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import ROOT, Server, Servers, free_port, running_servers
from bench.harness.standstill import wait_for
from bench.load.target import Target, WrongAnswerError
from bench.peers.hive_router import PEERS, install_peers
from bench.planning.supergraphs import GeneratedSupergraph, compose, install_composition, shareable, star

WARM_UP = 3
"""Documents that are not counted: they open connections and train a just-in-time compiler."""
DOCUMENTS = (20, 8, 2)

SECONDS_OF_AN_ANSWER = 5.0
"""How long a gateway may take to plan the largest supergraph."""

STARS = (10, 150, 400)
"""The numbers of subgraphs of which each adds to one entity."""

Starting = Callable[[Path], Server]


@dataclass(frozen=True, slots=True)
class PlanningCost:
    """The cost of new documents over one supergraph.

    Attributes:
        start_cpu_ms: Until the gateway's first answer.
        cold_cpu_ms: For the very first document; the system counts in steps of 10 ms.
        first_cpu_ms: For a new document.
        again_cpu_ms: For the same document again, which ours compiles then.
        later_cpu_ms: For the same document from then on.
        calls: Subgraph calls per answer.
    """

    start_cpu_ms: float
    cold_cpu_ms: float
    first_cpu_ms: float
    again_cpu_ms: float
    later_cpu_ms: float
    calls: float


class Subgraphs:
    """The process that answers for all subgraphs and counts requests."""

    def __init__(self, servers: Servers, cores: Cores) -> None:
        self.port = free_port()
        program = [sys.executable, "-m", "bench.planning.subgraphs", str(self.port)]
        servers.start("subgraphs", on_core(cores.rest, program), self.port, {"PYTHONPATH": str(ROOT)})

    def calls(self) -> int:
        """Return the number of requests so far."""
        return int(httpx.get(f"http://127.0.0.1:{self.port}/").json()["calls"])


def measure(
    case: GeneratedSupergraph, server: Server, subgraphs: Subgraphs, documents: int
) -> tuple[PlanningCost, object]:
    """Show new documents to a gateway that has just been started.

    Returns:
        Its cost, and the data of its last answer.

    Raises:
        WrongAnswerError: An answer had errors, or documents of one shape were answered differently.
    """
    start = server.cpu_seconds()
    targets = [_target(case, server, f"PlanningCost{number}") for number in range(WARM_UP + documents)]
    with httpx.Client() as client:

        def ask(some: list[Target]) -> list[object]:
            wait_for(
                f"{len(some)} answers over {case.name}", server.process.log, SECONDS_OF_AN_ANSWER * len(some)
            )
            return [target.ask(TOKENS[0], client) for target in some]

        answers = ask(targets[:1])
        cold = server.cpu_seconds() - start
        answers += ask(targets[1:WARM_UP])
        before, asked = server.cpu_seconds(), subgraphs.calls()
        answers += ask(targets[WARM_UP:])
        between, calls = server.cpu_seconds(), subgraphs.calls() - asked
        answers += ask(targets[WARM_UP:])
        after = server.cpu_seconds()
        answers += ask(targets[WARM_UP:])
        end = server.cpu_seconds()
    if any(answer != answers[0] for answer in answers):
        raise WrongAnswerError(f"{case.name}: equal documents are answered differently")
    each_ms = 1000 / documents
    return PlanningCost(
        start_cpu_ms=start * 1000,
        cold_cpu_ms=cold * 1000,
        first_cpu_ms=(between - before) * each_ms,
        again_cpu_ms=(after - between) * each_ms,
        later_cpu_ms=(end - after) * each_ms,
        calls=calls / documents,
    ), answers[0]


def _start_peer(name: str, servers: Servers, cores: Cores, supergraph: Path) -> Server:
    return PEERS[name](servers, supergraph, partial(on_core, cores.server))


def _target(case: GeneratedSupergraph, server: Server, name: str) -> Target:
    return Target.graphql(server.port, case.document(name), {}, name)


def _medians(costs: list[PlanningCost]) -> dict[str, float]:
    rows = [asdict(cost) for cost in costs]
    return {what: round(statistics.median(row[what] for row in rows), 2) for what in rows[0]}


def _ratios(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, float]:
    """Return others' figures divided by ours: above 1 where ours takes less."""
    return {
        f"{case}_{what}_ours_vs_{name}": round(row[what] / max(rows["ours"][what], 0.01), 2)
        for case, rows in figures.items()
        for name, row in rows.items()
        if name != "ours"
        for what in ("start_cpu_ms", "cold_cpu_ms", "first_cpu_ms", "calls")
    }


def run(options: Options, folder: Path) -> None:
    """Start each gateway over each supergraph in interleaved rounds, and report."""
    cores = Cores.choose()
    cores.use_rest()
    form = options.form
    stars = form.of(STARS, STARS, STARS[:1])
    supergraphs = [*(star(size, 10) for size in stars), shareable(*form.of((30, 30), (30, 30), (3, 3)))]
    documents, rounds = form.of(*DOCUMENTS), form.of(options.measurement.rounds, 1, 1)
    install_composition()
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        subgraphs = Subgraphs(servers, cores)
        starts: dict[str, Starting] = {"ours": lambda path: start_ours(servers, path, cores)}
        wanted = list(filter(options.wants, PEERS))
        left_out = form.left_out(wanted) or install_peers(wanted)
        for name in wanted:
            if name not in left_out:
                starts[name] = partial(_start_peer, name, servers, cores)
        for case in supergraphs:
            supergraph = compose(case, folder, subgraphs.port)
            costs: dict[str, list[PlanningCost]] = {name: [] for name in starts}
            for _ in range(rounds):
                data: object = None
                for name, start in starts.items():
                    sight, found = measure(case, start(supergraph), subgraphs, documents)
                    servers.stop_last()
                    if data is not None and found != data:
                        raise WrongAnswerError(f"{case.name}: {name} answers otherwise than ours")
                    data = found
                    costs[name].append(sight)
                    print(f"{case.name:28}{name:22}{sight}", flush=True)
            figures[case.name] = {name: _medians(cost) for name, cost in costs.items()}
    report.write(form.results, "planning", figures, _ratios(figures), left_out)


def main() -> None:
    """Run the benchmark as the command line says."""
    options = read_options(__doc__ or "", tuple(PEERS))
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
