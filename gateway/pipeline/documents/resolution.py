"""Finds the document that a request names by its id."""

from __future__ import annotations

from dataclasses import dataclass, replace

from foundation.graphql_http import GraphQLRequest
from gateway.clients import ClientClass, ClientIdentity
from gateway.documents import AutomaticDocuments, DocumentMetrics, ManifestFiles, TrustedDocuments
from gateway.documents.automatic import digest_in, digest_of
from gateway.documents.refusals import (
    AUTOMATIC_NOT_FOUND,
    HASH_MISMATCH,
    ID_REQUIRED,
    NOT_FOUND,
    NOT_SUPPORTED,
    document_refused,
)


@dataclass(frozen=True, slots=True)
class ResolvedRequest:
    """A request with its document.

    Attributes:
        request: The request; its query is never empty.
        trusted: The set of trusted documents in which the id was found; None if the client sent the document.
        is_reusable: Whether an equal body always means the same document, whoever sends it.
        registers: The digest to register the document by once it has proved valid; None not to register it.
    """

    request: GraphQLRequest
    trusted: TrustedDocuments | None = None
    is_reusable: bool = True
    registers: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentResolver:
    """Finds documents by their ids.

    Attributes:
        manifests: The manifests of trusted documents.
        metrics: Counts refused documents.
        has_manifests: Whether any manifests are configured.
        only_trusted: Whether clients may send only the documents of manifests, also as text.
        requires_id: Whether clients must send ids. Refusing a document here spares the gateway the parsing;
            the policy of trusted documents decides again, because other clients' documents are known.
        introspection: Whether classes of clients without a setting of their own may introspect.
        automatic: The documents that clients have registered; None if clients may not register any.
    """

    manifests: ManifestFiles
    metrics: DocumentMetrics
    has_manifests: bool = False
    only_trusted: bool = False
    requires_id: bool = False
    introspection: bool = False
    automatic: AutomaticDocuments | None = None

    @property
    def trusted(self) -> TrustedDocuments:
        """The trusted documents in force."""
        return self.manifests.documents

    async def resolve(self, graphql_request: GraphQLRequest, client: ClientIdentity) -> ResolvedRequest:
        """Return a request with its document.

        Raises:
            InvalidDocument: The id stands for no document that the client may send, or the client must send
                an id.
        """
        if graphql_request.query:
            return self._with_text(graphql_request, client.client_class)
        document_id = graphql_request.document_id or ""
        trusted = self.trusted
        document = trusted.find(document_id, client.name)
        # The document of an id may depend on the client's name, which is not part of the body.
        is_reusable = not trusted.depends_on_client(document_id)
        if document is None:
            text = await self._registered(document_id, client.client_class)
            return ResolvedRequest(replace(graphql_request, query=text), is_reusable=is_reusable)
        return ResolvedRequest(replace(graphql_request, query=document.text), trusted, is_reusable)

    async def register(self, resolved: ResolvedRequest) -> None:
        """Register the document of a request that asks for it; the document must have proved valid."""
        if resolved.registers is not None and self.automatic is not None:
            await self.automatic.register(resolved.registers, resolved.request.query)

    async def close(self) -> None:
        """Close the connections to a shared store."""
        if self.automatic is not None and self.automatic.shared is not None:
            await self.automatic.shared.close()

    async def _registered(self, document_id: str, client_class: ClientClass) -> str:
        digest = digest_in(document_id)
        if self.automatic is None:
            # A client that hears this sends the text instead, which it must be allowed to do.
            takes_text = client_class.any_document or not self.only_trusted
            is_automatic = digest is not None or not self.has_manifests
            raise document_refused(NOT_SUPPORTED if takes_text and is_automatic else NOT_FOUND)
        if digest is None:
            raise document_refused(NOT_FOUND)
        text = await self.automatic.find(digest)
        if text is None:
            raise document_refused(AUTOMATIC_NOT_FOUND)
        return text

    def _with_text(self, graphql_request: GraphQLRequest, client_class: ClientClass) -> ResolvedRequest:
        self._check_text(client_class)
        digest = None if self.automatic is None else digest_in(graphql_request.document_id)
        if digest is None:
            return ResolvedRequest(graphql_request)
        if digest_of(graphql_request.query) != digest:
            raise document_refused(HASH_MISMATCH)
        # Each such request registers the document again: the store may have evicted it since.
        return ResolvedRequest(graphql_request, is_reusable=False, registers=digest)

    def _check_text(self, client_class: ClientClass) -> None:
        if (
            self.requires_id
            and not client_class.any_document
            and not client_class.may_introspect(default=self.introspection)
        ):
            self.metrics.untrusted[client_class.name, "refused"] += 1
            raise document_refused(ID_REQUIRED)
