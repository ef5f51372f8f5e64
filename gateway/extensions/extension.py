"""The interface of extensions: hooks for each version of the graph, and background work."""

from __future__ import annotations

from prometheus_client.registry import Collector

from gateway.pipeline.hooks import Hooks
from gateway.supergraph import Supergraph


class Extension:
    """The base of extensions; each method may be overridden, and does nothing by default.

    Attributes:
        collectors: Additional metrics for `GET /metrics`.
    """

    collectors: tuple[Collector, ...] = ()

    def hooks(self, supergraph: Supergraph) -> Hooks:
        """Return the hooks for a version of the graph; called for each version before it serves.

        If it raises anything, the version is refused: at startup the gateway does not start; later, the
        previous version remains in use.
        """
        del supergraph
        return Hooks()

    async def run(self) -> None:
        """Do background work; cancelled when the gateway stops."""

    async def close(self) -> None:
        """Close connections; called once, after the last request."""
