"""Pages of other origins read answers only if the settings name them; all others get no permission."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from foundation.origins import Origins, checked_exact_origin, checked_origin
from gateway import GatewaySettings, create_gateway
from tests.gateway.worlds import shop
from tests.http.served import served

GOOD = "https://www.good.example"
SHOP = "https://a.shops.example"
BODY = {"query": "{ me { name } }"}
LOOK_ALIKES = [
    "https://evil.example",
    "null",
    "https://www.good.example.evil.example",
    "https://www.good.exampleevil.example",
    "https://evil.good.example",
    "https://evil-www.good.example",
    "https://evilwww.good.example",
    "https://wwwxgood.example",
    "https://www.good.example:8443",
    "http://www.good.example",
    "https://www.good.example/",
    "https://WWW.GOOD.EXAMPLE",
    "https://www.good.example, https://evil.example",
    "https://good.example",
    "https://www.good.example@evil.example",
    "https://www.good.example\u00df".encode().decode("latin-1"),
    "*",
    "",
]
WILD_LOOK_ALIKES = [
    "https://shops.example",
    "https://evilshops.example",
    "https://a.b.shops.example",
    "https://.shops.example",
    "https://*.shops.example",
    "https://a.shops.example.evil.example",
    "https://a.shops.example:8443",
    "http://a.shops.example",
    "https://a_b.shops.example",
    "https://-a.shops.example",
    "https://evil.example/a.shops.example",
    "https://evil.example?a.shops.example",
    "https://A.shops.example",
]


def allowed(response: httpx.Response) -> dict[str, str]:
    """The headers by which a response allows something to a page."""
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


def client_of(**settings: Any) -> httpx.AsyncClient:
    """A client of the shop's gateway with settings."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(**settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


def preflight(origin: str) -> dict[str, str]:
    """The headers of a preflight."""
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,authorization",
    }


async def test_a_named_page_reads_answers() -> None:
    """The headers say so for POST, GET and refused requests, and caches keep the answers of pages apart."""
    async with client_of(cors={"origins": (GOOD,)}) as client:
        headers = {"origin": GOOD}
        for response in (
            await client.post("/graphql", json=BODY, headers=headers),
            await client.get("/graphql", params=BODY, headers=headers),
            await client.post("/graphql", content=b"{", headers=headers),
            await client.get("/graphql", params={"query": "{"}, headers=headers),
        ):
            assert response.headers["access-control-allow-origin"] == GOOD
            assert "access-control-allow-credentials" not in response.headers
            assert "origin" in response.headers["vary"].split(", ")
            assert "retry-after" in response.headers["access-control-expose-headers"]


async def test_a_preflight_of_a_named_page_is_answered_at_once() -> None:
    """It lists methods and headers, and may be remembered; it has no body and needs no session."""
    async with client_of(cors={"origins": (GOOD,)}) as client:
        response = await client.options("/graphql", headers=preflight(GOOD))
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == GOOD
    assert response.headers["access-control-allow-methods"] == "POST, GET"
    listed = response.headers["access-control-allow-headers"].split(", ")
    assert {"content-type", "authorization", "graphql-client-name", "traceparent"} <= set(listed)
    assert response.headers["access-control-max-age"] == "7200"
    assert response.headers["vary"] == "origin"


async def test_other_pages_get_no_permission() -> None:
    """However alike they look; the answer itself says that it depends on the origin."""
    async with client_of(cors={"origins": (GOOD,), "credentials": True}) as client:
        for origin in LOOK_ALIKES:
            named = [(b"origin", origin.encode("latin-1"))]
            asking = [(b"access-control-request-method", b"POST")]
            asked = await client.post("/graphql", json=BODY, headers=named)
            before = await client.options("/graphql", headers=[*named, *asking])
            assert allowed(asked) == allowed(before) == {}, origin
            assert asked.headers["vary"] == before.headers["vary"] == "origin"
            assert (asked.status_code, before.status_code) == (200, 403)


@pytest.mark.parametrize("origin", WILD_LOOK_ALIKES)
async def test_a_wildcard_stands_for_one_label(origin: str) -> None:
    """It matches no parent, no deeper name, no other port or scheme, and no regular expression's dot."""
    assert b"https://a.shops.example" in (origins := Origins.of(["https://*.shops.example"]))
    assert b"https://a-1.shops.example" in origins
    assert origin.encode() not in origins


