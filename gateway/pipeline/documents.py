"""Documents that clients name by ids: what the pipeline needs of the feature that finds them."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from foundation.graphql_http import GraphQLRequest
from gateway.errors import InvalidDocument
from gateway.pipeline.identification import ClientIdentity


class ResolvedRequest(Struct, frozen=True):
    """A request with its document.

    Attributes:
        request: The request; its query is never empty.
        found_in: The set of documents in which the id was found; None if the client sent the document.
        is_reusable: Whether an equal body always means the same document, whoever sends it.
        registers: The digest to register the document by once it has proved valid; None not to register it.
    """

    request: GraphQLRequest
    found_in: object = None
    is_reusable: bool = True
    registers: str | None = None


class DocumentResolver(Protocol):
    """Finds documents by their ids."""

    @property
    def found_in(self) -> object:
        """The set of documents in force; another one is another object."""
        ...

    @property
    def varies_by(self) -> tuple[str, ...]:
        """The request headers that decide, besides the id, which document is meant."""
        ...

    @property
    def clients(self) -> frozenset[str]:
        """The names of the clients that documents are for, as far as the operator names any."""
        ...

    def knows(self, token_digest: bytes, client: str | None) -> bool:
        """Return whether the operator has named a document, by the digest of its tokens, for a client."""
        ...

    async def resolve(self, graphql_request: GraphQLRequest, client: ClientIdentity) -> ResolvedRequest:
        """Return a request with its document.

        Raises:
            InvalidDocument: The id stands for no document that the client may send, or the client must send
                an id.
        """
        ...

    async def register(self, resolved: ResolvedRequest) -> None:
        """Register the document of a request that asks for it; the document must have proved valid."""
        ...


class SentDocuments:
    """Knows no ids: clients must send their documents."""

    found_in = None
    varies_by = ()
    clients: frozenset[str] = frozenset()

    def knows(self, token_digest: bytes, client: str | None) -> bool:
        """Return False: the operator names no documents."""
        del token_digest, client
        return False

    async def resolve(self, graphql_request: GraphQLRequest, client: ClientIdentity) -> ResolvedRequest:
        """Return a request with the document that it has.

        Raises:
            InvalidDocument: It has only an id.
        """
        del client
        if not graphql_request.query:
            raise ids_not_supported()
        return ResolvedRequest(graphql_request)

    async def register(self, resolved: ResolvedRequest) -> None:
        """Register nothing."""


def ids_not_supported() -> InvalidDocument:
    """Return a refusal by the words for which Apollo's clients look; they then send the document."""
    return InvalidDocument([{"message": "PersistedQueryNotSupported"}], "PERSISTED_QUERY_NOT_SUPPORTED")
