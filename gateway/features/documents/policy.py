"""Decides which documents a client may send, and finds those that a request names by their ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import structlog
from graphql import strip_ignored_characters
from msgspec import Struct
from msgspec.structs import replace

from foundation.graphql_http import GraphQLRequest
from gateway.errors import InvalidDocument
from gateway.features.documents.automatic import AutomaticDocuments, digest_in, digest_of
from gateway.features.documents.manifests import ManifestFiles
from gateway.features.documents.trusted import DocumentMetrics, TrustedDocuments
from gateway.pipeline.documents import ResolvedRequest, ids_not_supported
from gateway.pipeline.identification import ClientIdentity
from gateway.pipeline.limits import only_introspects
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedDocument
from gateway.settings.client_class import ClientClass

EVERY_CLIENT: Final = "*"
_STRING: Final = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"')
_MAX_CHARS: Final = 2_000
"""How many characters of a document are logged."""
ID_REQUIRED: Final = "PERSISTED_DOCUMENT_ID_REQUIRED"
AUTOMATIC_NOT_FOUND: Final = "PERSISTED_QUERY_NOT_FOUND"
HASH_MISMATCH: Final = "PERSISTED_QUERY_HASH_MISMATCH"
NOT_FOUND: Final = "PERSISTED_DOCUMENT_NOT_FOUND"
NOT_TRUSTED: Final = "QUERY_NOT_IN_SAFELIST"
OPERATION_NOT_ALLOWED: Final = "OPERATION_NOT_IN_SAFELIST"
_MESSAGES: Final = {
    ID_REQUIRED: "Send the id of a trusted document instead of a document.",
    NOT_FOUND: "No trusted document has this id.",
    HASH_MISMATCH: "The SHA-256 digest is not that of the document.",
    # Apollo's clients look for this text. They then also send the document.
    AUTOMATIC_NOT_FOUND: "PersistedQueryNotFound",
    NOT_TRUSTED: "The document is not trusted: no manifest has it for this client.",
    OPERATION_NOT_ALLOWED: "This client may not execute this operation.",
}


@dataclass(slots=True)
class UnknownDocuments:
    """Logs each document that is not trusted once for each client.

    Attributes:
        most: How many documents are logged; metrics count all of them.
    """

    most: int
    _logged: set[bytes] = field(default_factory=set)

    def log(self, tokens: str, operation: str | None, client: str | None, version: str | None) -> None:
        """Log a document unless it was logged for this client before, or too many were.

        Args:
            tokens: The document without ignored characters.
            operation: The name of the operation.
            client: The name that the client gives itself.
            version: The version that the client gives itself.
        """
        if len(self._logged) > self.most:
            return
        digest = sha256(tokens.encode())
        digest_and_client = digest.digest() + (client or "").encode()
        if digest_and_client in self._logged:
            return
        self._logged.add(digest_and_client)
        log = structlog.get_logger("gateway")
        if len(self._logged) > self.most:
            log.warning("untrusted_documents_not_logged_any_more", logged=self.most)
            return
        # String values may contain customers' data.
        document = _STRING.sub('""', tokens)[:_MAX_CHARS]
        log.warning(
            "untrusted_document",
            sha256=digest.hexdigest(),
            operation=operation,
            client=client,
            version=version,
            document=document,
        )


class TrustedDocumentsPolicy(Struct, frozen=True):
    """Refuses documents that are not trusted, or only counts and logs them.

    Attributes:
        manifests: The manifests of trusted documents.
        enforced: Whether untrusted documents are refused; otherwise they are only logged.
        requires_id: Whether trusted documents must be sent by their ids.
        operations: The names of the operations that a client may execute, by client name; all if empty.
        metrics: Counts documents that are not trusted.
        unknown: Logs documents that are not trusted.
    """

    manifests: ManifestFiles
    enforced: bool
    requires_id: bool
    operations: Mapping[str, tuple[str, ...]]
    metrics: DocumentMetrics
    unknown: UnknownDocuments

    def check(self, policy_input: PolicyInput) -> None:
        """Refuse or log a document that the client may not send.

        Raises:
            InvalidDocument: The document is refused.
        """
        client, document = policy_input.client, policy_input.prepared.document
        code = self._violation(client.name, document, by_id=policy_input.prepared.found_in is not None)
        if code is None or client.client_class.any_document or _introspects(document):
            return
        result = "refused" if self.enforced else "answered"
        self.metrics.untrusted[client.client_class.name, result] += 1
        if self.enforced:
            raise document_refused(code)
        self.unknown.log(strip_ignored_characters(document.text), document.name, client.name, client.version)

    def _violation(self, client: str | None, document: PreparedDocument, *, by_id: bool) -> str | None:
        """Return the code of the violation, or None."""
        if not by_id and self.requires_id:
            return ID_REQUIRED
        if not by_id and not self.manifests.documents.allows(document.token_digest, client):
            return NOT_TRUSTED
        if self.operations and not any(
            document.name in self.operations.get(name, ()) for name in (EVERY_CLIENT, client or EVERY_CLIENT)
        ):
            return OPERATION_NOT_ALLOWED
        return None


def _introspects(document: PreparedDocument) -> bool:
    """Return whether a document only introspects; the introspection policy has already allowed that."""
    if document.introspection is None:
        return False
    parsed, operation = document.parsed()
    return only_introspects(operation, parsed)


def document_refused(code: str) -> InvalidDocument:
    """Return the refusal of a document or an id, by one of the codes of this module."""
    return InvalidDocument([{"message": _MESSAGES[code]}], code)


class KnownDocumentResolver(Struct, frozen=True):
    """Finds documents by their ids.

    Attributes:
        manifests: The manifests of trusted documents.
        metrics: Counts refused documents.
        varies_by: The headers in which clients name themselves, if there are manifests: an id may stand for
            another document for each client.
        clients: The clients that the settings name.
        has_manifests: Whether any manifests are configured.
        only_trusted: Whether clients may send only the documents of manifests, also as text.
        requires_id: Whether clients must send ids. Refusing a document here spares the gateway the parsing;
            the policy of trusted documents decides again, because other clients' documents are known.
        introspection: Whether classes of clients without a setting of their own may introspect.
        automatic: The documents that clients have registered; None if clients may not register any.
    """

    manifests: ManifestFiles
    metrics: DocumentMetrics
    varies_by: tuple[str, ...] = ()
    clients: frozenset[str] = frozenset()
    has_manifests: bool = False
    only_trusted: bool = False
    requires_id: bool = False
    introspection: bool = False
    automatic: AutomaticDocuments | None = None

    @property
    def found_in(self) -> TrustedDocuments:
        """The trusted documents in force."""
        return self.manifests.documents

    def knows(self, token_digest: bytes, client: str | None) -> bool:
        """Return whether a document is trusted for a client, by the digest of its tokens."""
        return self.manifests.documents.allows(token_digest, client)

    async def resolve(self, graphql_request: GraphQLRequest, client: ClientIdentity) -> ResolvedRequest:
        """Return a request with its document.

        Raises:
            InvalidDocument: The id stands for no document that the client may send, or the client must send
                an id.
        """
        if graphql_request.query:
            return self._with_text(graphql_request, client.client_class)
        document_id = graphql_request.document_id or ""
        trusted = self.manifests.documents
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

    async def _registered(self, document_id: str, client_class: ClientClass) -> str:
        digest = digest_in(document_id)
        if self.automatic is None:
            # A client that hears that no ids are supported sends the text, which it must be allowed to do.
            takes_text = client_class.any_document or not self.only_trusted
            is_automatic = digest is not None or not self.has_manifests
            raise ids_not_supported() if takes_text and is_automatic else document_refused(NOT_FOUND)
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
