"""Providers with a bonus interface: a sportsbook and a game platform, each behind a bearer token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from simulator.provider_controls import control_routes
from simulator.provider_desk import ProviderDesk, Wanted


@dataclass(frozen=True, slots=True)
class BonusContract:
    """What a kind of provider calls things, and of which types they are."""

    path: str
    customer: str
    amount: str
    fields: Mapping[str, tuple[type, ...]]


SPORTSBOOK: Final = BonusContract(
    "/v1/bonuses",
    "customer",
    "amount_minor",
    {
        "brand": (str,),
        "customer": (str,),
        "type": (str,),
        "amount_minor": (int, type(None)),
        "currency": (str,),
        "valid_days": (int,),
        "campaign": (str,),
    },
)
GAMES: Final = BonusContract(
    "/v1/awards",
    "player",
    "rounds",
    {
        "operator": (str,),
        "player": (str,),
        "award": (str,),
        "rounds": (int, type(None)),
        "value": (int, type(None)),
        "currency": (str,),
        "wagering": (int,),
        "valid_days": (int,),
    },
)


def create_provider(contract: BonusContract, desk: ProviderDesk, token: str) -> FastAPI:
    """A provider over its books. Who stops its server calls `desk.faults.release()` first."""
    app = FastAPI(title="A provider of rewards", openapi_url=None)
    app.include_router(_bonus_routes(contract, desk, token))
    app.include_router(control_routes(desk))
    return app


def _bonus_routes(contract: BonusContract, desk: ProviderDesk, token: str) -> APIRouter:
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
            return JSONResponse({"code": "MALFORMED", "message": wrong or "the key"}, 422)
        names = {"amount": contract.amount, "currency": "currency", "customer": contract.customer}
        wanted = Wanted(key, body, body[contract.customer], body["valid_days"], names)
        return await desk.credit(request, wanted)

    @routes.get("/{key}")
    async def find(request: Request, key: str) -> Response:
        return denied(request) or await desk.find(request, key)

    @routes.delete("/{key}")
    async def cancel(request: Request, key: str) -> Response:
        return denied(request) or await desk.cancel(request, key)

    @routes.get("")
    async def journal(request: Request, day: str, after: str = "") -> Response:
        return denied(request) or desk.journal(day, after)

    return routes


def _wrong(contract: BonusContract, body: Any) -> str:
    """What is wrong with a body; empty where nothing is."""
    if not isinstance(body, dict) or set(body) != set(contract.fields):
        return "other fields than the contract's"
    bad = [name for name, types in contract.fields.items() if not isinstance(body[name], types)]
    return f"of a wrong type: {', '.join(bad)}" if bad else ""
