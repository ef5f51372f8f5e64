"""Builds the metrics by operation and client."""

from __future__ import annotations

from gateway.monitoring import AddRecorder, KnownNames, ProcessMetrics, Recorders
from gateway.monitoring.operations import Document
from gateway.pipeline.policies.trusted_documents import EVERY_CLIENT
from gateway.pipeline.preparation.preparer import Preparer
from gateway.settings import GatewaySettings
from gateway.wiring.background import Background
from gateway.wiring.shared_parts import SharedParts


def recorders(
    settings: GatewaySettings, shared: SharedParts, preparer: Preparer, added: tuple[AddRecorder, ...]
) -> Recorders:
    """Build the recorders of a version of the graph."""
    documents = shared.documents

    def is_known(document: Document, client: str | None) -> bool:
        return preparer.documents.is_pinned(document.key) or documents.trusted.allows(
            document.token_digest, client
        )

    names = KnownNames(is_known, _clients(settings), settings.metrics_any_name)
    return Recorders(shared.operations, names, added)


def watching(shared: SharedParts) -> list[Background]:
    """Return the background work that measures the process."""
    process = ProcessMetrics()
    shared.metrics.registry.register(process)
    return [process.watch_event_loop]


def _clients(settings: GatewaySettings) -> frozenset[str]:
    """Return all clients that the settings name."""
    bound = {name for each in settings.trusted_documents_clients.values() for name in each}
    return frozenset({*settings.metrics_clients, *settings.trusted_operations, *bound} - {EVERY_CLIENT})
