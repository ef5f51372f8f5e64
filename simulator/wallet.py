"""An external wallet: signed requests, one transaction an id, rollbacks, balances, and its books."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from simulator.provider_controls import control_routes
from simulator.provider_desk import ProviderDesk, Wanted
from simulator.provider_faults import CutOff
from simulator.wallet_signing import sign_answer, signature_holds

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


@dataclass(frozen=True, slots=True)
class WalletAccounts:
    """Whose accounts there are: everybody's in one currency, but for those named.

    Attributes:
        currency: of all accounts.
        missing: customers without one.
        in_currency: accounts in another currency, by customer.
    """

    currency: str = "GBP"
    missing: frozenset[str] = frozenset()
    in_currency: dict[str, str] = field(default_factory=dict)

    def currency_of(self, customer: str) -> str | None:
        """The currency of a customer's account; None without one."""
        return None if customer in self.missing else self.in_currency.get(customer, self.currency)


def create_wallet(desk: ProviderDesk, secret: str, accounts: WalletAccounts) -> FastAPI:
    """A wallet over its books. Who stops its server calls `desk.faults.release()` first."""
    app = FastAPI(title="An external wallet", openapi_url=None)
    key = secret.encode()

    async def answer(request: Request, path: str) -> Response:
        body = await request.body()
        if not signature_holds(key, request, body, desk.machine()):
            return JSONResponse({"code": "BAD_SIGNATURE", "message": "not signed by the secret"}, 401)
        response = await _answer(desk, accounts, request, path, body)
        if not isinstance(response, CutOff):
            sign_answer(key, request, response)
        return response

    app.include_router(control_routes(desk))
    app.add_api_route("/v1/{path:path}", answer, methods=["GET", "POST"])
    return app


async def _answer(
    desk: ProviderDesk, accounts: WalletAccounts, request: Request, path: str, body: bytes
) -> Response:
    match (request.method, *path.split("/")):
        case ("GET", "brands", _, "customers", customer, "balance"):
            return await desk.look(request, customer, _balance(desk, accounts, customer))
        case ("POST", "transactions"):
            return await _transaction(desk, accounts, request, json.loads(body))
        case ("GET", "transactions", transaction):
            return await desk.find(request, transaction)
        case ("GET", "transactions"):
            return desk.journal(request.query_params["day"], request.query_params.get("after", ""))
        case ("POST", "rollbacks"):
            return await desk.cancel(request, json.loads(body)["transaction_id"])
        case _:
            return JSONResponse({"code": "NO_ROUTE", "message": path}, 404)


def _balance(desk: ProviderDesk, accounts: WalletAccounts, customer: str) -> Response:
    currency = accounts.currency_of(customer)
    if currency is None:
        return JSONResponse({"code": "NO_ACCOUNT", "message": "no such customer"}, 404)
    return JSONResponse({"currency": currency, "balance_minor": desk.books.balance(customer)})


async def _transaction(
    desk: ProviderDesk, accounts: WalletAccounts, request: Request, body: dict[str, Any]
) -> Response:
    key = body.get("transaction_id", "")
    if set(body) != FIELDS or request.headers.get("idempotency-key") != key:
        return JSONResponse({"code": "MALFORMED", "message": "other fields than the contract's"}, 422)
    if accounts.currency_of(body["customer"]) != body["currency"]:
        return JSONResponse({"code": "WRONG_CURRENCY", "message": "no account in it"}, 422)
    return await desk.credit(request, Wanted(key, body, body["customer"], body["valid_days"], NAMES))
