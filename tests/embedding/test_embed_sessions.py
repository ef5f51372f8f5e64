"""A brand's server gets short sessions for its own customers and sites, and nobody else does."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from structlog.testing import capture_logs

from foundation.storage.clock import SystemClock
from furlong.embedding.sessions import issued_session
from furlong.embedding.settings import EmbedSettings
from tests.embedding.conftest import KEY, NEW, OLD, OTHER_KEY, Site, digest

SITE = "https://www.northbet.example"
OTHER: dict[str, Any] = {"origins": ["https://www.southbet.example"], "key_sha256": [digest(OTHER_KEY)]}
ASKED = {"customer": "c-1", "origin": SITE}
QUERY = {"query": '{ club(brand: "northbet") { id } }'}


def client_of(app: Starlette) -> httpx.AsyncClient:
    """A client without a browser."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site.test")


async def asked(app: Starlette, key: str = KEY, body: Any = ASKED, **headers: str) -> httpx.Response:
    """The response to a request for a session."""
    async with client_of(app) as client:
        sent = {"authorization": f"Bearer {key}", "content-type": "application/json"} | headers
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await client.post("/embed/sessions", content=content, headers=sent)


async def code_of_club(app: Starlette, token: str) -> str:
    """The code of the error that a customer gets in an empty database: UNKNOWN_BRAND if the session holds."""
    async with client_of(app) as client:
        response = await client.post("/graphql", json=QUERY, headers={"authorization": f"Bearer {token}"})
    return str(response.json()["errors"][0]["extensions"]["code"])


def claims_of(token: str, secret: str = NEW) -> dict[str, Any]:
    """What a token says, verified by its key."""
    return dict(jwt.decode(token, OctKey.import_key(secret)).claims)


def token(settings: EmbedSettings | None = None, **changes: Any) -> str:
    """A token as the site would issue it five minutes ago or now."""
    ago = changes.pop("ago", timedelta())
    asked = {"brand": "northbet", "customer": "c-1", "origin": SITE} | changes
    now = SystemClock().now() - ago
    return issued_session(settings or EmbedSettings(), now=now, **asked)


async def test_a_session_is_short_and_bound(sites: Site) -> None:
    """To the customer, the brand of the key, the origin, and an audience of its own."""
    app = sites.make([SITE])
    response = await asked(app)
    assert (response.status_code, response.json()["expiresIn"]) == (200, 300)
    assert response.headers["cache-control"] == "no-store"
    claims = claims_of(response.json()["token"])
    assert claims["exp"] - claims["iat"] == 300
    assert {name: claims[name] for name in ("sub", "brand", "origin", "iss", "aud")} == {
        "sub": "c-1",
        "brand": "northbet",
        "origin": SITE,
        "iss": "furlong-embed",
        "aud": "furlong-embed",
    }
    assert await code_of_club(app, response.json()["token"]) == "UNKNOWN_BRAND"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**ASKED, "origin": "https://evil.example"}, 403, "UNKNOWN_ORIGIN"),
        ({**ASKED, "origin": "https://www.southbet.example"}, 403, "UNKNOWN_ORIGIN"),
        ({**ASKED, "origin": SITE + "/"}, 403, "UNKNOWN_ORIGIN"),
        ({**ASKED, "customer": ""}, 422, "INVALID_REQUEST"),
        ({**ASKED, "customer": "a b"}, 422, "INVALID_REQUEST"),
        ({**ASKED, "customer": "x" * 129}, 422, "INVALID_REQUEST"),
        ({**ASKED, "customer": 7}, 422, "INVALID_REQUEST"),
        ({**ASKED, "brand": "southbet"}, 422, "INVALID_REQUEST"),
        ({**ASKED, "walletToken": 7}, 422, "INVALID_REQUEST"),
        ({**ASKED, "walletToken": "t-1"}, 422, "NO_OPERATOR_WALLET"),
        ({"customer": "c-1"}, 422, "INVALID_REQUEST"),
        ([], 422, "INVALID_REQUEST"),
        (b"{", 422, "INVALID_REQUEST"),
        (b" " * 3_000, 413, "REQUEST_TOO_LARGE"),
    ],
)
async def test_what_is_wrong_is_refused(sites: Site, body: Any, status: int, code: str) -> None:
    """With a code for programs, and a line of the log without the customer."""
    with capture_logs() as logged:
        response = await asked(sites.make([SITE], southbet=OTHER), body=body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    lines = [each for each in logged if each["event"] == "embed_session_refused"]
    assert [(line["brand"], line["code"]) for line in lines] == [("northbet", code)]
    assert "c-1" not in str(lines)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": KEY}, 401),
        ({"authorization": f"Basic {KEY}"}, 401),
        ({"authorization": f"Bearer {digest(KEY)}"}, 401),
        ({"origin": SITE}, 403),
        ({"sec-fetch-site": "same-origin"}, 403),
        ({"content-type": "text/plain"}, 415),
    ],
)
async def test_only_servers_with_a_key_are_answered(
    sites: Site, headers: dict[str, str], status: int
) -> None:
    """A key that a browser sends has leaked; its page gets nothing, and no permission to read."""
    response = await asked(sites.make([SITE]), **headers)
    assert response.status_code == status
    assert "token" not in response.json()
    assert "access-control-allow-origin" not in response.headers


