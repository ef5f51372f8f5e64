"""Proposes limits from what clients actually send: the highest observed value, plus headroom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from gateway.features.cost.limit_report.figures import LIMITS, Limit
from gateway.features.cost.limit_report.reader import DocumentReader
from gateway.features.cost.limit_report.request_log import BadLine, LoggedRequest

PERCENTILE: Final = 0.999
HEADROOM: Final = 1.5
"""The ratio of a proposed limit to the highest observed value."""


@dataclass(slots=True)
class Seen:
    """The observed values of one limit.

    Attributes:
        counts: How many requests had each value.
        most: The highest value.
        line: The first line of the log with that value.
    """

    counts: Counter[int] = field(default_factory=Counter)
    most: int = -1
    line: int = 0

    def add(self, value: int, line: int) -> None:
        """Count a request."""
        self.counts[value] += 1
        if value > self.most:
            self.most, self.line = value, line

    def percentile(self) -> int:
        """Return the value that 99.9 % of all requests do not exceed."""
        left = self.counts.total() * PERCENTILE
        for value in sorted(self.counts):
            left -= self.counts[value]
            if left <= 0:
                return value
        return self.most


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed limit.

    Attributes:
        limit: The limit.
        percentile: The value that 99.9 % of the requests do not exceed.
        most: The highest observed value.
        line: The first line of the log with that value.
        proposed: The proposed value.
    """

    limit: Limit
    percentile: int
    most: int
    line: int
    proposed: int


class Proposals:
    """Collects the requests of a log.

    Attributes:
        requests: How many requests were counted.
        bad: Lines that are not requests, or whose documents are not valid.
    """

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader
        self._seen: dict[str | None, dict[str, Seen]] = {}
        self.requests = 0
        self.bad: list[BadLine] = []

    def add(self, logged: LoggedRequest | BadLine) -> None:
        """Count a line of the log."""
        if isinstance(logged, BadLine):
            self.bad.append(logged)
            return
        found = self._reader.read(logged.query, logged.operation_name, logged.variables)
        if found.errors:
            self.bad.append(BadLine(logged.line, found.errors[0]))
            return
        self.requests += 1
        figures = found.with_costs()
        for client in {None, logged.client}:
            seen = self._seen.setdefault(client, {each.setting: Seen() for each in LIMITS})
            for each in LIMITS:
                seen[each.setting].add(figures.get(each.setting, 0), logged.line)

    def clients(self) -> list[str]:
        """Return the names of all clients in the log."""
        return sorted(each for each in self._seen if each is not None)

    def of(self, client: str | None = None) -> list[Proposal]:
        """Return a proposal for each limit, from the requests of one client or of all clients."""
        seen = self._seen.get(client, {})
        return [
            Proposal(
                each,
                found.percentile(),
                found.most,
                found.line,
                # Each mutation field has an effect of its own, so no headroom is added.
                found.most if each.setting == "mutation_fields" else with_headroom(found.most),
            )
            for each in LIMITS
            if (found := seen.get(each.setting)) is not None
        ]


def with_headroom(most: int) -> int:
    """Return one and a half times the value, rounded up to two digits, and at least 1."""
    wanted = max(1, ceil(most * HEADROOM))
    unit = int(10 ** max(0, len(str(wanted)) - 2))
    return -(-wanted // unit) * unit
