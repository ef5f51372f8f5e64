"""Rate limits refuse clients that spend too much, and no others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from furlong.embedding.sessions import Brands
from furlong.serve.site import RATE_LIMITS, _with_defaults
from furlong.settings import ServeSettings
from gateway import GatewaySettings, Unauthenticated, create_gateway
from gateway.errors import InvalidDocument
from gateway.features.rate_limits.buckets import MemoryStore, RateLimited
from gateway.features.rate_limits.feature import Limiter
from gateway.features.rate_limits.settings import NANOSECONDS, RateLimitRule, RateLimitSettings
from gateway.pipeline.client_address import ClientAddresses
from gateway.pipeline.identification import ClientIdentity
from gateway.pipeline.sessions import Sessions
from gateway.settings.client_class import ClientClass
from tests.gateway.merged_settings import merged
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tests.http.served_gateway import ME, NAME, Shop, post

RESPONSE_JSON = "application/graphql-response+json"
DAY = 86_400
"""Nothing to speak of flows in while a test runs."""


def rules(*given: dict[str, Any], **settings: Any) -> GatewaySettings:
    """Settings with rules for a day."""
    usual = {"refusal_points": 1, "rules": [{"seconds": DAY} | rule for rule in given]}
    return GatewaySettings(**merged({"rate_limits": usual}, settings))


class Server:
    """A gateway whose sessions are names of customers."""

    def __init__(self, settings: GatewaySettings, federation: Federation | None = None) -> None:
        self.federation = federation or shop()

        async def authenticate(headers: Mapping[str, str]) -> object:
            if headers.get("authorization") == "nobody":
                raise Unauthenticated
            return headers.get("authorization")

        self.app = create_gateway(
            self.federation.sdl,
            self.federation.transports(),
            settings,
            sessions=Sessions(
                authenticate, customer_of=lambda session: session if isinstance(session, str) else None
            ),
        )

    async def post(
        self, customer: str | None = None, query: str = ME, address: str = "192.0.2.1", **headers: str
    ) -> httpx.Response:
        """Send a query."""
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if customer is not None:
            named["authorization"] = customer
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            return await client.post("/graphql", json={"query": query}, headers=named)

    async def metric(self, line: str) -> float:
        """The value of a metric."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            text = (await client.get("/metrics")).text
        return next((float(each.split()[-1]) for each in text.splitlines() if each.startswith(line)), 0.0)


