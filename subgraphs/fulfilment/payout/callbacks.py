"""`POST /callbacks/{provider}`: signed, repeatable calls about credits, passed on to their cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

import httpx
import msgspec
import structlog
from fastapi import APIRouter, Request, Response
from msgspec import Meta

from foundation.exact_json import decode
from subgraphs.fulfilment.errors import BadSignature
from subgraphs.fulfilment.payout.steps import CallbackResult, RedemptionTracker
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.providers.registry import ProviderRegistry
from subgraphs.fulfilment.providers.signing import SIGNATURE, TIMESTAMP
from subgraphs.kit.certificates import trusted_authorities

log = structlog.get_logger(__name__)
PASSED_ON: Final = "X-Furlong-Passed-On"
"""Marks a callback that a worker of another cell passed on: it is not passed on again."""

SECONDS: Final = 5.0
UNKNOWN_KEY, AGAIN = 404, 503
DECIDED: Final = frozenset({204, 409, 422})


@dataclass(frozen=True, slots=True)
class OtherCells:
    """The fulfilment workers of the other cells, by their URLs."""

    urls: Sequence[str] = ()

    async def receive(self, target: str, headers: Mapping[str, str], body: bytes) -> int:
        """Pass a callback on to one cell after another until one knows its key; return the status to respond.

        Each checks the provider's signature itself. 404 means that no cell knows the key; 503 that one could
        not say so, and that the provider has to call again.
        """
        if not self.urls or PASSED_ON in headers:
            return UNKNOWN_KEY
        signed = {name: headers[name] for name in (TIMESTAMP, SIGNATURE) if name in headers}
        statuses = []
        async with httpx.AsyncClient(
            verify=trusted_authorities(), timeout=SECONDS, trust_env=False
        ) as client:
            for url in self.urls:
                status = await _status(client, url.rstrip("/") + target, signed | {PASSED_ON: "1"}, body)
                if status in DECIDED:
                    return status
                statuses.append(status)
        return UNKNOWN_KEY if set(statuses) == {UNKNOWN_KEY} else AGAIN


async def _status(client: httpx.AsyncClient, url: str, headers: Mapping[str, str], body: bytes) -> int:
    try:
        return (await client.post(url, content=body, headers=headers)).status_code
    except httpx.HTTPError as fault:
        log.warning("callback_not_passed_on", url=url, fault=repr(fault))
        return AGAIN


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
            callback = decode(decoder, body)
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
