"""What an extension is: hooks for each version of the graph, and what runs beside requests."""

from __future__ import annotations

from prometheus_client.registry import Collector

from gateway.pipeline.hooks import Hooks
from gateway.supergraph import Supergraph


class Extension:
    """The base of extensions; each method may be overridden, and does nothing by default.

    Attributes:
        collectors: Metrics for `GET /metrics`.
    """

    collectors: tuple[Collector, ...] = ()

    def hooks(self, supergraph: Supergraph) -> Hooks:
        """Return the hooks for a version of the graph; called for each version before it serves.

        Whatever it raises refuses the version: at the start the gateway does not start, and later the version
        before stays in force.
        """
        del supergraph
        return Hooks()

    async def run(self) -> None:
        """Do what runs beside requests; it is cancelled when the gateway stops."""

    async def close(self) -> None:
        """Close connections; called once, after the last request."""
