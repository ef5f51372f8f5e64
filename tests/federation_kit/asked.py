"""Subgraphs in memory for tests: functions that are given each request whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.transport import MemoryTransport, SubgraphOperation


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One operation that a subgraph was asked to carry out."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    headers: Mapping[str, str]


def asking(ask: Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]) -> MemoryTransport:
    """A subgraph that is such a function."""

    def prepare(document: str, operation_name: str | None) -> SubgraphOperation:
        def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> Awaitable[Mapping[str, Any]]:
            return ask(SubgraphRequest(document, variables, operation_name, headers))

        return call

    return MemoryTransport(prepare)
