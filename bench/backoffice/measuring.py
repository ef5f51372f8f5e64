"""Runs operations of the admin graph, and counts the rows that the server reads for each."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pymysql
from sqlalchemy import make_url

from backoffice.access import Actor, Role
from backoffice.graph.execution import OfficeGraph
from foundation.graphql_http import GraphQLRequest
from subgraphs.kit.domain.keys import ALL_BRANDS

TIMES: Final = 3
EVERYBODY = Actor("bench", "bench", "Bench", "bench", "127.0.0.1", {ALL_BRANDS: frozenset(Role)})


@dataclass(frozen=True, slots=True)
class Operation:
    """A list or a figure of the back office.

    Attributes:
        most_rows: How many rows the server may read for it, whatever the tables hold.
    """

    name: str
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    most_rows: int = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What an operation cost: rows read, milliseconds until the answer, and of the office's processor."""

    name: str
    rows_read: int
    most_rows: int
    milliseconds: float
    processor: float
    shown: int

    @property
    def is_bounded(self) -> bool:
        """Return whether it read no more rows than it may."""
        return self.rows_read <= self.most_rows


class Meter:
    """Counts the rows that a server reads; nothing else may use it."""

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self._connection = pymysql.connect(
            host=str(parts.host),
            port=parts.port or 3306,
            user=str(parts.username),
            password=str(parts.password),
        )

    def rows(self) -> int:
        """Return how many rows were read since the server started."""
        with self._connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Handler_read%'")
            return sum(int(value) for _, value in cursor.fetchall())


async def measure(meter: Meter, graph: OfficeGraph, operation: Operation) -> Measured:
    """Run an operation several times; the first one opens connections, and the fastest of the others counts.

    A machine that does other work makes each of them slower, and none faster.

    Raises:
        RuntimeError: It answers with errors.
        RequestError: It is refused.
    """
    request = GraphQLRequest(operation.document, variables=operation.variables)
    answer: dict[str, Any] = {}
    rows, idle = 0, 0
    times: list[tuple[float, float]] = []
    for _ in range(1 + TIMES):
        before = meter.rows()
        idle = meter.rows() - before  # what the look itself reads
        before, begun, used = meter.rows(), time.perf_counter(), time.process_time()
        answer = await graph.execute(request, EVERYBODY)
        times.append(((time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000))
        rows = meter.rows() - before - idle
    if answer.get("errors"):
        raise RuntimeError(f"{operation.name}: {answer['errors']}")
    elapsed, processor = map(min, zip(*times[1:], strict=True))
    shown = _shown(answer["data"])
    return Measured(operation.name, max(0, rows), operation.most_rows, elapsed, processor, shown)


def _shown(value: Any) -> int:
    """Return how many rows an answer has: the length of its longest list."""
    if isinstance(value, list):
        return max([len(value), *map(_shown, value)])
    if isinstance(value, dict):
        return max([0, *map(_shown, value.values())])
    return 0
