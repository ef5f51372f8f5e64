"""A query by GET is refused if a page of another site may have made a browser send it for its visitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.http.cross_site import CrossSiteGets
from gateway.http.forwarding import Forwarding
from gateway.pipeline.sessions import Sessions
from tests.gateway.plans import joined

SDL = joined("type Query @join__type(graph: A) { hello: String }", "a")
EVIL = {"sec-fetch-site": "cross-site", "content-type": "text/plain", "origin": "https://evil.example"}
COOKIE, BASIC = {"cookie": "session=1"}, {"authorization": "Basic YTpi"}
FORWARDING: dict[str, Any] = {"http": {"forwarded_headers": ["cookie", "authorization"]}}
PAGE = "https://www.good.example"


class Subgraph:
    """A subgraph that greets whom it knows by the headers that reach it."""

    asked = 0

    def prepare(self, _document: str, _name: str | None) -> Any:
        """Greet."""

        async def call(_variables: Any, headers: Mapping[str, str], *_: Any) -> dict[str, Any]:
            self.asked += 1
            return {"data": {"hello": headers.get("cookie") or headers.get("authorization") or "you"}}

        return call


async def status(headers: Mapping[str, str], settings: Mapping[str, Any] = FORWARDING, **options: Any) -> int:
    """The status of a query by GET; only one that is answered reaches the subgraph."""
    subgraph = Subgraph()
    app = create_gateway(
        SDL, {"a": MemoryTransport(subgraph.prepare)}, GatewaySettings(**settings), **options
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank.test") as client:
        response = await client.get("/graphql", params={"query": "{hello}"}, headers=headers)
    assert subgraph.asked == (response.status_code == 200)
    if response.status_code != 200:
        assert response.json()["errors"][0]["extensions"]["code"] == "CROSS_SITE_REQUEST"
        assert response.headers["cache-control"] == "no-store"
    return response.status_code


@pytest.mark.parametrize("credentials", [COOKIE, BASIC, {"authorization": "negotiate abc"}])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "Same-Origin, cross-site", ""])
@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/event-stream"])
async def test_a_visitor_of_another_page_is_not_answered(
    credentials: dict[str, str], site: str, accept: str
) -> None:
    """Neither by cookies nor by HTTP authentication, whatever the page asks for; an image has no origin."""
    for headers in (EVIL, {"content-type": "text/plain; x=application/json"}, {}):
        assert await status({**headers, **credentials, "sec-fetch-site": site, "accept": accept}) == 403


async def test_an_older_browser_names_the_page() -> None:
    """Without `Sec-Fetch-Site`, a request of a page of another origin still says which."""
    assert await status({**COOKIE, "origin": "https://evil.example"}) == 403
    assert await status({**COOKIE, "origin": "null"}) == 403
    assert await status({**COOKIE, "origin": "http://bank.test"}) == 200


@pytest.mark.parametrize(
    "scripted",
    [
        {"content-type": "application/json"},
        {"content-type": "application/graphql+json; charset=utf-8"},
        {"apollo-require-preflight": "1"},
        {"x-apollo-operation-name": "Q"},
        {"x-requested-with": "XMLHttpRequest"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_what_another_page_cannot_send_is_answered(scripted: dict[str, str]) -> None:
    """A header that needs a preflight, or a page of the gateway's own."""
    assert await status({**EVIL, **COOKIE, **scripted}) == 200


@pytest.mark.parametrize(
    "value", ["text/plain, application/json", "application/json, text/plain", "json", ""]
)
async def test_a_media_type_that_makes_no_sense_proves_nothing(value: str) -> None:
    """Two headers, or none that can be read."""
    assert await status({**EVIL, **COOKIE, "content-type": value}) == 403


@pytest.mark.parametrize(
    "headers",
    [
        EVIL,
        {"sec-fetch-site": "cross-site"},
        {**EVIL, "authorization": "Bearer abc"},
        COOKIE,
        BASIC,
        {**COOKIE, "sec-fetch-site": "same-origin", "accept": "text/event-stream"},
    ],
)
async def test_what_identifies_nobody_or_comes_from_no_browser_is_answered(headers: dict[str, str]) -> None:
    """Public queries through a CDN, tokens that only scripts send, other clients, and an own EventSource."""
    wants_stream = headers.get("accept") == "text/event-stream"
    assert await status({**headers, "accept": "*/*"} if wants_stream else headers) == 200


async def test_cookies_that_nobody_reads_identify_nobody() -> None:
    """They are not forwarded by default; they count once the gateway authenticates."""
    assert await status({**EVIL, **COOKIE}, {}) == 200
    assert await status({**EVIL, **BASIC}, {}) == 403

    async def authenticate(_headers: Mapping[str, str]) -> object:
        return None

    assert await status({**EVIL, **COOKIE}, {}, sessions=Sessions(authenticate)) == 403


async def test_a_page_that_the_settings_name_is_trusted() -> None:
    """An EventSource sends no headers, and it works from there; `*` names no page."""
    named = {**EVIL, **COOKIE, "origin": PAGE}
    assert await status(named) == 403
    assert await status(named, {**FORWARDING, "cors": {"origins": [PAGE], "credentials": True}}) == 200
    assert await status(named, {**FORWARDING, "cors": {"origins": ["https://*.good.example"]}}) == 200
    assert await status(named, {**FORWARDING, "cors": {"origins": ["https://other.example"]}}) == 403
    assert await status(named, {**FORWARDING, "cors": {"origins": ["*"]}}) == 403


async def test_rules_for_headers_may_forward_cookies_too() -> None:
    """They count where any subgraph gets them."""
    rules = {"header_rules": {"rules": {"all": {"request": [{"propagate": {"named": "cookie"}}]}}}}
    assert await status({**EVIL, **COOKIE}, rules) == 403


SITES = st.sampled_from([None, b"same-origin", b"same-site", b"cross-site", b"none", b"x"])


@given(
    site=SITES,
    cookie=st.sampled_from([None, b"a=1"]),
    scheme=st.sampled_from([None, b"Basic x", b"BASIC", b"Bearer x", b"DPoP x"]),
    media_type=st.sampled_from([None, b"text/plain", b"TEXT/PLAIN;a=b", b"application/json"]),
)
def test_only_who_could_be_identified_has_to_prove_anything(
    site: bytes | None, cookie: bytes | None, scheme: bytes | None, media_type: bytes | None
) -> None:
    """The rule as one sentence."""
    given_headers = {
        b"sec-fetch-site": site,
        b"cookie": cookie,
        b"authorization": scheme,
        b"content-type": media_type,
    }
    gets = CrossSiteGets.of(Forwarding.of(["cookie"]), (), None, authenticates=False)
    refused = gets.refuses({name: value for name, value in given_headers.items() if value is not None})
    identified = cookie is not None or (scheme is not None and scheme.lower().startswith(b"basic"))
    foreign = site not in (None, b"same-origin", b"none")
    assert refused is (identified and foreign and media_type != b"application/json")
