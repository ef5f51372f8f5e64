"""Reads logs of requests: one JSON object per line, such as the bodies of GraphQL over HTTP.

A proxy that logs bodies as text writes them as `body`, next to `client`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class LoggedRequest:
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
    variables: Mapping[str, Any] = field(default_factory=dict)
    client: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
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