def code(response: httpx.Response) -> str:
    """The code of a response's only error; empty for data."""
    body = response.json()
    return "" if "data" in body else str(body["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("accept", ["application/json", RESPONSE_JSON])
async def test_a_customer_who_spends_too_much_waits(accept: str) -> None:
    """With 429 for each media type and the standard headers; no subgraph is asked, and others are served."""
    server = Server(rules({"by": "customer", "points": 3}))
    for _ in range(3):
        assert (await server.post("ann")).status_code == 200
    asked = len(server.federation.asked)
    refused = await server.post("ann", accept=accept)
    assert (refused.status_code, code(refused)) == (429, "RATE_LIMITED")
    assert refused.headers["content-type"] == f"{accept}; charset=utf-8"
    wait = int(refused.headers["retry-after"])
    assert DAY / 3 - 100 < wait <= DAY / 3 + 1
    assert refused.headers["ratelimit-policy"] == f'"customer-{DAY}s";q=3;w={DAY};furlong-unit="points"'
    assert refused.headers["ratelimit"] == f'"customer-{DAY}s";r=0;t={wait}'
    assert len(server.federation.asked) == asked
    assert (await server.post("bob")).status_code == 200
    assert await server.metric('furlong_gateway_rate_limited_total{by="customer"}') == 1
    assert await server.metric('furlong_gateway_refusals_total{code="RATE_LIMITED"}') == 1
    assert await server.metric('furlong_gateway_rate_limit_decisions_total{source="memory"}') > 4


async def test_an_address_counts_for_requests_without_a_customer_only() -> None:
    """Behind a carrier's NAT, customers do not pay for visitors, nor for one another."""
    server = Server(rules({"by": "address", "points": 20}))
    for number in range(30):
        assert (await server.post(f"customer {number}")).status_code == 200
    statuses = [(await server.post()).status_code for _ in range(25)]
    assert statuses == [200] * statuses.index(429) + [429] * (25 - statuses.index(429))
    assert (await server.post("ann")).status_code == 200
    assert (await server.post(address="192.0.2.2")).status_code == 200


async def test_a_client_cannot_choose_its_address() -> None:
    """Without trusted proxies, no header is believed; with one, only what the proxy adds."""
    server = Server(rules({"by": "address", "points": 12}))
    statuses = {
        (await server.post(x_forwarded_for=f"1.1.1.{number}", forwarded=f"for=1.1.1.{number}")).status_code
        for number in range(20)
    }
    assert 429 in statuses
    behind = Server(rules({"by": "address", "points": 12}, trusted_proxies=["192.0.2.1"]))
    for number in range(20):
        assert (await behind.post(x_forwarded_for=f"8.8.8.8, 1.1.1.{number}")).status_code == 200


@pytest.mark.parametrize("query", ["{ nope", "{ nope }", "{ user { id } }"])
async def test_invalid_documents_are_not_free(query: str) -> None:
    """They cost ten points each, for every client; after that, even new documents are not parsed."""
    server = Server(
        rules(
            {"by": "address", "points": 35},
            {"by": "customer", "points": 35},
            rate_limits={"refusal_points": 10},
        )
    )
    for sender in (None, "ann"):
        for number in range(3):
            assert code(await server.post(sender, f"{query} # {number}")).startswith("GRAPHQL_")
        looked = await server.metric("furlong_gateway_refusals_total")
        refused = await server.post(sender, f"{query} # another")
        assert (refused.status_code, code(refused)) == (429, "RATE_LIMITED")
        assert looked > 0
    assert (await server.post("bob")).status_code == 200


async def test_a_new_document_is_not_looked_at_for_whoever_could_not_pay_for_its_refusal() -> None:
    """To parse and validate it is the work that an attacker would buy; what is known is still answered."""
    server = Server(rules({"by": "address", "points": 35}, rate_limits={"refusal_points": 10}))
    assert (await server.post()).status_code == 200
    for number in range(3):
        assert code(await server.post(query=f"{{ nope }} # {number}")) == "GRAPHQL_VALIDATION_FAILED"
    assert code(await server.post(query="{ me { id } }")) == "RATE_LIMITED"
    assert (await server.post()).status_code == 200


async def test_refused_sessions_and_bodies_are_not_free() -> None:
    """The address pays for them, as no customer is known."""
    server = Server(rules({"by": "address", "points": 35}, rate_limits={"refusal_points": 10}))
    assert [(await server.post("nobody")).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    server = Server(rules({"by": "address", "points": 35}, rate_limits={"refusal_points": 10}))
    codes = [code(await server.post(query="", address="192.0.2.9")) for _ in range(4)]
    assert codes == ["INVALID_REQUEST"] * 3 + ["RATE_LIMITED"]


async def test_guesses_of_a_clients_key_are_not_free() -> None:
    """Nor with a document that is known."""
    server = Server(rules({"by": "address", "points": 36}, rate_limits={"refusal_points": 10}))
    assert (await server.post()).status_code == 200
    guesses = [code(await server.post(graphql_client_key=f"guess {number}")) for number in range(4)]
    assert guesses == ["UNKNOWN_CLIENT_KEY"] * 3 + ["RATE_LIMITED"]


async def test_a_class_of_clients_has_its_own_rules() -> None:
    """A rule for a class replaces the general one by the same; a class may be limited as a whole."""
    key = "a key of forty-two characters, for example"
    classes = [{"name": "app", "key_sha256": [sha256(key.encode()).hexdigest()]}]
    settings = rules(
        {"by": "customer", "points": 1},
        {"by": "customer", "points": 3, "client_class": "app"},
        {"by": "class", "points": 5, "client_class": "app"},
        client_classes=classes,
    )
    server = Server(settings)
    assert [(await server.post("ann")).status_code for _ in range(2)] == [200, 429]
    app = [(await server.post("ann", graphql_client_key=key)).status_code for _ in range(4)]
    assert app == [200, 200, 200, 429]
    app = [(await server.post("bob", graphql_client_key=key)).status_code for _ in range(3)]
    assert app == [200, 200, 429]
    assert (await server.post("bob")).status_code == 200


async def test_clients_by_name() -> None:
    """What a client calls itself keeps a runaway version from the others."""
    server = Server(rules({"by": "client", "points": 2}))
    statuses = [(await server.post(graphql_client_name="ios")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert (await server.post(graphql_client_name="web")).status_code == 200
    assert (await server.post()).status_code == 200


class Clock:
    """A clock that a test steps."""

    now = 0

    def __call__(self) -> int:
        """The time in nanoseconds."""
        return self.now


def limiter(settings: GatewaySettings, clock: Clock) -> Limiter:
    """Limits of customers whose sessions are their names."""
    addresses = ClientAddresses((), "x-forwarded-for")
    return Limiter(settings.of(RateLimitSettings), addresses, str, MemoryStore(clock))


class Visitor:
    """A request of one machine."""

    peer = "192.0.2.1"
    headers: Mapping[bytes, bytes] = {}


async def test_points_are_those_of_the_cost_and_come_back_in_time() -> None:
    """A request costs what it selects; a client that waits for `Retry-After` is served."""
    settings = GatewaySettings(
        rate_limits={"rules": [{"by": "customer", "points": 60, "seconds": 60, "burst": 100}]}
    )
    clock = Clock()
    limits = limiter(settings, clock)
    client = ClientIdentity(ClientClass(name="default"))
    assert limits.take(Visitor(), "ann", client, 70) is None
    with pytest.raises(RateLimited) as refused:
        limits.take(Visitor(), "ann", client, 50)
    assert dict(refused.value.headers)[b"retry-after"] == b"20"
    assert dict(refused.value.headers)[b"ratelimit"] == b'"customer-60s";r=30;t=20'
    clock.now += 20 * NANOSECONDS
    assert limits.take(Visitor(), "ann", client, 50) is None


async def test_to_wait_does_not_help_a_request_above_the_whole_bucket() -> None:
    """It is refused by words that say so, and takes nothing."""
    settings = GatewaySettings(rate_limits={"rules": [{"by": "customer", "points": 100, "seconds": 60}]})
    limits = limiter(settings, Clock())
    client = ClientIdentity(ClientClass(name="default"))
    with pytest.raises(InvalidDocument, match="waiting does not help") as refused:
        limits.take(Visitor(), "ann", client, 101)
    assert refused.value.code == "COST_ABOVE_RATE_LIMIT"
    assert limits.take(Visitor(), "ann", client, 100) is None


@asynccontextmanager
async def served(settings: GatewaySettings) -> AsyncIterator[Shop]:
    """The gateway behind its own server."""
    async with Shop(shop(), settings=settings).served() as server:
        yield server


async def test_the_server_knows_the_address() -> None:
    """On the fast path as past it, and each refusal leaves the connection open."""
    async with served(rules({"by": "address", "points": 12})) as server, server.client() as client:
        statuses = []
        for _ in range(8):
            await client.send(post(ME))
            statuses.append((await client.reply())[0])
            await client.send(post(ME, b"expect: 100-continue"))
            reply = await client.reply()
            statuses.append((await client.reply() if reply[0] == 100 else reply)[0])
        assert statuses == [200] * 12 + [429] * 4
        await client.send(post(ME))
        status, head, _ = await client.reply()
        assert (status, b"\r\nretry-after: " in head, b"\r\nratelimit: " in head) == (429, True, True)
    assert NAME


async def test_nothing_is_limited_unless_settings_say_so() -> None:
    """The gateway alone has no rules; the product limits what a customer may ask for."""
    server = Server(GatewaySettings())
    assert await server.metric("furlong_gateway_rate_limit") == 0
    assert _rules_with_defaults(GatewaySettings()) == RATE_LIMITS
    assert _rules_with_defaults(GatewaySettings(rate_limits={"rules": []})) == ()


def _rules_with_defaults(settings: GatewaySettings) -> tuple[RateLimitRule, ...]:
    return _with_defaults(settings, ServeSettings(), Brands({}, {})).of(RateLimitSettings).rules


@pytest.mark.parametrize(
    "given",
    [
        [{"by": "customer", "points": 10}],
        [{"by": "customer", "points": 0, "seconds": 1}],
        [{"by": "moon", "points": 10, "seconds": 1}],
        [{"by": "customer", "points": 10, "seconds": 1, "window": 1}],
        [{"by": "customer", "points": 9, "seconds": 1}],
        [{"by": "customer", "points": 10, "seconds": 1}, {"by": "customer", "points": 20, "seconds": 1}],
    ],
)
def test_rules_that_mean_nothing_are_refused(given: list[dict[str, Any]]) -> None:
    """At the start, in words."""
    with pytest.raises(ValidationError, match="rules"):
        GatewaySettings(rate_limits={"rules": given})
