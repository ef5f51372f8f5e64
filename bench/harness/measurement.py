"""Contenders measured in turns, so that whatever disturbs the machine disturbs them all alike."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bench.harness.servers import Server
from bench.load.target import Target
from bench.load.wrk import CONNECTIONS, LoadTool, Run


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who is measured.

    Attributes:
        servers: those whose processor time counts as its own.
    """

    name: str
    target: Target
    servers: tuple[Server, ...]

    def cpu_seconds(self) -> float:
        """The processor time that its servers have used so far."""
        return sum(server.cpu_seconds() for server in self.servers)


@dataclass(slots=True)
class Series:
    """The runs of one contender; `cpu` are microseconds of its servers' processor time a request."""

    runs: list[Run] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    connections: int = field(kw_only=True)

    @property
    def rate(self) -> float:
        """The median of requests a second."""
        return statistics.median(run.rate for run in self.runs)

    def figures(self) -> dict[str, float]:
        """Medians, and the least and greatest rate."""
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
    """How often and how long each is measured.

    Attributes:
        warm_up: seconds before the first round, for caches, compiled documents and the JIT of Node.
        connections: kept busy; None for as many as suit each contender best.
    """

    rounds: int
    seconds: float
    warm_up: float
    connections: int | None = None

    def measure(self, contenders: list[Contender], tool: LoadTool) -> Mapping[str, Series]:
        """Measures each in turn, round after round.

        Raises:
            WrongAnswerError: a contender answered wrongly.
        """
        tools = {each.name: self._best_connections(tool, each) for each in contenders}
        series = {name: Series(connections=tool.connections) for name, tool in tools.items()}
        for number in range(1, self.rounds + 1):
            for each in contenders:
                before = each.cpu_seconds()
                run = tools[each.name].run(each.name, each.target, self.seconds)
                used = each.cpu_seconds() - before
                series[each.name].runs.append(run)
                series[each.name].cpu.append(used / run.requests * 1e6)
                print(f"round {number}/{self.rounds}  {each.name:16}{run.rate:10.0f}/s", flush=True)
        return series

    def _best_connections(self, tool: LoadTool, contender: Contender) -> LoadTool:
        """The tool with as many connections as the contender, warmed up, answers most on."""
        if self.connections:
            fixed = replace(tool, connections=self.connections)
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
    """Ours against each peer: above 1 ours answers more requests a second."""
    mine = series[ours].rate
    return {f"{ours}_vs_{name}": round(mine / peer.rate, 3) for name, peer in series.items() if name != ours}
