"""The trusted documents of all manifests, found by id or by tokens, and the metrics of their use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.errors import SupergraphError
from gateway.pipeline.preparation.prepared import digest

SHA256_PREFIX: Final = "sha256:"
"""The prefix that marks an id as the SHA-256 digest of the document (GraphQL over HTTP, appendix A)."""
ANY_CLIENT: Final = None
"""Stands for the clients of a document that no manifest binds to a client."""


class ManifestError(SupergraphError):
    """A manifest of trusted documents is broken; the message names the file and the entry."""


class TrustedDocument(Struct, frozen=True):
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
        by_client = self._by_id.get(plain_id(document_id))
        if by_client is None:
            return None
        return by_client.get(client) or by_client.get(ANY_CLIENT)

    def depends_on_client(self, document_id: str) -> bool:
        """Return whether an id stands for a document only if certain clients send it."""
        by_client = self._by_id.get(plain_id(document_id), {})
        return any(client is not ANY_CLIENT for client in by_client)

    def allows(self, tokens: bytes, client: str | None) -> bool:
        """Return whether a client may send a document whose tokens have this digest."""
        clients = self._clients.get(tokens, frozenset())
        return clients is None or client in clients

    def tokens_by_text(self) -> dict[str, str]:
        """Return the tokens of each document by its text."""
        return {
            document.text: document.tokens
            for by_client in self._by_id.values()
            for document in by_client.values()
        }

    def each(self) -> Iterator[TrustedDocument]:
        """Yield each document once, whatever its ids."""
        seen: set[str] = set()
        for by_client in self._by_id.values():
            for document in by_client.values():
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


class DocumentMetrics(Collector):
    """Counts documents and manifests by result.

    Attributes:
        trusted: How many documents are trusted at present.
        is_broken: Whether a manifest on disk is broken, so that an earlier set is still in use.
        reloads: Changed manifests by result: ok, broken.
        untrusted: Requests with documents that are not trusted, by class of client and result: answered,
            refused.
        automatic: Automatic persisted queries by result: hit, miss, registered, or failed for calls of the
            shared store.
    """

    def __init__(self) -> None:
        self.trusted = 0
        self.is_broken = False
        self.reloads: Counter[str] = Counter()
        self.untrusted: Counter[tuple[str, str]] = Counter()
        self.automatic: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        yield GaugeMetricFamily(
            "furlong_gateway_trusted_documents", "Documents that are trusted.", self.trusted
        )
        yield GaugeMetricFamily(
            "furlong_gateway_manifests_broken",
            "1 if a manifest on disk is broken, so that the earlier ones remain in use.",
            self.is_broken,
        )
        reloads = CounterMetricFamily(
            "furlong_gateway_manifest_reloads", "Changed manifests by result: ok, broken.", labels=["result"]
        )
        for result, count in self.reloads.items():
            reloads.add_metric([result], count)
        yield reloads
        untrusted = CounterMetricFamily(
            "furlong_gateway_untrusted_requests",
            "Requests with untrusted documents, by class of clients and result: answered, refused.",
            labels=["class", "result"],
        )
        for labels, count in self.untrusted.items():
            untrusted.add_metric(labels, count)
        yield untrusted
        automatic = CounterMetricFamily(
            "furlong_gateway_automatic_persisted_queries",
            "Automatic persisted queries: hit, miss, registered, and failed calls of the shared store.",
            labels=["result"],
        )
        for result, count in self.automatic.items():
            automatic.add_metric([result], count)
        yield automatic
