"""Builds the document resolver and the policy of trusted documents from the settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry

from gateway.documents import (
    AutomaticDocuments,
    DocumentMetrics,
    ManifestFiles,
    Texts,
    TrustedDocuments,
    UnknownDocuments,
)
from gateway.documents.automatic import SharedTexts
from gateway.documents.settings import TrustedDocumentSettings
from gateway.pipeline.documents.resolution import DocumentResolver
from gateway.pipeline.policies import TrustedDocumentsPolicy


def document_resolver(
    settings: TrustedDocumentSettings, registry: CollectorRegistry, *, introspection: bool
) -> DocumentResolver:
    """Build the resolver of document ids.

    Args:
        settings: The settings.
        registry: Where metrics are registered.
        introspection: Whether classes of clients without a setting of their own may introspect.

    Raises:
        ManifestError: A manifest is missing or broken.
    """
    metrics = DocumentMetrics()
    registry.register(metrics)
    automatic = AutomaticDocuments(Texts(settings.apq_bytes), metrics, _shared_texts(settings, metrics))
    return DocumentResolver(
        ManifestFiles(settings.trusted_documents, settings.trusted_documents_clients, metrics),
        metrics,
        has_manifests=bool(settings.trusted_documents),
        only_trusted=settings.trusted_documents_mode == "only",
        requires_id=settings.trusted_documents_require_id,
        introspection=introspection,
        automatic=automatic if settings.apq else None,
    )


def trusted_documents_policies(
    settings: TrustedDocumentSettings, documents: DocumentResolver
) -> tuple[TrustedDocumentsPolicy, ...]:
    """Return the policy; return none if every document may be sent, so that requests do not pay for it."""
    if settings.trusted_documents_mode == "off":
        return ()
    policy = TrustedDocumentsPolicy(
        documents.manifests,
        enforced=settings.trusted_documents_mode == "only",
        requires_id=settings.trusted_documents_require_id,
        operations=settings.trusted_operations,
        metrics=documents.metrics,
        unknown=UnknownDocuments(settings.trusted_documents_logged),
    )
    return (policy,)


async def watch_manifests(
    settings: TrustedDocumentSettings,
    documents: DocumentResolver,
    prepare: Callable[[TrustedDocuments], Awaitable[None]],
) -> None:
    """Reload the manifests when they change on disk, until cancelled.

    Args:
        settings: The settings.
        documents: Finds documents by their ids.
        prepare: Called with the trusted documents in force, and with each set that replaces them.
    """
    await documents.manifests.watch(settings.trusted_documents_reload_seconds, prepare)


def _shared_texts(settings: TrustedDocumentSettings, metrics: DocumentMetrics) -> SharedTexts | None:
    if settings.apq_valkey_url is None:
        return None
    # Importing the client takes 0.1 s, and most gateways do not need it.
    from gateway.documents.valkey_texts import ValkeyTexts  # noqa: PLC0415

    return ValkeyTexts(
        settings.apq_valkey_url,
        metrics,
        seconds=settings.apq_valkey_seconds,
        keep_seconds=settings.apq_keep_seconds,
    )
