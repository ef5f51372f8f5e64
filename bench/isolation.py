"""One dead and one slow subgraph among four: how much of their rate requests to the others keep.

The same requests are sent in both worlds. Those to the slow and the dead subgraph follow a schedule that does
not wait for answers, so that an immediate refusal causes no further request. Those to a sound subgraph come
from enough clients to saturate the gateway, each as soon as its previous answer has arrived. The rate that
they keep is therefore what the failing subgraphs leave of the gateway's processor.

Each round measures both worlds at the same time: their gateways share one core, which the scheduler divides
equally, and everything else shares the other. What disturbs the machine therefore disturbs both worlds alike;
one after the other, rounds differ by more than the worlds do.
"""

import asyncio
import json
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvloop

from bench.harness import report
from bench.harness.cores import Cores, on_core
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import ROOT, Server, Servers, free_port, furlong, running_servers
from bench.load.open_loop import OpenLoop, Record
from bench.load.target import Target
from bench.load.wrk import LoadTool

TOKENS: Final = [f"session-{number}" for number in range(1000)]
SOUND, FAILING = "sound", "failing"
DELAYS: Final = {SOUND: ("0", "0", "0", "0"), FAILING: ("0", "0", "1.0", "never")}
"""Seconds that each of the four subgraphs takes: the third is slow, and the fourth is dead."""

SLOW_FIELD, DEAD_FIELD = "field2", "field3"
OTHER_RATES: Final = {SLOW_FIELD: 20.0, DEAD_FIELD: 100.0}
"""Requests a second for the two other subgraphs, in both worlds: the dead one would fill half a core."""

OTHER_CONNECTIONS: Final = 400
"""The clients of each of the two other subgraphs."""

