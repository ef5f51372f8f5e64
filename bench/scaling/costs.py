"""The processor time of a request and of a bet, as measured on one machine, and models built on it."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

RECORDED: Final = Path(__file__).with_name("costs.json")
MICROSECOND: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Work:
    """The processor time of one request or one bet, in microseconds.

    Attributes:
        ours: In our process.
        servers: In MariaDB and Kafka.
        load: In the program that makes the load, which shares the machine in a benchmark.
    """

    ours: float
    servers: float
    load: float = 0.0

    def most_a_second(self, processes: int, cores: float) -> float:
        """Return the highest rate of a number of single-threaded processes on a machine with some free cores.

        The limit is either the processes or the machine's cores.
        """
        of_processes = processes / (self.ours * MICROSECOND)
        of_machine = cores / ((self.ours + self.servers + self.load) * MICROSECOND)
        return min(of_processes, of_machine)


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of a machine.

    Attributes:
        read: A bet-slip's query.
        bet: A message about a bet, applied.
        idle_ms: The time to answer a query while nothing else is asked.
        start_seconds: From the start of `furlong serve` until it answers.
    """

    read: Work
    bet: Work
    idle_ms: float
    start_seconds: float

    def save(self, path: Path = RECORDED) -> None:
        """Write the costs as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def load_costs(path: Path = RECORDED) -> Costs:
    """Return recorded costs."""
    read = json.loads(path.read_text())
    return Costs(Work(**read["read"]), Work(**read["bet"]), read["idle_ms"], read["start_seconds"])


MAX_INSIDE: Final = 256
"""Requests inside a process beyond which more are refused (FURLONG_GATEWAY_REQUESTS_INSIDE)."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How one second at a request rate is answered.

    Attributes:
        utilization: The share of the processes' time.
        inside: Requests being answered at the same time.
        p99_ms: The 99th percentile of the time to answer.
        refused: Requests per second that are refused.
    """

    utilization: float
    inside: float
    p99_ms: float
    refused: float


def answers(costs: Costs, processes: int, rate: float) -> Answers:
    """Return how processes that share requests at random answer a request rate.

    Each process is a queue with random arrivals and varying service (M/M/1). Beyond its capacity it is full.
    No request waits longer than for a full queue, because more are refused.
    """
    service = costs.read.ours * MICROSECOND
    capacity = processes / service
    full = MAX_INSIDE * service * 1000
    if rate >= capacity * (1 - 1 / MAX_INSIDE):
        return Answers(1.0, float(MAX_INSIDE * processes), costs.idle_ms + full, max(0.0, rate - capacity))
    busy = rate / capacity
    waiting = service / (1 - busy)
    idle = costs.idle_ms / 1000
    p99 = costs.idle_ms + min(waiting * math.log(100) * 1000, full)
    return Answers(busy, rate * (idle + waiting), p99, 0.0)


def applied(costs: Costs, consumers: int, waiting: float, arriving: float) -> float:
    """Return how many messages consumers apply in a second."""
    return min(waiting + arriving, consumers / (costs.bet.ours * MICROSECOND))
