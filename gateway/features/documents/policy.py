"""Decides which documents a client may send, and which operations it may execute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import structlog
from graphql import strip_ignored_characters

from gateway.features.documents.manifests import ManifestFiles
from gateway.features.documents.metrics import DocumentMetrics
from gateway.features.documents.resolution import (
    ID_REQUIRED,
    NOT_TRUSTED,
    OPERATION_NOT_ALLOWED,
    document_refused,
)
from gateway.limits import only_introspects
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedDocument

EVERY_CLIENT: Final = "*"

_STRING: Final = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"')
_MAX_CHARS: Final = 2_000
"""How many characters of a document are logged."""


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


@dataclass(frozen=True, slots=True)
class TrustedDocumentsPolicy:
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
