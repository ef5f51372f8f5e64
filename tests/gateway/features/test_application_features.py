"""An application's own features are installed before ours, and end after them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
from prometheus_client import Counter
from starlette.responses import PlainTextResponse

from gateway import GatewaySettings, Sessions, create_gateway
from gateway.feature import Core, Feature, Version, VersionParts
from tests.gateway.features.audited import Audit, named
from tests.gateway.worlds import shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from gateway.pipeline.policies import PolicyInput


class Shop(Feature):
    """Adds one of each, and notes when it is called."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self.is_open = False

    def install(self, core: Core) -> None:
        """Add a route, metrics, a check, a remark, and something that runs."""
        self.notes.append("installed")
        core.route("/prices", self._prices, methods=("GET",))
        core.register(Counter("prices_asked", "Requests for prices.", registry=None))
        core.wait_for(self._is_open)
        core.remark(lambda: "summer sale")
        core.run(self._running())

    def of(self, version: Version) -> VersionParts:
        """Note each request."""
        self.notes.append(f"version of {len(version.transports)} subgraphs")
        return VersionParts(policies=(self,))

    def check(self, policy_input: PolicyInput) -> None:
        """Note a request of a session."""
        self.notes.append(f"request of {policy_input.session}")

    async def _is_open(self) -> bool:
        return self.is_open

    async def _prices(self, _request: Request) -> PlainTextResponse:
        return PlainTextResponse("cheap")

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        self.notes.append("started")
        yield
        self.notes.append("ended")


async def test_an_application_adds_what_a_feature_can_add() -> None:
    """Routes, metrics, readiness, a remark and what runs; sessions are those of the application."""
    notes: list[str] = []
    feature, federation = Shop(notes), shop()

    async def authenticate(_headers: object) -> object:
        return "ann"

    app: Any = create_gateway(
        federation.sdl,
        federation.transports(),
        GatewaySettings(),
        sessions=Sessions(authenticate),
        features=[feature],
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
    async with app.router.lifespan_context(app), client:
        closed = await client.get("/ready")
        feature.is_open = True
        opened = await client.get("/ready")
        prices = await client.get("/prices")
        metrics = await client.get("/metrics")
        await client.post("/graphql", json={"query": "{ me { name } }"})
    assert (closed.status_code, closed.text) == (503, "not ready\nsummer sale\n")
    assert (opened.status_code, opened.text) == (200, "ready\nsummer sale\n")
    assert (prices.text, "prices_asked_total 0.0" in metrics.text) == ("cheap", True)
    assert notes == ["installed", "version of 4 subgraphs", "started", "request of ann", "ended"]
    assert [step.by for step in app.graph.current.path if step.stage == "policies"][-1] == "Shop"


async def test_features_of_the_application_start_before_others_and_end_after_them() -> None:
    """What others use of it is there as long as they are."""
    audit, federation = Audit(), shop()
    app: Any = create_gateway(
        federation.sdl,
        federation.transports(),
        GatewaySettings(features=named(audit)),
        features=[Shop(audit.notes)],
    )
    async with app.router.lifespan_context(app):
        await audit.running.wait()
    assert audit.notes == [
        "installed",
        "version of 4 subgraphs",
        "hooks for 4 subgraphs",
        "started",
        "stopped",
        "closed",
        "ended",
    ]


def test_what_the_application_knows_of_sessions_precedes_what_a_feature_knows() -> None:
    """A feature finds the sessions; the application tells customers apart."""
    application = Sessions(customer_of=lambda _: "by the application")

    async def authenticate(_headers: object) -> object:
        return None

    feature = Sessions(authenticate, customer_of=lambda _: "by the feature", expires_of=lambda _: 7.0)
    both = application.found_by(feature)
    assert both.customer_of is not None
    assert both.expires_of is not None
    assert (both.is_required, both.customer_of(None), both.expires_of(None)) == (
        True,
        "by the application",
        7.0,
    )
