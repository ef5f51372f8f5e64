"""`POST /callbacks/{provider}`: signed, repeatable calls that a reward was used or has expired."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta

from subgraphs.fulfilment.errors import BadSignature
from subgraphs.fulfilment.payout.other_cells import OtherCells
from subgraphs.fulfilment.payout.steps.redemption import CallbackResult, RedemptionTracker
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.providers.registry import ProviderRegistry

BODY_BYTES: Final = 16 * 1024
STATUS_OF: Final = {
    CallbackResult.APPLIED: 204,
    CallbackResult.DUPLICATE: 204,
    CallbackResult.TOO_EARLY: 409,
    CallbackResult.CONTRADICTION: 422,
}


class CallbackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """The body of a callback: the key of the credit, and how and when it ended."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]
    status: Literal["used", "expired"]
    at: Annotated[datetime, Meta(tz=True)]


def callback_routes(registry: ProviderRegistry, tracker: RedemptionTracker, others: OtherCells) -> APIRouter:
    """Return the route `POST /callbacks/{provider}`.

    It responds with 204 if the callback is applied, now or earlier, and with 409 if the credit is not yet
    known here, or 503 if another cell that may know it is unavailable, so that the provider repeats the
    call. After 401, 404, 413 and 422, repeating it does not help.
    """
    routes = APIRouter()
    decoder = msgspec.json.Decoder(CallbackBody)

    @routes.post("/callbacks/{provider}")
    async def receive(request: Request, provider: str) -> Response:
        registered = registry.find(provider)
        if registered is None:
            return Response(status_code=404)
        body = await _bounded_body(request)
        if body is None:
            return Response(status_code=413)
        try:
            target, now = request.scope["raw_path"].decode(), tracker.uow.clock.machine.now()
            registered.signer.check_request(request.headers, request.method, target, body, now)
            callback = decoder.decode(body)
        except BadSignature:
            return Response(status_code=401)
        except (msgspec.DecodeError, RecursionError):
            return Response(status_code=422)
        outcome = CreditOutcome(callback.status)
        result = await tracker.receive(provider, callback.key, outcome, callback.at)
        if result is CallbackResult.UNKNOWN_KEY:
            return Response(status_code=await others.receive(target, request.headers, body))
        return Response(status_code=STATUS_OF[result])

    return routes


async def _bounded_body(request: Request) -> bytes | None:
    """Return the body; None if it is longer than a callback may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)
