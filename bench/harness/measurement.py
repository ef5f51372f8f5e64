"""Measure contenders in interleaved rounds, so that disturbances of the machine affect all alike."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bench.harness.servers import Server
from bench.load.target import Target
from bench.load.wrk import CONNECTIONS, LoadTool, Run


@dataclass(frozen=True, slots=True)
class Contender:
    """A server to be measured.

    Attributes:
        servers: The servers whose processor time counts as the contender's.
    """

    name: str
    target: Target
    servers: tuple[Server, ...]

    def cpu_seconds(self) -> float:
        """Return the processor time that the servers have used so far."""
        return sum(server.cpu_seconds() for server in self.servers)


@dataclass(slots=True)
class Series:
    """The runs of one contender; `cpu` is its servers' processor time per request, in microseconds."""

    runs: list[Run] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    connections: int = field(kw_only=True)

    @property
    def rate(self) -> float:
        """The median of requests per second."""
        return statistics.median(run.rate for run in self.runs)

    def figures(self) -> dict[str, float]:
        """Return medians, and the least and greatest rate."""
        rates = [run.rate for run in self.runs]
        return {
            "requests_per_second": round(self.rate, 1),
            "least": round(min(rates), 1),
            "greatest": round(max(rates), 1),
            "p50_ms": round(statistics.median(run.p50 for run in self.runs), 2),
            "p99_ms": round(statistics.median(run.p99 for run in self.runs), 2),
            "cpu_us_per_request": round(statistics.median(self.cpu), 1),
            "connections": self.connections,
            "runs": len(self.runs),
        }


@dataclass(frozen=True, slots=True)
class Measurement:
    """How often and how long each contender is measured.

    Attributes:
        warm_up: Seconds before the first round, for caches, compiled documents and Node's JIT compiler.
        connections: Number of busy connections; None for the number that suits each contender best.
    """

    rounds: int
    seconds: float
    warm_up: float
    connections: int | None = None

    def measure(self, contenders: list[Contender], tool: LoadTool) -> Mapping[str, Series]:
        """Measure each contender once per round.

        Raises:
            WrongAnswerError: A contender gave a wrong answer.
        """
        tools = {contender.name: self._best_connections(tool, contender) for contender in contenders}
        series = {name: Series(connections=tool.connections) for name, tool in tools.items()}
        for number in range(1, self.rounds + 1):
            for contender in contenders:
                before = contender.cpu_seconds()
                run = tools[contender.name].run(contender.name, contender.target, self.seconds)
                used = contender.cpu_seconds() - before
                series[contender.name].runs.append(run)
                series[contender.name].cpu.append(used / run.requests * 1e6)
                print(f"round {number}/{self.rounds}  {contender.name:16}{run.rate:10.0f}/s", flush=True)
        return series

    def _best_connections(self, tool: LoadTool, contender: Contender) -> LoadTool:
        """Return the tool with the number of connections at which the warm contender is fastest."""
        if self.connections:
            fixed = replace(tool, connections=self.connections)
            if self.warm_up:
                fixed.run(contender.name, contender.target, self.warm_up)
            return fixed
        tool.run(contender.name, contender.target, self.warm_up)
        rates = {}
        for connections in CONNECTIONS:
            run = replace(tool, connections=connections).run(contender.name, contender.target, self.seconds)
            rates[connections] = run.rate
            print(f"{contender.name:16}{connections:4} connections{run.rate:10.0f}/s", flush=True)
        return replace(tool, connections=max(rates, key=lambda connections: rates[connections]))


def ratios(series: Mapping[str, Series], ours: str = "ours") -> dict[str, float]:
    """Return our rate divided by each peer's; above 1, ours answers more requests per second."""
    mine = series[ours].rate
    return {f"{ours}_vs_{name}": round(mine / peer.rate, 3) for name, peer in series.items() if name != ours}
