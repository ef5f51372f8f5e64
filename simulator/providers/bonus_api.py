"""Providers with a bonus API behind a bearer token, such as a sportsbook and a game platform."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from simulator.providers.api import SimulatedApi, WalletAccounts
from simulator.providers.handler import CreditRequest, ProviderHandler, control_routes
from subgraphs.club_kit.domain.reward_kinds.kind import Payer


@dataclass(frozen=True, slots=True)
class BonusContract:
    """The path of a provider's credits, and the names and types of their fields.

    Attributes:
        customer: The name of the field with the customer.
        amount: The name of the field that says how much it is.
        currency: The name of the field with the currency.
        days: The name of the field with the days until the reward can no longer be used.
    """

    path: str
    customer: str
    amount: str
    fields: Mapping[str, tuple[type, ...]]
    currency: str = "currency"
    days: str = "valid_days"


def bonus_api(payer: Payer, contract: BonusContract) -> SimulatedApi:
    """Return the API of a sort of company, with the names and types of a contract."""

    def create(handler: ProviderHandler, token: str, _: WalletAccounts) -> FastAPI:
        app = FastAPI(title="A provider of rewards", openapi_url=None)
        app.include_router(_bonus_routes(contract, handler, token))
        app.include_router(control_routes(handler))
        return app

    return SimulatedApi(payer, create)


def _bonus_routes(contract: BonusContract, handler: ProviderHandler, token: str) -> APIRouter:
    routes = APIRouter(prefix=contract.path)

    def denied(request: Request) -> Response | None:
        given = request.headers.get("authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return None
        return JSONResponse({"code": "DENIED", "message": "no such token"}, 401)

    @routes.put("/{key}")
    async def credit(request: Request, key: str) -> Response:
        if (refused := denied(request)) is not None:
            return refused
        body = await request.json()
        wrong = _wrong(contract, body)
        if wrong or request.headers.get("idempotency-key") != key:
            return JSONResponse(
                {"code": "MALFORMED", "message": wrong or "the keys of path and header differ"}, 422
            )
        names = {"amount": contract.amount, "currency": contract.currency, "customer": contract.customer}
        wanted = CreditRequest(key, body, body[contract.customer], body[contract.days], names)
        return await handler.credit(request, wanted)

    @routes.get("/{key}")
    async def find(request: Request, key: str) -> Response:
        return denied(request) or await handler.find(request, key)

    @routes.delete("/{key}")
    async def cancel(request: Request, key: str) -> Response:
        return denied(request) or await handler.cancel(request, key)

    @routes.get("")
    async def journal(request: Request, day: str, after: str = "") -> Response:
        return denied(request) or handler.journal(day, after)

    return routes


def _wrong(contract: BonusContract, body: Any) -> str:
    """Return the error in a body; empty if the body is valid."""
    if not isinstance(body, dict) or set(body) != set(contract.fields):
        return "the fields are not those of the contract"
    bad = [name for name, types in contract.fields.items() if not isinstance(body[name], types)]
    return f"wrong type: {', '.join(bad)}" if bad else ""
