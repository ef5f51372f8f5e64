"""The platform's own wallet, as fulfilment reaches it: one path, requests with HTTP Message Signatures.

Its side is written from docs/fulfilment.md; the demo and installations use the wallet itself.
"""

from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from foundation.signatures import FixedKeys, SignatureVerifier
from foundation.signatures.asgi import SignedRequests
from simulator.providers.api import SimulatedApi, WalletAccounts
from simulator.providers.handler import CreditRequest, ProviderHandler, control_routes
from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.kit.signed_endpoint import keys_of_secret

AUDIENCE: Final = "credits"
BODY_BYTES: Final = 16_384
FIELDS: Final = {"key", "brand", "customer", "kind", "amount", "currency", "product", "valid_days"}
NAMES: Final = {"amount": "amount", "currency": "currency", "customer": "customer"}


def _create(handler: ProviderHandler, secret: str, accounts: WalletAccounts) -> FastAPI:
    """Return the wallet; call `handler.faults.hanging.release()` before its server is stopped."""
    app, credits_ = FastAPI(title="Our wallet", openapi_url=None), FastAPI(openapi_url=None)

    @credits_.post("/credits")
    async def answer(request: Request) -> Response:
        return await _answer(handler, accounts, request, await request.json())

    app.include_router(control_routes(handler))
    verifier = SignatureVerifier(AUDIENCE, FixedKeys(keys_of_secret(secret.encode())))
    app.mount("/", SignedRequests(credits_, verifier=verifier, body_bytes=BODY_BYTES))
    return app


async def _answer(
    handler: ProviderHandler, accounts: WalletAccounts, request: Request, body: dict[str, Any]
) -> Response:
    match body:
        case {"type": "journal", "day": day, "after": after}:
            return handler.journal(day, after)
        case {"type": "give", "credit": credit} if set(credit) == FIELDS:
            return await _give(handler, accounts, request, credit)
        case {"type": "ask", "credit": {"key": key}}:
            return await handler.find(request, key)
        case {"type": "withhold", "credit": credit} if set(credit) == FIELDS:
            return await handler.cancel(request, credit["key"], credit)
        case _:
            return JSONResponse({"title": "The request is wrong."}, 400)


async def _give(
    handler: ProviderHandler, accounts: WalletAccounts, request: Request, credit: dict[str, Any]
) -> Response:
    if accounts.currency_of(credit["brand"], credit["customer"]) != credit["currency"]:
        return JSONResponse({"code": "WRONG_CURRENCY"}, 422)
    wanted = CreditRequest(credit["key"], credit, credit["customer"], credit["valid_days"], NAMES)
    return await handler.credit(request, wanted)


API: Final = SimulatedApi(Payer.HOUSE, _create)
