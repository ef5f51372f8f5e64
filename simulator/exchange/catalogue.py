"""A simulated exchange's catalogue: `listMarketCatalogue` of Betfair's Betting API, REST and JSON-RPC."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.exchange.market_world import Market
from simulator.exchange.programme import EVENT_TYPES
from simulator.exchange.stream import ExchangeStream
from simulator.server import HangingRequests

ROOT: Final = "/exchange/betting"
METHOD: Final = "listMarketCatalogue"
WEIGHTS: Final = {
    "COMPETITION": 0,
    "EVENT": 0,
    "EVENT_TYPE": 0,
    "MARKET_DESCRIPTION": 1,
    "MARKET_START_TIME": 0,
    "RUNNER_DESCRIPTION": 0,
    "RUNNER_METADATA": 1,
}
"""What each projection weighs."""

MAX_WEIGHT: Final = 200
"""How much a request's results may weigh together."""

MAX_RESULTS: Final = 1_000
TRICKLE_SECONDS: Final = 0.02
CODES: Final = {
    "TOO_MUCH_DATA": "ANGX-0001",
    "INVALID_INPUT_DATA": "ANGX-0002",
    "INVALID_SESSION_INFORMATION": "ANGX-0003",
    "INVALID_APP_KEY": "ANGX-0007",
    "TOO_MANY_REQUESTS": "ANGX-0008",
}


class _Refused(Exception):
    """A request is refused; the first argument is the error's code, the second its details."""

    def body(self) -> dict[str, Any]:
        code, details = self.args
        named = {"requestUUID": f"sim-{uuid4()}", "errorCode": code, "errorDetails": details}
        return {"APINGException": named, "exceptionname": "APINGException"}


