"""`POST /callback/{id}`: receives subscription events from subgraphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from foundation.graphql_http.strict_json import nested_too_deeply
from gateway.subscriptions.callbacks import Answer, Callbacks

HEADERS: Final = {"subscription-protocol": "callback/1.0"}
TOO_LARGE: Final = 413


@dataclass(frozen=True, slots=True)
class CallbackRoute:
    """Receives the callbacks of subgraphs.

    Attributes:
        callbacks: The subscriptions that wait for callbacks.
        body_bytes: The maximum size of a message.
    """

    callbacks: Callbacks
    body_bytes: int

    async def respond(self, request: Request) -> Response:
        """Handle one message: a check, an event, or the end of a subscription."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.body_bytes:
                return Response(status_code=TOO_LARGE, headers=HEADERS)
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Response(status_code=Answer.INVALID, headers=HEADERS)
        if nested_too_deeply(bytes(body), message):
            return Response(status_code=Answer.INVALID, headers=HEADERS)
        answer = self.callbacks.receive(request.path_params["id"], message)
        return Response(status_code=answer, headers=HEADERS)
