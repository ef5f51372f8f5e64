"""Where providers tell by themselves that a reward was used or has expired: signed, and safe to repeat."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta

from subgraphs.fulfilment.payout.redemption import Heard, Watcher
from subgraphs.fulfilment.providers.provider import Verdict
from subgraphs.fulfilment.providers.registry import Registry
from subgraphs.fulfilment.providers.signing import BadSignature

BODY_BYTES: Final = 16 * 1024
STATUS_OF: Final = {
    Heard.TAKEN: 204,
    Heard.KNOWN: 204,
    Heard.TOO_EARLY: 409,
    Heard.CONTRADICTED: 422,
    Heard.UNKNOWN_KEY: 404,
}


class Ended(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """What a provider tells: the key of the credit, and how and when it ended."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]
    status: Literal["used", "expired"]
    at: Annotated[datetime, Meta(tz=True)]


def callback_routes(registry: Registry, watcher: Watcher) -> APIRouter:
    """The route `POST /callbacks/{provider}`.

    Answers 204 when it was taken in, now or before; 409 when the credit is not known to have happened yet,
    which calls for another try; 401, 404, 413 and 422 when another try would not help.
    """
    routes = APIRouter()
    decoder = msgspec.json.Decoder(Ended)

    @routes.post("/callbacks/{provider}")
    async def ended(request: Request, provider: str) -> Response:
        registered = registry.find(provider)
        if registered is None:
            return Response(status_code=404)
        body = await _bounded(request)
        if body is None:
            return Response(status_code=413)
        try:
            target, now = request.scope["raw_path"].decode(), watcher.desk.clock.machine.now()
            registered.signer.check_request(request.headers, request.method, target, body, now)
            told = decoder.decode(body)
        except BadSignature:
            return Response(status_code=401)
        except msgspec.DecodeError:
            return Response(status_code=422)
        heard = await watcher.hear(provider, told.key, Verdict(told.status), told.at)
        return Response(status_code=STATUS_OF[heard])

    return routes


async def _bounded(request: Request) -> bytes | None:
    """The body; None where it is longer than a call may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)
