"""An external wallet: signed requests, transactions with rollbacks, and balances.

Its side of signed HTTP is written from docs/fulfilment.md, independently of ours.
"""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from simulator.providers.api import SimulatedApi, WalletAccounts
from simulator.providers.handler import CreditRequest, ProviderHandler, control_routes
from simulator.server import TruncatedResponse
from subgraphs.club_kit.domain.reward_kinds.kind import Payer

HEADER, TIME = "x-furlong-signature", "x-furlong-timestamp"
TOLERANCE = timedelta(minutes=5)


def signature_holds(secret: bytes, request: Request, body: bytes, now: datetime) -> bool:
    """Return whether a request was signed with the secret, and recently."""
    time = request.headers.get(TIME, "")
    if not time.isdecimal() or abs(datetime.fromtimestamp(int(time[:10]), UTC) - now) > TOLERANCE:
        return False
    query = request.scope["query_string"].decode()
    target = request.scope["raw_path"].decode() + (f"?{query}" if query else "")
    signed = "\n".join((time, request.method, target, sha256(body).hexdigest()))
    expected = hmac.new(secret, signed.encode(), sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers.get(HEADER, ""))


def sign_answer(secret: bytes, request: Request, response: Response) -> None:
    """Sign a response, including the signature of the request that it answers."""
    signed = "\n".join(
        (request.headers[HEADER], str(response.status_code), sha256(bytes(response.body)).hexdigest())
    )
    response.headers[HEADER] = hmac.new(secret, signed.encode(), sha256).hexdigest()


FIELDS: Final = {
    "transaction_id",
    "type",
    "brand",
    "customer",
    "fund",
    "amount_minor",
    "currency",
    "wagering_multiple",
    "valid_days",
}
NAMES: Final = {"amount": "amount_minor", "currency": "currency", "customer": "customer"}


def _create(handler: ProviderHandler, secret: str, accounts: WalletAccounts) -> FastAPI:
    """Return a wallet; call `handler.faults.hanging.release()` before its server is stopped."""
    app = FastAPI(title="An external wallet", openapi_url=None)
    key = secret.encode()

    async def answer(request: Request, path: str) -> Response:
        body = await request.body()
        if not signature_holds(key, request, body, handler.machine()):
            return JSONResponse({"code": "BAD_SIGNATURE", "message": "the signature does not match"}, 401)
        response = await _answer(handler, accounts, request, path, body)
        if not isinstance(response, TruncatedResponse):
            sign_answer(key, request, response)
        return response

    app.include_router(control_routes(handler))
    app.add_api_route("/v1/{path:path}", answer, methods=["GET", "POST"])
    return app


async def _answer(
    handler: ProviderHandler, accounts: WalletAccounts, request: Request, path: str, body: bytes
) -> Response:
    match (request.method, *path.split("/")):
        case ("GET", "brands", brand, "customers", customer, "balance"):
            currency = accounts.currency_of(brand, customer)
            return await handler.balance(request, customer, _balance(handler, customer, currency))
        case ("POST", "transactions"):
            return await _transaction(handler, accounts, request, json.loads(body))
        case ("GET", "transactions", transaction):
            return await handler.find(request, transaction)
        case ("GET", "transactions"):
            return handler.journal(request.query_params["day"], request.query_params.get("after", ""))
        case ("POST", "rollbacks"):
            return await handler.cancel(request, json.loads(body)["transaction_id"])
        case _:
            return JSONResponse({"code": "NO_ROUTE", "message": path}, 404)


def _balance(handler: ProviderHandler, customer: str, currency: str | None) -> Response:
    if currency is None:
        return JSONResponse({"code": "NO_ACCOUNT", "message": "no such customer"}, 404)
    return JSONResponse({"currency": currency, "balance_minor": handler.ledger.balance(customer)})


async def _transaction(
    handler: ProviderHandler, accounts: WalletAccounts, request: Request, body: dict[str, Any]
) -> Response:
    key = body.get("transaction_id", "")
    if set(body) != FIELDS or request.headers.get("idempotency-key") != key:
        return JSONResponse({"code": "MALFORMED", "message": "the fields are not those of the contract"}, 422)
    if accounts.currency_of(body["brand"], body["customer"]) != body["currency"]:
        return JSONResponse(
            {"code": "WRONG_CURRENCY", "message": "there is no account in this currency"}, 422
        )
    return await handler.credit(
        request, CreditRequest(key, body, body["customer"], body["valid_days"], NAMES)
    )


API: Final = SimulatedApi(Payer.WALLET, _create)
