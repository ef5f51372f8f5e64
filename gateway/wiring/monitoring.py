"""Builds the metrics by operation and client."""

from __future__ import annotations

from gateway.monitoring import AddRecorder, KnownNames, ProcessMetrics, Recorders
from gateway.monitoring.operations import Document
from gateway.pipeline.documents import DocumentResolver
from gateway.pipeline.preparation.preparer import Preparer
from gateway.settings import GatewaySettings
from gateway.wiring.background import Background
from gateway.wiring.shared_parts import SharedParts


def recorders(
    settings: GatewaySettings,
    shared: SharedParts,
    preparer: Preparer,
    documents: DocumentResolver,
    added: tuple[AddRecorder, ...],
) -> Recorders:
    """Build the recorders of a version of the graph."""

    def is_known(document: Document, client: str | None) -> bool:
        return preparer.documents.is_pinned(document.key) or documents.knows(document.token_digest, client)

    clients = documents.clients.union(settings.metrics_clients)
    names = KnownNames(is_known, clients, settings.metrics_any_name)
    return Recorders(shared.operations, names, added)


def watching(shared: SharedParts) -> list[Background]:
    """Return the background work that measures the process."""
    process = ProcessMetrics()
    shared.metrics.registry.register(process)
    return [process.watch_event_loop]
