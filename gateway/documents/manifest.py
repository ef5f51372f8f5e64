"""Reads manifests: the files in which a client's build lists its documents.

Three formats are supported. GraphQL Code Generator's client preset (`persisted-documents.json`) and the Relay
compiler (`persistConfig.file`) write an object with a document for each id. Apollo's tools write `{"format":
"apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "name", "type", "body"}]}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

import orjson
from graphql import GraphQLError, parse, strip_ignored_characters

from gateway.documents.trusted import SHA256_PREFIX, TrustedDocument, plain_id
from gateway.errors import ManifestError

APOLLO_FORMAT: Final = "apollo-persisted-query-manifest"
APOLLO_VERSION: Final = 1


def read_manifest(
    name: str,
    content: bytes,
    clients: frozenset[str] | None = None,
    known_tokens: Mapping[str, str] | None = None,
) -> list[TrustedDocument]:
    """Read a manifest.

    Args:
        name: The name of the file, for messages.
        content: The content of the file.
        clients: The clients that the documents are bound to, unless an entry names its own; None for all
            clients.
        known_tokens: The tokens of known documents by text, so that they need not be parsed again.

    Raises:
        ManifestError: The manifest is broken; the message names the file and the entry.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{name}: not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ManifestError(f"{name}: a manifest is a JSON object.")
    entries = _apollo_entries(name, value) if _is_apollo(value) else _flat_entries(name, value)
    return [
        TrustedDocument(
            plain_id(document_id),
            text,
            _tokens(origin, document_id, text, known_tokens or {}),
            own_clients or clients,
            origin,
        )
        for document_id, text, own_clients, origin in entries
    ]


_Entry = tuple[str, str, frozenset[str] | None, str]
"""The id, the document, the clients that the entry names, and the entry's origin for messages."""


def _is_apollo(value: dict[str, Any]) -> bool:
    return "format" in value and isinstance(value.get("operations"), list)


def _flat_entries(name: str, value: dict[str, Any]) -> Iterator[_Entry]:
    for document_id, text in value.items():
        origin = f"{name}: {document_id}"
        if not isinstance(text, str) or not document_id:
            raise ManifestError(
                f"{origin}: expected a document for each id, or Apollo's format with a list of operations."
            )
        yield document_id, text, None, origin


def _apollo_entries(name: str, value: dict[str, Any]) -> Iterator[_Entry]:
    if value["format"] != APOLLO_FORMAT or value.get("version") != APOLLO_VERSION:
        raise ManifestError(f"{name}: only version {APOLLO_VERSION} of the format {APOLLO_FORMAT} is known.")
    for number, operation in enumerate(value["operations"], start=1):
        origin = f"{name}: operation {number}"
        if not isinstance(operation, dict):
            raise ManifestError(f"{origin}: expected an object.")
        document_id, text = operation.get("id"), operation.get("body")
        if not isinstance(document_id, str) or not document_id or not isinstance(text, str):
            raise ManifestError(f"{origin}: id and body must be strings.")
        client = operation.get("clientName")
        if client is not None and (not isinstance(client, str) or not client):
            raise ManifestError(f"{origin}: clientName must be a string.")
        yield document_id, text, frozenset({client}) if client else None, f"{origin} ({document_id})"


def _tokens(origin: str, document_id: str, text: str, known: Mapping[str, str]) -> str:
    if document_id.startswith(SHA256_PREFIX):
        digest = sha256(text.encode(errors="surrogatepass")).hexdigest()
        if digest != plain_id(document_id):
            raise ManifestError(f"{origin}: the SHA-256 digest of the document is {digest}.")
    tokens = known.get(text)
    if tokens is not None:
        return tokens
    try:
        parse(text, no_location=True)
        return strip_ignored_characters(text)
    except GraphQLError as error:
        raise ManifestError(f"{origin}: {error.message}") from None
