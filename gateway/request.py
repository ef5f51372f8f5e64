"""GraphQL over HTTP: reads requests strictly, chooses the media type and the status of answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.depth import MAX_DEPTH, too_deep
from gateway.errors import CannotPlan, InvalidDocument, MethodNotAllowed, RequestError

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One request of a client, whatever method brought it.

    Attributes:
        query: The document.
        operation_name: Which of its operations is meant.
        variables: As JSON.
        read_only: Whether only queries may be answered.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """What goes back.

    Attributes:
        body: The GraphQL response.
        status: For `application/graphql-response+json`, and for errors of the protocol itself.
        well_formed: Whether the request was a GraphQL request at all.
    """

    body: Mapping[str, Any]
    status: int = 200
    well_formed: bool = True

    def outcome(self) -> str:
        """For metrics: `ok`, `partial` or `refused`."""
        if "data" not in self.body:
            return "refused"
        return "partial" if self.body.get("errors") else "ok"


def refused(error: RequestError) -> GraphQLAnswer:
    """The answer to a request that cannot be carried out."""
    well_formed = isinstance(error, InvalidDocument | CannotPlan)
    return GraphQLAnswer({"errors": error.formatted()}, error.status, well_formed)


async def read_post(request: Request, body_bytes: int) -> GraphQLRequest:
    """Read the body of a POST.

    Raises:
        RequestError: Another content type (415), too large (413), or not a GraphQL request (400).
    """
    _check_content(request)
    body = await _bounded(request, body_bytes)
    return _request(_object(body, "The body"))


def read_get(request: Request) -> GraphQLRequest:
    """Read the parameters of a GET.

    Raises:
        RequestError: They are no GraphQL request.
    """
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _object(parameters[name].encode(), name)
        else:
            parameters.pop(name, None)
    if not parameters.get("operationName"):
        parameters.pop("operationName", None)
    return _request(parameters, read_only=True)


def only_queries(asked: GraphQLRequest, *, is_query: bool) -> None:
    """Refuse anything but a query where only queries may be answered.

    Raises:
        MethodNotAllowed: It is a mutation or a subscription.
    """
    if asked.read_only and not is_query:
        raise MethodNotAllowed("GET answers queries only: use POST.")


def respond(answer: GraphQLAnswer, media_type: str) -> Response:
    """Write an answer; `application/json` knows only 200 for well-formed requests."""
    status = 200 if media_type == JSON and answer.well_formed else answer.status
    headers = {"allow": "POST"} if status == MethodNotAllowed("").status else None
    return Response(
        orjson.dumps(answer.body),
        status_code=status,
        headers=headers,
        media_type=f"{media_type}; charset=utf-8",
    )


def preferred(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """The offered media type that an Accept header likes best; earlier ones win a tie.

    Args:
        accept: The header; without one the first offer is taken.
        offered: Media types.

    Returns:
        None if the header accepts none of them.
    """
    if not accept or not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",")]
    best, best_quality = None, 0.0
    for media_type in offered:
        quality = _quality(media_type, ranges)
        if quality > best_quality:
            best, best_quality = media_type, quality
    return best


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """By the most specific range that matches."""
    for pattern in (media_type, f"{media_type.split('/', 1)[0]}/*", "*/*"):
        for name, quality in ranges:
            if name == pattern:
                return quality
    return 0.0


def _check_content(request: Request) -> None:
    name, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if "charset=" in part]
    if name != JSON or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise RequestError(
            "The content type must be application/json in UTF-8.",
            code="UNSUPPORTED_MEDIA_TYPE",
            status=415,
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError("Compressed bodies are not read.", code="UNSUPPORTED_CONTENT_ENCODING", status=415)


async def _bounded(request: Request, limit: int) -> bytes:
    """The body, counted while it arrives: its declared length is only a claim."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise RequestError(
                f"The body is larger than {limit} bytes.", code="REQUEST_TOO_LARGE", status=413
            )
    return bytes(body)


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        # orjson refuses NaN, infinities and lone surrogates.
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RequestError(f"{what} is not JSON.", code="INVALID_JSON") from None
    if not isinstance(value, dict):
        raise RequestError(f"{what} must be a JSON object.", code="INVALID_REQUEST")
    if too_deep(value):
        raise RequestError(f"{what} is nested more than {MAX_DEPTH} deep.", code="INVALID_REQUEST")
    return value


def _request(value: Mapping[str, Any], *, read_only: bool = False) -> GraphQLRequest:
    query, name = value.get("query"), value.get("operationName")
    variables, extensions = value.get("variables"), value.get("extensions")
    if not isinstance(query, str) or not query:
        raise RequestError("query must be a string that holds a document.", code="INVALID_REQUEST")
    if name is not None and not isinstance(name, str):
        raise RequestError("operationName must be a string.", code="INVALID_REQUEST")
    for part, what in ((variables, "variables"), (extensions, "extensions")):
        if part is not None and not isinstance(part, dict):
            raise RequestError(f"{what} must be an object.", code="INVALID_REQUEST")
    return GraphQLRequest(query, name, variables or {}, read_only)