@dataclass(slots=True)
class ExchangeCatalogue:
    """The catalogue of the markets of a stream.

    Attributes:
        requests: The parameters of all requests, in their order.
        hanging: The requests that hang because of a fault.
    """

    stream: ExchangeStream
    requests: list[dict[str, Any]] = field(default_factory=list)
    hanging: HangingRequests = field(default_factory=HangingRequests)

    def app(self) -> Starlette:
        """Return the API."""
        return Starlette(
            routes=[
                Route(f"{ROOT}/rest/v1.0/{METHOD}/", self._rest, methods=["POST"]),
                Route(f"{ROOT}/json-rpc/v1", self._rpc, methods=["POST"]),
            ]
        )

    async def _rest(self, request: Request) -> Response:
        parameters = await _json_object(request)
        try:
            return await self._sent(request, self._listed(request, parameters))
        except _Refused as refusal:
            fault = {"faultcode": "Client", "faultstring": CODES[refusal.args[0]], "detail": refusal.body()}
            return JSONResponse(fault, 400)

    async def _rpc(self, request: Request) -> Response:
        call = await _json_object(request)
        named = {"jsonrpc": "2.0", "id": call.get("id")}
        if call.get("method") != f"SportsAPING/v1.0/{METHOD}":
            return JSONResponse({**named, "error": {"code": -32601, "message": "DSC-0021"}})
        try:
            return JSONResponse({**named, "result": self._listed(request, call.get("params") or {})})
        except _Refused as refusal:
            error = {"code": -32099, "message": CODES[refusal.args[0]], "data": refusal.body()}
            return JSONResponse({**named, "error": error})

    def _listed(self, request: Request, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the markets that are asked for.

        Raises:
            _Refused: The request is refused.
        """
        self.requests.append(dict(parameters))
        if request.headers.get("x-application") != self.stream.app_key:
            raise _Refused("INVALID_APP_KEY", "the application key is not known")
        if request.headers.get("x-authentication") != self.stream.session:
            raise _Refused("INVALID_SESSION_INFORMATION", "the session is not valid")
        if self.stream.faults.take("catalogue_refuse"):
            raise _Refused("TOO_MANY_REQUESTS", "there are too many requests")
        results, projections = _required(parameters)
        weight = sum(WEIGHTS[name] for name in projections)
        if weight * results > MAX_WEIGHT or self.stream.faults.take("catalogue_too_much"):
            raise _Refused("TOO_MUCH_DATA", f"{results} results of the weight {weight}")
        world = self.stream.world
        names = [name for name in world.matching(parameters["filter"]) if not _is_closed(world.markets[name])]
        if self.stream.faults.take("catalogue_lacks"):
            names = names[1:]
        return [_entry(world.markets[name], projections) for name in names[:results]]

    async def _sent(self, request: Request, result: list[dict[str, Any]]) -> Response:
        faults = self.stream.faults
        if faults.take("catalogue_page"):
            return HTMLResponse("<html><h1>Service unavailable</h1></html>", 503)
        if faults.take("catalogue_redirect"):
            return RedirectResponse(str(request.url))
        if faults.take("catalogue_schema"):
            return JSONResponse([{**entry, "marketName": [entry["marketName"]]} for entry in result])
        while faults.lasts("catalogue_silence") and not await request.is_disconnected():
            await self.hanging.hold(request, TRICKLE_SECONDS)
        if faults.lasts("catalogue_slow"):
            return StreamingResponse(_trickle(json.dumps(result).encode()), media_type="application/json")
        return JSONResponse(result)


def _required(parameters: Mapping[str, Any]) -> tuple[int, list[str]]:
    results, projections = parameters.get("maxResults"), parameters.get("marketProjection") or []
    try:
        number = int(str(results))
    except ValueError:
        number = 0
    if not isinstance(parameters.get("filter"), dict) or not 0 < number <= MAX_RESULTS:
        raise _Refused("INVALID_INPUT_DATA", f"a filter, and from 1 to {MAX_RESULTS} results")
    if not isinstance(projections, list) or any(name not in WEIGHTS for name in projections):
        raise _Refused("INVALID_INPUT_DATA", f"there are the projections {', '.join(WEIGHTS)}")
    return number, projections


def _is_closed(market: Market) -> bool:
    return bool(market.definition["status"] == "CLOSED")


def _entry(market: Market, projections: list[str]) -> dict[str, Any]:
    """Return a market with what was asked for."""
    offered, definition = market.offer, market.definition
    event = {"id": offered.event_id, "name": offered.event, "countryCode": "GB", "timezone": "Europe/London"}
    if offered.venue:
        event["venue"] = offered.venue
    parts: dict[str, dict[str, Any]] = {
        "EVENT": {"event": {**event, "openDate": definition["openDate"]}},
        "EVENT_TYPE": {"eventType": {"id": offered.event_type, "name": EVENT_TYPES[offered.event_type]}},
        "MARKET_START_TIME": {"marketStartTime": definition["marketTime"]},
        "MARKET_DESCRIPTION": {
            "description": {
                **{name: definition[name] for name in ("bettingType", "bspMarket", "turnInPlayEnabled")},
                **{name: definition[name] for name in ("marketTime", "marketType", "persistenceEnabled")},
                "suspendTime": definition["marketTime"],
                "wallet": "UK wallet",
                "rules": "<b>Rules</b>",
                "rulesHasDate": True,
            }
        },
        "RUNNER_DESCRIPTION": {
            "runners": [
                {
                    "selectionId": runner.id,
                    "runnerName": runner.name,
                    "handicap": runner.handicap,
                    "sortPriority": position,
                }
                for position, runner in enumerate(offered.runners, 1)
            ]
        },
    }
    if offered.competition:
        parts["COMPETITION"] = {"competition": {"id": "7129730", "name": offered.competition}}
    entry = {"marketId": market.id, "marketName": offered.market, "totalMatched": 0.0}
    return entry | {name: value for asked in projections for name, value in parts.get(asked, {}).items()}


async def _json_object(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _trickle(body: bytes) -> AsyncIterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]
        await asyncio.sleep(TRICKLE_SECONDS)
