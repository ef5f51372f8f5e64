"""Faults between the page and the graph: overload, slow responses, or a proxy's error page."""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from furlong.demo.scenarios.scenario import Scenario
from gateway.errors import Overloaded

GatewayFault = Literal["overloaded", "slow", "broken"]
SLOW_SECONDS: Final = 2.0


class FaultyGateway:
    """Wraps an application; its graph has a fault once `armed` is set, other paths are unaffected."""

    def __init__(self, app: ASGIApp, fault: GatewayFault) -> None:
        self._app = app
        self._fault = fault
        self.armed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if not self.armed or scope["type"] != "http" or scope["path"] != "/graphql":
            await self._app(scope, receive, send)
            return
        match self._fault:
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
                await self._app(scope, receive, send)
            case "overloaded":
                await _overloaded()(scope, receive, send)
            case "broken":
                await HTMLResponse("<h1>502 Bad Gateway</h1>", 502)(scope, receive, send)


def _overloaded() -> JSONResponse:
    refused = Overloaded()
    error = {"message": str(refused), "extensions": {"code": refused.code}}
    return JSONResponse({"errors": [error]}, refused.status, {"retry-after": "1"})


def faulty_gateway(app: ASGIApp, scenarios: Sequence[Scenario]) -> FaultyGateway | None:
    """Return the application with the fault of a scenario; None if no scenario has one."""
    fault = next((one.gateway for one in scenarios if one.gateway is not None), None)
    return None if fault is None else FaultyGateway(app, fault)
