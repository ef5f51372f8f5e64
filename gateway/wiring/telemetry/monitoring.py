"""Builds the metrics by operation and client."""

from __future__ import annotations

from functools import partial

from gateway.monitoring import KnownNames, ProcessMetrics, Recorders
from gateway.monitoring.operations import Document
from gateway.pipeline.policies.trusted_documents import EVERY_CLIENT
from gateway.pipeline.preparation.preparer import Preparer
from gateway.settings import GatewaySettings
from gateway.usage import OperationReader
from gateway.wiring.background import Background
from gateway.wiring.shared_parts import SharedParts


def recorders(settings: GatewaySettings, shared: SharedParts, preparer: Preparer) -> Recorders:
    """Build the recorders of a version of the graph."""
    documents = shared.documents

    def is_known(document: Document, client: str | None) -> bool:
        return preparer.documents.is_pinned(document.key) or documents.trusted.allows(
            document.token_digest, client
        )

    names = KnownNames(is_known, _clients(settings), settings.metrics_any_name)
    if shared.usage is None:
        return Recorders(shared.operations, names)
    reader = OperationReader(preparer.supergraph.public)
    return Recorders(shared.operations, names, partial(shared.usage.recorder, reader))


def watching(settings: GatewaySettings, shared: SharedParts) -> list[Background]:
    """Return the background work that measures, and writes usage."""
    process = ProcessMetrics()
    shared.metrics.registry.register(process)
    if shared.usage is None:
        return [process.watch_event_loop]
    return [process.watch_event_loop, partial(shared.usage.keep_writing, settings.usage_seconds)]


def _clients(settings: GatewaySettings) -> frozenset[str]:
    """Return all clients that the settings name."""
    bound = {name for each in settings.trusted_documents_clients.values() for name in each}
    return frozenset({*settings.metrics_clients, *settings.trusted_operations, *bound} - {EVERY_CLIENT})
