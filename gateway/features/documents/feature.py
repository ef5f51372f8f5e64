"""Answers ids of documents, decides which documents clients may send, and prepares those that are known."""

from __future__ import annotations

from functools import partial

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.documents.automatic import AutomaticDocuments, Texts
from gateway.features.documents.manifests import ManifestFiles
from gateway.features.documents.metrics import DocumentMetrics
from gateway.features.documents.policy import EVERY_CLIENT, TrustedDocumentsPolicy, UnknownDocuments
from gateway.features.documents.preparation import prepare_folder, prepare_trusted
from gateway.features.documents.resolution import KnownDocumentResolver
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.documents.trusted import TrustedDocuments
from gateway.pipeline.operation_executor import OperationExecutor


class KnownDocuments(Feature):
    """Knows the documents of a folder, of manifests, and those that clients register."""

    core: Core
    settings: KnownDocumentSettings
    metrics: DocumentMetrics
    manifests: ManifestFiles
    automatic: AutomaticDocuments | None
    policies: tuple[TrustedDocumentsPolicy, ...]

    def install(self, core: Core) -> None:
        """Read the manifests and follow them, and open the store of registered documents.

        Raises:
            ManifestError: A manifest is missing or broken.
        """
        settings = core.settings.of(KnownDocumentSettings)
        self.core, self.settings = core, settings
        self.metrics = DocumentMetrics()
        core.register(self.metrics)
        self.manifests = ManifestFiles(settings.manifests, settings.clients, self.metrics)
        self.automatic = _automatic(core, settings, self.metrics) if settings.apq else None
        self.policies = () if settings.mode == "off" else (self._policy(),)
        if settings.manifests:
            core.refresh_on_hangup(self.manifests.refresh)
            core.run_in_background(partial(self.manifests.watch, settings.reload_seconds, self._prepare))

    def of(self, version: Version) -> VersionParts:
        """Answer ids if there may be any, and prepare what is known before a version is served."""
        settings = version.settings.of(KnownDocumentSettings)
        return VersionParts(
            documents=self._resolver(version) if self.settings.has_ids else None,
            policies=self.policies,
            preparations=(partial(self._prepare_version, settings),),
        )

    def _resolver(self, version: Version) -> KnownDocumentResolver:
        settings = self.settings
        bound = {name for names in settings.clients.values() for name in names}
        return KnownDocumentResolver(
            self.manifests,
            self.metrics,
            varies_by=version.settings.client_name_headers if settings.manifests else (),
            clients=frozenset({*settings.operations, *bound} - {EVERY_CLIENT}),
            has_manifests=bool(settings.manifests),
            only_trusted=settings.mode == "only",
            requires_id=settings.require_id,
            introspection=version.settings.introspection is not False,
            automatic=self.automatic,
        )

    def _policy(self) -> TrustedDocumentsPolicy:
        return TrustedDocumentsPolicy(
            self.manifests,
            enforced=self.settings.mode == "only",
            requires_id=self.settings.require_id,
            operations=self.settings.operations,
            metrics=self.metrics,
            unknown=UnknownDocuments(self.settings.logged),
        )

    def _prepare_version(self, settings: KnownDocumentSettings, executor: OperationExecutor) -> None:
        """Prepare the documents of the folder, and the trusted ones unless the gateway is only starting.

        Raises:
            SupergraphError: A document of the folder cannot be answered.
        """
        if settings.folder is not None:
            prepare_folder(settings.folder, executor)
        if self.core.is_serving and self._fit(self.manifests.documents):
            for document in self.manifests.documents.each():
                prepare_trusted(document, executor)

    async def _prepare(self, documents: TrustedDocuments) -> None:
        """Prepare trusted documents in the current version, between the documents of requests."""
        if self.core.graph is None or not self._fit(documents):
            return
        with self.core.graph.held() as version:
            for document in documents.each():
                await version.planning.in_background(partial(prepare_trusted, document, version.executor))

    def _fit(self, documents: TrustedDocuments) -> bool:
        """Return whether documents are few enough to be prepared: more would evict one another."""
        return len(documents) <= self.settings.prepared


def _automatic(core: Core, settings: KnownDocumentSettings, metrics: DocumentMetrics) -> AutomaticDocuments:
    texts = Texts(settings.apq_bytes)
    if settings.apq_valkey_url is None:
        return AutomaticDocuments(texts, metrics)
    # Importing the client takes 0.1 s, and most gateways do not need it.
    from gateway.features.documents.valkey_texts import ValkeyTexts  # noqa: PLC0415

    shared = ValkeyTexts(
        settings.apq_valkey_url,
        metrics,
        seconds=settings.apq_valkey_seconds,
        keep_seconds=settings.apq_keep_seconds,
    )
    core.close_at_end(shared.close)
    return AutomaticDocuments(texts, metrics, shared)
