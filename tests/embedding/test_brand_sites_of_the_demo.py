"""The demo's brands have sites of their own, which embed the club as any brand's would, each for itself."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.brand_sites import BrandSite, BrandSites, DemoTokens, running_brand_sites, site_app
from furlong.demo.routes import DemoSession, SessionCustomer, session_route
from furlong.serve.http_server import listen, serving
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings
from tests.embedding.conftest import ISSUED
from tests.embedding.test_embed_sessions import code_of_club

SHOP = "https://shop.example"
SESSION = DemoSession(
    brand="northbet",
    customers=(
        SessionCustomer(id="c-1", brand="northbet", token="own", note="<new> to the club"),
        SessionCustomer(id="m-1", brand="lagunabet", token="", note="new"),
    ),
)


def club_of(sites: BrandSites, database: str) -> Starlette:
    """The club whose settings are those of the sites."""
    parts = subgraph_parts(DatabaseSettings(url=database), sessions=ISSUED, embed=sites.settings)
    return create_site(parts, gateway=GatewaySettings(), embed=sites.settings)


async def club_tells(sites: BrandSites, database: str, token: str) -> str:
    """The code of the error that the club gives a customer with this token."""
    club = club_of(sites, database)
    async with club.router.lifespan_context(club):
        return await code_of_club(club, token)


async def test_each_site_shows_the_club_of_its_brand(migrated: str, tmp_path: Path) -> None:
    """Its server gets sessions for its customers; the club allows this machine's pages and named origins."""
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            running_brand_sites(tmp_path, SESSION, url, [SHOP]) as sites,
            serving(club_of(sites, migrated), listener),
            httpx.AsyncClient(timeout=60) as client,
        ):
            own, other = sites.brands
            page = await client.get(f"{own.site}/?way=frame&customer=nobody")
            assert "&lt;new&gt; to the club" in page.text
            assert "<h1>Northbet</h1>" in page.text
            assert page.text.count('aria-current="page"') == 2  # the way, and who is signed in
            assert f'<iframe src="{url}/embed/northbet' in page.text
            assert f"frame-src {url};" in page.headers["content-security-policy"]
            assert '<furlong-club brand="lagunabet"' in (await client.get(other.site)).text

            play = await client.get(f"{own.site}/play?customer=c-1")
            for part in ("northbet/sports", "northbet/lobby", "northbet"):
                assert f'src="{url}/embed/{part}?lang' in play.text
            assert play.headers["content-security-policy"].count("'nonce-") == 2
            balance = f"{own.site}/our/own/balance?customer="
            # The club knows no such brand here, and so no wallet.
            of_own, of_nobody = [await client.post(f"{balance}{who}") for who in ("c-1", "m-1")]
            assert (of_own.status_code, of_own.json(), of_nobody.status_code) == (200, None, 404)

            asked = f"{own.site}/our/own/club-session?customer="
            token = (await client.post(f"{asked}c-1")).json()["token"]
            assert await club_tells(sites, migrated, token) == "UNKNOWN_BRAND"
            assert (await client.post(f"{asked}m-1")).status_code == 404
            foreign = (await client.post(f"{other.site}/our/own/club-session?customer=m-1")).json()["token"]
            assert await club_tells(sites, migrated, foreign) == "FORBIDDEN"

            for site, status in ((own.site, 200), (SHOP, 200), ("https://elsewhere.example", 403)):
                response = await client.post(
                    f"{url}/embed/sessions",
                    json={"customer": "c-1", "origin": site},
                    headers={"authorization": f"Bearer {own.key}"},
                )
                assert response.status_code == status
            frame = (await client.get(f"{url}/embed/northbet")).headers.get("content-security-policy", "")
            assert frame.endswith(f"frame-ancestors http://127.0.0.1:* http://localhost:* {SHOP}")
            assert (await client.get(own.site, headers={"host": "evil.example"})).status_code == 421