@given(st.text(alphabet="abz.:/*-@?#%0189\u00e4", max_size=40))
def test_a_wildcard_matches_what_its_rule_says(text: str) -> None:
    """Compared with the rule as one expression over the whole text."""
    rule = re.compile(rb"https://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.b\.za")
    for origin in (text.encode(), f"https://{text}.b.za".encode()):
        assert (origin in Origins.of(["https://*.b.za"])) == bool(rule.fullmatch(origin))


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:5173", True),
        ("http://localhost", True),
        ("https://localhost:5173", False),
        ("http://localhost:5173.evil.example", False),
        ("http://localhost:", False),
        ("http://localhost.evil.example:80", False),
        ("http://127.0.0.1:5173", False),
    ],
)
def test_a_page_of_this_machine_may_have_any_port(origin: str, *, allowed: bool) -> None:
    """It is named with a wildcard for the port, which no other host can have."""
    assert (origin.encode() in Origins.of(["http://localhost:*"])) == allowed
    for host in ("https://www.example.com:*", "https://*.example.com:*", "https://localhost.example:*"):
        with pytest.raises(ValueError, match="any port is for pages of this machine"):
            checked_origin(host)
    assert checked_exact_origin("http://127.0.0.1:*") == "http://127.0.0.1:*"


async def test_two_origins_are_none() -> None:
    """A request that names two is from no browser."""
    async with client_of(cors={"origins": (GOOD,)}) as client:
        response = await client.post("/graphql", json=BODY, headers=[("origin", GOOD), ("origin", GOOD)])
    assert allowed(response) == {}


async def test_credentials_only_where_they_are_configured() -> None:
    """And never together with all origins."""
    async with client_of(cors={"origins": (GOOD,), "credentials": True}) as client:
        asked = await client.post("/graphql", json=BODY, headers={"origin": GOOD})
        before = await client.options("/graphql", headers=preflight(GOOD))
    for response in (asked, before):
        assert response.headers["access-control-allow-credentials"] == "true"
        assert response.headers["access-control-allow-origin"] == GOOD
    with pytest.raises(ValidationError, match="name the origins"):
        GatewaySettings(cors={"origins": ("*",), "credentials": True})


async def test_all_pages_may_be_allowed_without_credentials() -> None:
    """For a public graph."""
    async with client_of(cors={"origins": ("*",)}) as client:
        response = await client.post("/graphql", json=BODY, headers={"origin": "https://any.example"})
        sandboxed = await client.options("/graphql", headers=preflight("null"))
    assert response.headers["access-control-allow-origin"] == "*"
    assert sandboxed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in {**response.headers, **sandboxed.headers}


async def test_nothing_is_said_of_origins_by_default() -> None:
    """Without the setting no page of another origin reads anything, and preflights are refused."""
    async with client_of() as client:
        asked = await client.post("/graphql", json=BODY, headers={"origin": GOOD})
        before = await client.options("/graphql", headers=preflight(GOOD))
    assert allowed(asked) == allowed(before) == {}
    assert before.status_code == 405
    assert "vary" not in asked.headers


@pytest.mark.parametrize(
    "text",
    [
        "null", "www.good.example", "https://", "https://www.good.example/", "https://www.good.example:443",
        "http://www.good.example", "https://GOOD.example", "https://*", "https://*.example",
        "https://a.*.example", "https://*a.good.example", "https://*.*.good.example", "https://..good",
        "file://", "https://good.example?", "https://good.example https://b.example", "https://u@good.example",
        "https://good.example:0", "https://good_.example", "", " https://good.example",
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_refused_at_the_start(text: str) -> None:
    """A setting with a typing error would otherwise allow nobody, or the wrong page."""
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        checked_origin(text)


@pytest.mark.parametrize(
    "text",
    ["https://a.example", "https://a.example:8443", "http://localhost:3000", "http://[::1]:3000", "http://127.0.0.1",
     "https://10.0.0.1", "capacitor://localhost", "https://xn--bcher-kva.example"],
)  # fmt: skip
def test_what_browsers_send_is_accepted(text: str) -> None:
    """TLS, this machine, and the schemes of applications."""
    assert checked_origin(text) == checked_exact_origin(text) == text


def test_an_exact_origin_has_no_wildcard() -> None:
    """Where a page is framed or told something, its origin is known."""
    with pytest.raises(ValueError, match="without a wildcard"):
        checked_exact_origin("https://*.good.example")


def test_our_own_server_says_the_same() -> None:
    """On the fast path and on the way through ASGI, in one response after the other."""
    federation = shop()
    settings = GatewaySettings(cors={"origins": (GOOD, "https://*.shops.example")}, hsts_seconds=60)
    app = create_gateway(federation.sdl, federation.transports(), settings)
    with served(app) as url, httpx.Client(base_url=url) as client:
        for origin, permission in [
            (GOOD, GOOD),
            ("null", None),
            ("https://a.shops.example",) * 2,
            (GOOD, GOOD),
        ]:
            asked = client.post("/graphql", json=BODY, headers={"origin": origin})
            read = client.get("/graphql", params=BODY, headers={"origin": origin})
            before = client.options("/graphql", headers=preflight(origin))
            for response in (asked, read, before):
                assert response.headers.get("access-control-allow-origin") == permission
                assert "origin" in response.headers["vary"]
            assert before.status_code == (204 if permission else 403)
            assert ("content-length" in before.headers) == (permission is None)
        anonymous = client.post("/graphql", json=BODY)
    assert allowed(anonymous) == {}
    assert anonymous.headers["vary"] == "origin"
