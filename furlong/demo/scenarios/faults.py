"""Faults on purpose: between the page and the graph for a scenario, and of subgraphs that a header names."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from furlong.demo.scenarios.scenario import Scenario
from gateway import SubgraphOperation
from gateway.errors import Overloaded, SubgraphUnreachable
from gateway.feature import Entry, Feature, Version, VersionParts
from gateway.plan import Fetch

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
    fault = next((scenario.gateway for scenario in scenarios if scenario.gateway is not None), None)
    return None if fault is None else FaultyGateway(app, fault)


HEADER: Final = "x-demo-broken"
"""Names the subgraphs, separated by commas, that a request does not reach."""


class Breaking:
    """Calls of subgraphs that a request names in its header fail, as if the subgraph were down."""

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: str) -> SubgraphOperation:
        """Return the call, or a failure if the header names its subgraph."""
        del kind
        name = fetch.subgraph

        async def breaking(variables: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Any:
            if name in headers.get(HEADER, "").split(","):
                raise SubgraphUnreachable("the request asked for it")
            return await call(variables, headers, session)

        return breaking


class BrokenSubgraphs(Feature):
    """The feature of the demo's gateway; nothing else switches it on."""

    def of(self, version: Version) -> VersionParts:
        """Wrap the calls of all subgraphs."""
        del version
        return VersionParts(calls=(Breaking(),))


ENTRY: Final = Entry("broken_subgraphs", feature=f"{__name__}:BrokenSubgraphs")
FEATURE: Final = f"{__name__}:ENTRY"
"""Its name in the gateway's settings."""