async def test_a_file_of_brands_replaces_the_sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names one shows the club in pages of their own."""
    monkeypatch.setenv("FURLONG_EMBED_FILE", str(tmp_path / "own.yaml"))
    async with running_brand_sites(tmp_path, SESSION, "http://127.0.0.1:1") as sites:
        assert sites.settings.file == tmp_path / "own.yaml"
        assert sites.brands == ()
    assert not (tmp_path / "brands.yaml").exists()


async def test_the_demo_gives_tokens_to_pages_of_this_machine_and_of_named_origins(
    migrated: str, tmp_path: Path
) -> None:
    """Each for the page's origin; a program gets the customer's own; every other page is told what to do."""
    async with running_brand_sites(tmp_path, SESSION, "http://127.0.0.1:1", [SHOP]) as sites:
        app = Starlette(routes=[DemoTokens(sites.settings, SESSION, SystemClock()).route()])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo") as client:
            for origin in ("http://localhost:5173", "http://127.0.0.1:1", SHOP):
                given = await client.get("/demo/token?brand=lagunabet", headers={"origin": origin})
                assert given.headers["access-control-allow-origin"] == origin
                claims = json.loads(b64decode(given.text.split(".")[1] + "==", b"-_"))
                assert (claims["sub"], claims["brand"], claims["origin"]) == ("m-1", "lagunabet", origin)
                assert await club_tells(sites, migrated, given.text) == "FORBIDDEN"
            for origin in ("https://evil.example", "null", "http://localhost.evil.example:80"):
                refused = await client.get("/demo/token", headers={"origin": origin})
                assert (refused.status_code, refused.text) == (
                    403,
                    f"Start the demo with --origin {origin}\n",
                )
                assert "access-control-allow-origin" not in refused.headers
            assert (await client.get("/demo/token?customer=c-1")).text == SESSION.customers[0].token
            assert (await client.get("/demo/token?customer=m-1")).status_code == 404


async def test_a_page_of_another_origin_is_given_no_session_of_the_demo(tmp_path: Path) -> None:
    """Neither the demo's customers nor one whom a brand's site signs in, whatever the page may read."""
    brand = BrandSite("northbet", "key", "http://127.0.0.1:1", {"c-1": "new"})
    async with running_brand_sites(tmp_path, SESSION, "http://127.0.0.1:1") as sites:
        tokens = DemoTokens(sites.settings, SESSION, SystemClock()).route()
        app = Starlette(routes=[tokens, session_route(SESSION)])
        foreign = {"sec-fetch-site": "same-site"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo") as client:
            for path in ("/demo/token", "/demo/session"):
                for fetched in ("same-site", "cross-site"):
                    refused = await client.get(path, headers={"sec-fetch-site": fetched})
                    assert (refused.status_code, '"own"' in refused.text) == (403, False), path
                for headers in ({}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
                    given = await client.get(path, headers=headers)
                    assert (given.status_code, given.headers["cache-control"]) == (200, "no-store")
    site = httpx.ASGITransport(site_app(brand))
    async with httpx.AsyncClient(transport=site, base_url="http://127.0.0.1:2") as client:
        asked = "/our/own/club-session?customer="
        for headers in (foreign, {"origin": "http://127.0.0.1:3"}):
            assert (await client.post(f"{asked}c-1", headers=headers)).status_code == 403
        assert (await client.post(f"{asked}nobody")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/?way=frame", "/play"])
async def test_what_a_customer_is_called_is_no_code_of_a_page(path: str) -> None:
    """It is text where it is read, and encoded in each address and script."""
    who = "</script><b>'&x=1"
    app = site_app(BrandSite("northbet", "key", "http://127.0.0.1:1", {who: "new"}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:2") as client:
        page = (await client.get(path)).text
    assert "<b>" not in page
    assert "'&x" not in page
    assert "&lt;/script&gt;&lt;b&gt;&#x27;&amp;x=1" in page
    assert "?customer=%3C%2Fscript%3E%3Cb%3E%27%26x%3D1'" in page
