"""The processor time of a request and of a bet, as measured on one machine, and what follows from them."""

import json
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
