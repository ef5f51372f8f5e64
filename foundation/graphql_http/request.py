"""Parses the requests of GraphQL over HTTP strictly: one, or several in one body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from msgspec import Struct, field

from foundation.graphql_http.errors import BatchRefused, RequestError
from foundation.graphql_http.media import content_codings, is_utf8_json
from foundation.graphql_http.positions import POSITION, is_position
from foundation.graphql_http.strict_json import MAX_DEPTH, NotAnObject, read_object

KEYS: Final = ("query", "documentId", "operationName", "variables", "extensions")
"""The keys of a request (GraphQL over HTTP, section 5.1, and its appendix on persisted documents)."""

PERSISTED_QUERY_VERSION: Final = 1
"""The only version of Apollo's protocol."""


class GraphQLRequest(Struct, frozen=True):
    """A request of a client, by POST or GET.

    Attributes:
        query: The document; empty if the client sends its id alone.
        operation_name: The name of the operation to execute, if given.
        variables: The variables as JSON values.
        read_only: Whether only a query may be executed.
        document_id: The id of the document, which may be sent as well; None without an id.
        position: Where a subscription is to continue; None to begin.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool = False
    document_id: str | None = None
    position: str | None = None


def check_content(content_type: str, content_encoding: str = "identity") -> None:
    """Check the headers of a body.

    Raises:
        RequestError: The body is not plain JSON in UTF-8.
    """
    if not is_utf8_json(content_type):
        raise RequestError(
            "The content type must be application/json in UTF-8.",
            code="UNSUPPORTED_MEDIA_TYPE",
            status=415,
        )
    if content_codings(content_encoding):
        raise RequestError(
            "Compressed bodies are not supported.", code="UNSUPPORTED_CONTENT_ENCODING", status=415
        )


def read_body(body: bytes, max_depth: int = MAX_DEPTH, *, ids_are_documents: bool = False) -> GraphQLRequest:
    """Parse the body of a POST; other keys than those of a request are ignored, as the draft demands.

    Args:
        body: The body.
        max_depth: How deeply it may be nested.
        ids_are_documents: Whether a document's id may be sent without the document.

    Raises:
        BatchRefused: The body is a list of requests.
        RequestError: The body is not a GraphQL request.
    """
    try:
        value = read_object(body, "The body", max_depth)
    except NotAnObject as error:
        if isinstance(error.value, list):
            raise BatchRefused from None
        raise
    return _request(value, ids_are_documents=ids_are_documents)


def read_parameters(
    query_string: bytes, max_depth: int = MAX_DEPTH, *, ids_are_documents: bool = False
) -> GraphQLRequest:
    """Parse the parameters of a GET; other parameters belong to caches and tools, and are ignored.

    Args:
        query_string: The parameters.
        max_depth: How deeply the JSON in them may be nested.
        ids_are_documents: Whether a document's id may be sent without the document.

    Raises:
        RequestError: They are not a GraphQL request, or one of them is repeated.
    """
    given = [
        (name, text)
        for name, text in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        if name in KEYS
    ]
    parameters: dict[str, Any] = {name: text for name, text in given if text}
    for name, count in Counter(name for name, _ in given).items():
        if count > 1:
            raise RequestError(f"The parameter {name} is repeated.", code="INVALID_REQUEST")
    for name in ("variables", "extensions"):
        if name in parameters:
            text = parameters[name].encode(errors="replace")
            parameters[name] = read_object(text, f"The parameter {name}", max_depth)
    return _request(parameters, read_only=True, ids_are_documents=ids_are_documents)


def _request(
    value: Mapping[str, Any], *, read_only: bool = False, ids_are_documents: bool = False
) -> GraphQLRequest:
    query, name = value.get("query"), value.get("operationName")
    variables, extensions = value.get("variables"), value.get("extensions")
    if name is not None and not isinstance(name, str):
        raise RequestError("operationName must be a string.", code="INVALID_REQUEST")
    for part, what in ((variables, "variables"), (extensions, "extensions")):
        if part is not None and not isinstance(part, dict):
            raise RequestError(f"{what} must be an object.", code="INVALID_REQUEST")
    document_id = _document_id(value.get("documentId"), (extensions or {}).get("persistedQuery"))
    if query in (None, "") and document_id is not None and ids_are_documents:
        query = ""
    elif not isinstance(query, str) or not query:
        raise RequestError("query must be a string that contains a document.", code="INVALID_REQUEST")
    position = _position(extensions) if extensions else None
    return GraphQLRequest(query, name, variables or {}, read_only, document_id, position)


def _position(extensions: Mapping[str, Any]) -> str | None:
    position = extensions.get(POSITION)
    if position is None:
        return None
    if not is_position(position):
        message = "extensions.position must be a position that came with an event of a subscription."
        raise RequestError(message, code="INVALID_REQUEST")
    return str(position)


def _document_id(document_id: object, persisted: object) -> str | None:
    """Return the id of a document: `documentId`, or else Apollo's `extensions.persistedQuery`."""
    if document_id is None and isinstance(persisted, dict):
        if persisted.get("version") != PERSISTED_QUERY_VERSION:
            raise RequestError("Only version 1 of persisted queries is supported.", code="INVALID_REQUEST")
        document_id = persisted.get("sha256Hash", "")
    if document_id is not None and (not isinstance(document_id, str) or not document_id):
        raise RequestError("The id of a document must be a string.", code="INVALID_REQUEST")
    return document_id


def read_batch(body: bytes, most: int) -> list[bytes]:
    """Return the bodies of a batch's requests; whether each is a request is not checked.

    Args:
        body: A JSON list.
        most: The most requests.

    Raises:
        RequestError: The list is empty, too long or nested too deeply, or an object in it repeats a key.
    """
    # The list gets two levels of nesting: the object around it, and itself.
    requests = read_object(b'{"batch":%b}' % body, "The body", MAX_DEPTH + 2)["batch"]
    if not requests:
        raise RequestError("The batch has no requests.", code="INVALID_REQUEST")
    if len(requests) > most:
        message = f"The batch has {len(requests)} requests; the limit is {most}."
        raise RequestError(message, code="BATCH_LIMIT_EXCEEDED")
    return [orjson.dumps(request) for request in requests]
