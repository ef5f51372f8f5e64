"""What files of tests cost when they were last recorded, by which later runs order them.

`costs.json` has a line for each file that took some seconds: how many, and which of the `SHARED` fixtures its
tests ask for. `make test-all ARGS=--record-costs` writes the lines of what it runs. It decides nothing but
the order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RECORDED: Final = Path(__file__).with_name("costs.json")
RECORD: Final = "--record-costs"
LEAST_SECONDS: Final = 2.0
"""Files that take less have no line, and come last."""
OF_FOLDERS: Final = frozenset({"newcomers", "servers"})
"""Fixtures for a whole folder, such as a demo, which end when their worker runs anything else."""
SHARED: Final = (*OF_FOLDERS, "kafka", "mariadb", "rabbitmq", "valkey")
"""Fixtures that several files share in a worker, and that cost seconds to start."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a file of tests takes.

    Attributes:
        seconds: How long it lasted, with what it set up.
        uses: The `SHARED` fixtures that its tests ask for, directly or not.
    """

    seconds: float
    uses: frozenset[str]


UNKNOWN: Final = Cost(LEAST_SECONDS, frozenset())


def recorded_costs(path: Path = RECORDED) -> dict[str, Cost]:
    """Return the recorded costs by file, as pytest names it: relative to the root."""
    return {
        file: Cost(seconds, frozenset(uses.split()))
        for file, (seconds, uses) in json.loads(path.read_text()).items()
    }


def record_costs(costs: Mapping[str, Cost], path: Path = RECORDED) -> None:
    """Write costs as `recorded_costs` reads them, a line for each file."""
    rows = [
        f'"{file}": [{cost.seconds:.0f}, "{" ".join(sorted(cost.uses))}"]'
        for file, cost in sorted(costs.items())
        if cost.seconds >= LEAST_SECONDS
    ]
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n")