SUPERGRAPH: Final = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
  external: Boolean, override: String, usedOverridden: Boolean)
  repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"""


@dataclass(slots=True)
class Rounds:
    """What was measured in one world.

    Attributes:
        rates: Requests to a sound subgraph a second.
        p99: Their latency, in milliseconds.
        dead: Median latency of requests to the dead subgraph, in milliseconds.
        slow: The same for the slow one.
        cpu: Processor time of the gateway for each request to a sound subgraph, in microseconds; that of the
            other requests is included.
        unanswered: Requests to these two that were refused, cut off or too late.
    """

    rates: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    dead: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    unanswered: int = 0

    def figures(self) -> dict[str, float]:
        """Return the medians."""
        return {
            "requests_per_second": round(statistics.median(self.rates), 1),
            "least": round(min(self.rates), 1),
            "greatest": round(max(self.rates), 1),
            "p99_ms": round(statistics.median(self.p99), 2),
            "dead_p50_ms": round(statistics.median(self.dead), 2),
            "slow_p50_ms": round(statistics.median(self.slow), 2),
            "cpu_us_per_request": round(statistics.median(self.cpu), 1),
            "unanswered": self.unanswered,
        }


def write_supergraph(folder: Path, world: str, ports: list[int]) -> Path:
    """Write the supergraph of four subgraphs with a root field each."""
    numbers = range(len(ports))
    graphs = " ".join(
        f'S{n} @join__graph(name: "s{n}", url: "http://127.0.0.1:{ports[n]}/graphql")' for n in numbers
    )
    everywhere = " ".join(f"@join__type(graph: S{n})" for n in numbers)
    fields = " ".join(f"field{n}: Thing @join__field(graph: S{n})" for n in numbers)
    path = folder / f"{world}.graphql"
    path.write_text(
        f"{SUPERGRAPH}\nenum join__Graph {{ {graphs} }}\ntype Query {everywhere} {{ {fields} }}\n"
        f"type Thing {everywhere} {{ id: ID text: String }}\n"
    )
    return path


def asking(port: int, name: str) -> Target:
    """Return the target for a root field; an answer with errors is an answer for the failing ones."""
    body = json.dumps({"query": f"{{ {name} {{ id text }} }}"})
    is_sound = name not in (SLOW_FIELD, DEAD_FIELD)
    return Target(port, "/graphql", body, '"id"' if is_sound else '"data"', '"errors"' if is_sound else "\0")


def start_world(servers: Servers, folder: Path, world: str, cores: Cores) -> Server:
    """Start four subgraphs and a gateway in front of them."""
    ports = [free_port() for _ in DELAYS[world]]
    delays = [f"{port}={delay}" for port, delay in zip(ports, DELAYS[world], strict=True)]
    program = [sys.executable, "-m", "bench.fixtures.failing_subgraphs", *delays]
    servers.start(f"subgraphs-{world}", on_core(cores.rest, program), ports[-1], {"PYTHONPATH": str(ROOT)})
    port, path = free_port(), write_supergraph(folder, world, ports)
    serve = furlong("gateway", "serve", "--supergraph", str(path), "--listen", f"127.0.0.1:{port}")
    return servers.start(world, on_core(cores.server, serve), port)


def offer_others(port: int, seconds: float) -> tuple[Record, Record]:
    """Send requests to the slow and the dead subgraph on a schedule."""

    async def one(name: str) -> Record:
        load = OpenLoop(asking(port, name), TOKENS, connections=OTHER_CONNECTIONS)
        record = await load.run(OTHER_RATES[name], seconds)
        await load.close()
        return record

    async def both() -> tuple[Record, Record]:
        slow, dead = await asyncio.gather(one(SLOW_FIELD), one(DEAD_FIELD))
        return slow, dead

    return uvloop.run(both())


def measure(tool: LoadTool, server: Server, rounds: Rounds, seconds: float) -> None:
    """Measure the sound subgraph once, while requests to the others are sent as well."""
    with ThreadPoolExecutor(1) as threads:
        before = server.cpu_seconds()
        others = threads.submit(offer_others, server.port, seconds)
        run = tool.run(f"sound-{server.port}", asking(server.port, "field0"), seconds)
        used = server.cpu_seconds() - before
        slow, dead = others.result()
    rounds.cpu.append(used / run.requests * 1e6)
    rounds.rates.append(run.rate)
    rounds.p99.append(run.p99)
    rounds.slow.append(statistics.median(slow.right) * 1000)
    rounds.dead.append(statistics.median(dead.right) * 1000)
    rounds.unanswered += sum(each.sent - each.outcomes["right"] for each in (slow, dead))


def run(options: Options, folder: Path) -> None:
    """Start both worlds, measure them in interleaved rounds, and report."""
    cores = Cores.choose()
    cores.use_rest()
    seconds = options.measurement.seconds
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(folder))
        started = {world: start_world(servers, folder, world, cores) for world in DELAYS}
        tool = LoadTool(folder, TOKENS, connections=32)
        worlds = {world: Rounds() for world in DELAYS}
        for world, server in started.items():
            measure(tool, server, Rounds(), options.measurement.warm_up)
            print(f"{world} is warm", flush=True)
        for number in range(1, options.measurement.rounds + 1):
            with ThreadPoolExecutor(len(started)) as threads:
                measured = [
                    threads.submit(measure, tool, server, worlds[world], seconds)
                    for world, server in started.items()
                ]
            for each in measured:
                each.result()
            rates = "".join(f"{world:>10}{worlds[world].rates[-1]:8.0f}/s" for world in started)
            print(f"round {number:3}{rates}", flush=True)
    figures = {world: each.figures() for world, each in worlds.items()}
    cpu = _of_rounds(worlds[SOUND].cpu, worlds[FAILING].cpu)
    kept = _of_rounds(worlds[FAILING].rates, worlds[SOUND].rates)
    for world, row in figures.items():
        print(f"\n{world}")
        for name, value in row.items():
            print(f"  {name:22}{value:12.2f}")
    print(f"\nkept of the rate      {kept:12.3f}\nby processor time     {cpu:12.3f}")
    report.write(
        "isolation", figures, {"failing_vs_sound": round(kept, 3), "cpu_failing_vs_sound": round(cpu, 3)}
    )


def _of_rounds(numerators: list[float], denominators: list[float]) -> float:
    """Return the median of the ratios of the rounds."""
    return statistics.median([above / below for above, below in zip(numerators, denominators, strict=True)])


def main() -> None:
    """Run the benchmark as the command line says."""
    run_benchmark(run, read_options(__doc__ or ""))


if __name__ == "__main__":
    main()