async def test_sessions_of_one_moment_are_different_tokens(sites: Site) -> None:
    """A page that asks again because a token was refused gets another, which can be revoked by its id."""
    sites.make([SITE])
    one, other = token(), token()
    assert one != other
    assert claims_of(one)["jti"] != claims_of(other)["jti"]


async def test_a_key_stands_for_its_brand_alone(sites: Site) -> None:
    """Another brand's key gives sessions of that brand, for its own sites."""
    app = sites.make([SITE], southbet=OTHER)
    assert (await asked(app, OTHER_KEY)).status_code == 403
    response = await asked(app, OTHER_KEY, {"customer": "c-1", "origin": "https://www.southbet.example"})
    assert claims_of(response.json()["token"])["brand"] == "southbet"
    assert await code_of_club(app, response.json()["token"]) == "FORBIDDEN"


async def test_secrets_are_replaced_without_a_pause(sites: Site) -> None:
    """The first signs, all verify, and one that is gone does not."""
    app = sites.make([SITE], [OLD])
    before = (await asked(app)).json()["token"]
    app = sites.make([SITE], [NEW, OLD])
    after = (await asked(app)).json()["token"]
    assert claims_of(after, NEW)
    for each in (before, after):
        assert await code_of_club(app, each) == "UNKNOWN_BRAND"
    app = sites.make([SITE], [NEW])
    assert await code_of_club(app, before) == "UNAUTHENTICATED"
    assert await code_of_club(app, after) == "UNKNOWN_BRAND"


async def test_sessions_end_and_cannot_be_stretched(sites: Site) -> None:
    """After five minutes, also where somebody with the secret says they live longer."""
    app = sites.make([SITE])
    assert await code_of_club(app, token(ago=timedelta(seconds=320))) == "UNAUTHENTICATED"
    assert await code_of_club(app, token(ago=timedelta(seconds=200))) == "UNKNOWN_BRAND"
    claims = claims_of(token())
    key = OctKey.import_key(NEW)
    for header, changes in (
        ({"typ": "embed+jwt"}, {"exp": claims["exp"] + 60}),
        ({"typ": "JWT"}, {}),
        ({}, {}),
        ({"typ": "embed+jwt"}, {"aud": "shop"}),
        ({"typ": "embed+jwt"}, {"iss": "https://login.test"}),
        ({"typ": "embed+jwt"}, {"origin": None}),
    ):
        changed = {name: value for name, value in (claims | changes).items() if value is not None}
        forged = jwt.encode({"alg": "HS256", **header}, changed, key)
        assert await code_of_club(app, forged) == "UNAUTHENTICATED", (header, changes)


