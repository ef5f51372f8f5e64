"""Proposes limits from a log of what clients actually send: the highest observed value, plus headroom.

A proxy that logs bodies as text writes them as `body`, next to `client`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct

from gateway.features.cost.limit_report.documents import LIMITS, DocumentReader, Limit

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


class Proposal(Struct, frozen=True):
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
        document = self._reader.read(logged.query, logged.operation_name, logged.variables)
        if document.errors:
            self.bad.append(BadLine(logged.line, document.errors[0]))
            return
        self.requests += 1
        figures = document.with_costs()
        for client in {None, logged.client}:
            seen = self._seen.setdefault(client, {limit.setting: Seen() for limit in LIMITS})
            for limit in LIMITS:
                seen[limit.setting].add(figures.get(limit.setting, 0), logged.line)

    def clients(self) -> list[str]:
        """Return the names of all clients in the log."""
        return sorted(client for client in self._seen if client is not None)

    def of(self, client: str | None = None) -> list[Proposal]:
        """Return a proposal for each limit, from the requests of one client or of all clients."""
        seen = self._seen.get(client, {})
        return [
            Proposal(
                limit,
                values.percentile(),
                values.most,
                values.line,
                # Each mutation field has an effect of its own, so no headroom is added.
                values.most if limit.setting == "mutation_fields" else with_headroom(values.most),
            )
            for limit in LIMITS
            if (values := seen.get(limit.setting)) is not None
        ]


def with_headroom(most: int) -> int:
    """Return one and a half times the value, rounded up to two digits, and at least 1."""
    wanted = max(1, ceil(most * HEADROOM))
    unit = int(10 ** max(0, len(str(wanted)) - 2))
    return -(-wanted // unit) * unit


class LoggedRequest(Struct, frozen=True):
    """A request that a client has sent.

    Attributes:
        line: Its line in the log, from 1.
        query: The document.
        operation_name: The operation's name, if the request has one.
        variables: The variables.
        client: The client's name, if the log has it.
    """

    line: int
    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = msgspec.field(default_factory=dict)
    client: str | None = None


class BadLine(Struct, frozen=True):
    """A line that is not a request.

    Attributes:
        line: Its number, from 1.
        reason: What is wrong with it.
    """

    line: int
    reason: str


def read_log(lines: Iterable[bytes]) -> Iterator[LoggedRequest | BadLine]:
    """Yield the requests of a log and its bad lines; empty lines are skipped."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read(number, line)


def _read(number: int, line: bytes) -> LoggedRequest | BadLine:
    try:
        value = _object(line)
        client = value.get("client")
        if isinstance(value.get("body"), str):
            value = _object(value["body"])
    except ValueError as error:
        return BadLine(number, str(error))
    query, name, variables = value.get("query"), value.get("operationName"), value.get("variables")
    if not isinstance(query, str) or not query:
        return BadLine(number, "it has no query")
    if not isinstance(variables, dict | None):
        return BadLine(number, "its variables are not an object")
    return LoggedRequest(
        number,
        query,
        name if isinstance(name, str) and name else None,
        variables or {},
        client if isinstance(client, str) and client else None,
    )


def _object(text: bytes | str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("it is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 - the caller reports values of both kinds
    return value
