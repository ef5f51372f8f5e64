"""An external wallet: signed requests, transactions with rollbacks, and balances."""

import json
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from simulator.providers.api import SimulatedApi, WalletAccounts
from simulator.providers.controls import control_routes
from simulator.providers.handler import CreditRequest, ProviderHandler
from simulator.providers.wallet_signing import sign_answer, signature_holds
from simulator.server import TruncatedResponse
from subgraphs.kit.domain.reward_kinds.kind import Payer

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
