"""The trusted documents of all manifests, found by id or by tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gateway.errors import SupergraphError
from gateway.pipeline.preparation.prepared import digest

SHA256_PREFIX: Final = "sha256:"
"""The prefix that marks an id as the SHA-256 digest of the document (GraphQL over HTTP, appendix A)."""

ANY_CLIENT: Final = None
"""Stands for the clients of a document that no manifest binds to a client."""


class ManifestError(SupergraphError):
    """A manifest of trusted documents is broken; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document of a manifest.

    Attributes:
        id: Its id, without `sha256:`.
        text: The document.
        tokens: The digest of the document without ignored characters.
        clients: The names of the clients that may send it; None for any client.
        origin: The file and the entry, for messages.
    """

    id: str
    text: str
    tokens: str
    clients: frozenset[str] | None
    origin: str


class TrustedDocuments:
    """An immutable set of trusted documents.

    Several manifests may have equal documents. The same id may stand for different documents only if they are
    bound to different clients; a document bound to the client takes precedence over an unbound one.
    """

    def __init__(self, documents: Iterable[TrustedDocument] = ()) -> None:
        """Index documents.

        Raises:
            ManifestError: An id stands for two documents.
        """
        self._by_id: dict[str, dict[str | None, TrustedDocument]] = {}
        self._clients: dict[bytes, frozenset[str] | None] = {}
        for document in documents:
            self._add(document)

    def find(self, document_id: str, client: str | None) -> TrustedDocument | None:
        """Return the document that an id stands for.

        Args:
            document_id: The id, with or without `sha256:`.
            client: The name that the client gives itself.
        """
        found = self._by_id.get(plain_id(document_id))
        if found is None:
            return None
        return found.get(client) or found.get(ANY_CLIENT)

    def depends_on_client(self, document_id: str) -> bool:
        """Return whether an id stands for a document only if certain clients send it."""
        found = self._by_id.get(plain_id(document_id), {})
        return any(client is not ANY_CLIENT for client in found)

    def allows(self, tokens: bytes, client: str | None) -> bool:
        """Return whether a client may send a document whose tokens have this digest."""
        clients = self._clients.get(tokens, frozenset())
        return clients is None or client in clients

    def tokens_by_text(self) -> dict[str, str]:
        """Return the tokens of each document by its text."""
        return {each.text: each.tokens for found in self._by_id.values() for each in found.values()}

    def each(self) -> Iterator[TrustedDocument]:
        """Yield each document once, whatever its ids."""
        seen: set[str] = set()
        for found in self._by_id.values():
            for document in found.values():
                if document.tokens not in seen:
                    seen.add(document.tokens)
                    yield document

    def __len__(self) -> int:
        return len(self._clients)

    def _add(self, document: TrustedDocument) -> None:
        same_id = self._by_id.setdefault(document.id, {})
        for client in (ANY_CLIENT,) if document.clients is None else document.clients:
            other = same_id.setdefault(client, document)
            if other.tokens != document.tokens:
                raise ManifestError(
                    f"{document.origin}: the id {document.id} stands for another document in {other.origin}."
                )
        tokens = digest(document.tokens)
        clients = self._clients.get(tokens, frozenset())
        if clients is not None and document.clients is not None:
            self._clients[tokens] = clients | document.clients
        else:
            self._clients[tokens] = ANY_CLIENT


def plain_id(document_id: str) -> str:
    """Return an id without the prefix of a digest: clients and manifests may write either form."""
    return document_id.removeprefix(SHA256_PREFIX)
