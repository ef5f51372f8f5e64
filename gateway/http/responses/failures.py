"""The responses to requests that were refused or failed."""

from __future__ import annotations

import uuid
from asyncio import CancelledError

import structlog
from msgspec import structs

from gateway.errors import ClientDisconnected, RequestError, TooManyRequests, Unauthenticated
from gateway.http.client import Client
from gateway.pipeline.graphql_response import GraphQLResponse, refused
from gateway.pipeline.stages import Response, encode

CLIENT_DISCONNECTED = 499
"""The status that nginx logs when a client closed the connection before the response."""


def error_response(error: BaseException, client: Client) -> Response:
    """Return the response for an exception.

    Raises:
        CancelledError: The task was cancelled for another reason than a disconnected client.
    """
    match error:
        case Unauthenticated():
            challenge = (b"www-authenticate", error.challenge.encode("ascii"))
            return structs.replace(encode(refused(error), "refused"), headers=(challenge,))
        case TooManyRequests():
            return structs.replace(encode(refused(error), "refused"), headers=error.headers)
        case RequestError():
            return encode(refused(error), "refused")
        case CancelledError() if not client.was_disconnected():
            raise error
        case ClientDisconnected() | CancelledError():
            return Response(b"", "gone", CLIENT_DISCONNECTED, well_formed=False)
        case _:
            return encode(masked(error), "fault")


def masked(error: BaseException) -> GraphQLResponse:
    """Log an internal error, and return a response that has only its id."""
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    entry = {
        "message": "Internal error.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "id": reference},
    }
    return GraphQLResponse({"errors": [entry]}, status=500, well_formed=False)
