"""Answers ids of documents, decides which documents clients may send, and plans known ones ahead."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

import structlog
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse

from gateway.errors import RequestError, SupergraphError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.documents.automatic import AutomaticDocuments, Texts
from gateway.features.documents.manifests import ManifestFiles
from gateway.features.documents.policy import (
    EVERY_CLIENT,
    KnownDocumentResolver,
    TrustedDocumentsPolicy,
    UnknownDocuments,
)
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.documents.trusted import DocumentMetrics, TrustedDocument, TrustedDocuments
from gateway.pipeline.operation_executor import OperationExecutor

MAX_CONDITIONS: Final = 4
"""The most conditions of an operation that is planned in advance: each set of values has its own plan."""


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
            varies_by=version.settings.clients.name_headers if settings.manifests else (),
            clients=frozenset({*settings.operations, *bound} - {EVERY_CLIENT}),
            has_manifests=bool(settings.manifests),
            only_trusted=settings.mode == "only",
            requires_id=settings.require_id,
            introspection=version.settings.introspection.permission is not False,
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


def prepare_folder(folder: Path, executor: OperationExecutor) -> None:
    """Prepare all operations in a folder's `*.graphql` files, also without a name where a file has only one.

    Raises:
        SupergraphError: There is no such folder, a file cannot be read, or an operation cannot be planned.
    """
    if not folder.is_dir():
        raise SupergraphError(f"{folder}: no such folder of documents.")
    for file in sorted(folder.glob("*.graphql")):
        try:
            _prepare_all(file.read_text(encoding="utf-8"), executor)
        except (OSError, UnicodeDecodeError, GraphQLError) as error:
            raise SupergraphError(f"{file}: {error}") from error
        except RequestError as error:
            raise SupergraphError(f"{file}: {error.message}") from error


def prepare_trusted(document: TrustedDocument, executor: OperationExecutor) -> None:
    """Prepare every operation of a trusted document; log it if it cannot be answered."""
    try:
        _prepare_all(document.text, executor)
    except RequestError as error:
        structlog.get_logger("gateway").warning(
            "trusted_document_refused", document=document.origin, code=error.code, reason=error.message
        )


def _prepare_all(text: str, executor: OperationExecutor) -> None:
    for name in _names(parse(text)):
        _prepare(text, name, executor)


def _names(document: DocumentNode) -> Iterator[str | None]:
    operations = [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    for operation in operations:
        if operation.name is not None:
            yield operation.name.value
    if len(operations) == 1:
        yield None


def _prepare(text: str, name: str | None, executor: OperationExecutor) -> None:
    prepared = executor.preparer.prepare(text, name, pinned=True)
    conditions = sorted(prepared.conditions)
    if len(conditions) > MAX_CONDITIONS:
        return
    for values in product((False, True), repeat=len(conditions)):
        planned = executor.preparer.planned_for(prepared, tuple(zip(conditions, values, strict=True)))
        if planned.executable is None:
            executor.make_executable(planned)
    executor.preparer.measure(prepared)