async def test_the_page_may_be_framed_by_the_brands_own_sites(sites: Site) -> None:
    """Each brand has a policy of its own; unknown brands have no page."""
    app = sites.make([SITE, "https://m.northbet.example"], southbet=OTHER)
    async with client_of(app) as client:
        north, south = [await client.get(f"/embed/{brand}") for brand in ("northbet", "southbet")]
        unknown = [(await client.get(f"/embed/{brand}")).status_code for brand in ("eastbet", "north%22bet")]
        page = await client.get("/")
    assert unknown == [404, 404]
    if page.headers["content-type"].startswith("text/html"):
        assert north.headers["content-security-policy"].endswith(
            "frame-ancestors https://www.northbet.example https://m.northbet.example"
        )
        assert south.headers["content-security-policy"].endswith(
            "frame-ancestors https://www.southbet.example"
        )
        assert "southbet" not in north.text
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


async def test_only_the_lobby_shows_what_providers_of_games_have(
    sites: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the brand's sites may frame the three, which send nothing elsewhere; there are no others."""
    games = "https://play.games.example"
    monkeypatch.setenv("FURLONG_SERVE_GAME_ORIGINS", f'["{games}"]')
    app = sites.make([SITE])
    async with client_of(app) as client:
        paths = ("", "/sports", "/lobby", "/office", "/lobby/more")
        frames = [await client.get(f"/embed/northbet{path}") for path in paths]
    assert [frame.status_code for frame in frames[3:]] == [404, 404]
    if all(frame.status_code == 200 for frame in frames[:3]):
        club, sports, lobby = (frame.headers["content-security-policy"] for frame in frames[:3])
        for policy in (club, sports, lobby):
            assert policy.endswith(f"frame-ancestors {SITE}")
            assert policy.startswith("default-src 'none'; script-src 'self'; ")
            assert "connect-src 'self'; " in policy
        assert games not in club + sports
        assert f"frame-src {games}; " in lobby
        assert f"img-src 'self' data: {games}; " in lobby


async def test_the_brands_sites_may_read_the_graph(sites: Site) -> None:
    """Their origins are those of CORS, unless the settings name others."""
    app = sites.make([SITE])
    async with client_of(app) as client:
        for origin, permission in ((SITE, SITE), ("https://evil.example", None)):
            response = await client.post("/graphql", json=QUERY, headers={"origin": origin})
            assert response.headers.get("access-control-allow-origin") == permission


@pytest.mark.parametrize(
    ("northbet", "reason"),
    [
        ({"origins": ["https://*.northbet.example"]}, "without a wildcard"),
        ({"origins": ["https://www.northbet.example/"]}, "is not an origin"),
        ({"origins": []}, "at least 1"),
        ({"origins": [SITE], "key_sha256": ["abc"]}, "SHA-256"),
        ({"origins": [SITE], "key_sha256": [digest(OTHER_KEY)]}, "every brand needs its own keys"),
        ({"origins": [SITE], "frames": 1}, "Extra inputs"),
    ],
)
def test_a_wrong_file_is_refused_at_the_start(sites: Site, northbet: dict[str, Any], reason: str) -> None:
    """The message names the file and the reason."""
    with pytest.raises(ValueError, match=r"FURLONG_EMBED_FILE .*brands\.yaml") as caught:
        sites.make([SITE], southbet=OTHER, northbet2=northbet)
    assert reason in str(caught.value)


def test_keys_need_a_secret_to_sign_with(sites: Site, tmp_path: Path) -> None:
    """Otherwise every request for a session would fail, at the first customer."""
    del tmp_path
    with pytest.raises(ValueError, match="FURLONG_EMBED_SIGNING_KEYS"):
        sites.make([SITE], [])
    with pytest.raises(ValueError, match="too short"):
        sites.make([SITE], ["short"])
