"""The parts shared by all WebSockets of a gateway."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from gateway.http.live import LiveConnections, LiveOperations
from gateway.http.replies import OriginPolicy
from gateway.monitoring.metrics import Metrics
from gateway.pipeline.components import AuthenticationComponent


class StreamedVersion(Protocol):
    """A version of the graph, whose operations have streams of responses."""

    @property
    def live(self) -> LiveOperations:
        """Starts operations."""
        ...


class StreamedGraph(Protocol):
    """The versions of a graph: those of a gateway, or the only one of a subgraph that is served alone."""

    @property
    def current(self) -> StreamedVersion:
        """The current version."""
        ...

    @property
    def alive(self) -> int:
        """The number of versions that operations still use."""
        ...

    def cors(self) -> OriginPolicy | None:
        """Return the CORS policy; None if no pages of other origins are allowed."""
        ...


class WebSocketParts(Struct, frozen=True):
    """The parts shared by all WebSockets.

    Attributes:
        graph: The versions of the graph.
        connections: All WebSockets and streams.
        authentication: Finds sessions.
        metrics: Counts refusals.
        init_headers: The lower-case names of the headers that `connection_init` may set.
    """

    graph: StreamedGraph
    connections: LiveConnections
    authentication: AuthenticationComponent
    metrics: Metrics
    init_headers: frozenset[str]
