"""Finds the document that a request names by its id."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.clients import ClientClass, ClientIdentity
from gateway.documents import DocumentMetrics, ManifestFiles, TrustedDocuments
from gateway.documents.refusals import ID_REQUIRED, NOT_FOUND, NOT_SUPPORTED, document_refused
from graphql_http import GraphQLRequest


@dataclass(frozen=True, slots=True)
class ResolvedRequest:
    """A request with its document.

    Attributes:
        request: The request; its query is never empty.
        trusted: The set of trusted documents in which the document was found by its id; None if it was sent.
        is_reusable: Whether an equal body means the same document, whoever sends it.
    """

    request: GraphQLRequest
    trusted: TrustedDocuments | None = None
    is_reusable: bool = True


@dataclass(frozen=True, slots=True)
class DocumentResolver:
    """Finds documents by their ids.

    Attributes:
        manifests: The manifests of trusted documents.
        metrics: Counts refused documents.
        has_manifests: Whether there are manifests.
        requires_id: Whether clients must send ids. Refusing a document here spares the gateway the parsing;
            the policy of trusted documents decides again, because other clients' documents are known.
        introspection: Whether a class of clients that says nothing about it may introspect.
    """

    manifests: ManifestFiles
    metrics: DocumentMetrics
    has_manifests: bool = False
    requires_id: bool = False
    introspection: bool = False

    @property
    def trusted(self) -> TrustedDocuments:
        """The trusted documents in force."""
        return self.manifests.documents

    async def resolve(self, asked: GraphQLRequest, client: ClientIdentity) -> ResolvedRequest:
        """Return a request with its document.

        Raises:
            InvalidDocument: The id stands for no document that the client may send, or it must send an id.
        """
        if asked.query:
            self._check_text(client.client_class)
            return ResolvedRequest(asked)
        document_id = asked.document_id or ""
        trusted = self.trusted
        document = trusted.find(document_id, client.name)
        if document is None:
            raise document_refused(NOT_FOUND if self.has_manifests else NOT_SUPPORTED)
        # What an id stands for may depend on the client's name, which the body does not have.
        is_reusable = not trusted.depends_on_client(document_id)
        return ResolvedRequest(replace(asked, query=document.text), trusted, is_reusable)

    def _check_text(self, client_class: ClientClass) -> None:
        if (
            self.requires_id
            and not client_class.any_document
            and not client_class.may_introspect(default=self.introspection)
        ):
            self.metrics.untrusted[client_class.name, "refused"] += 1
            raise document_refused(ID_REQUIRED)
