"""A betting site of a brand, at an origin of its own: its pages show the club in each of the three ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.http.served import served

# What docs/embedding.md tells brands, for a page that allows nothing else.
POLICY: Final = (
    "default-src 'none'; script-src 'self' CLUB 'nonce-page'; connect-src 'self' CLUB WS; frame-src CLUB; "
    "style-src 'nonce-page'; img-src 'self' data:"
)

PAGE: Final = """<!doctype html><html lang="en-GB"><title>A betting site</title>
<link rel="icon" href="data:,">
<style nonce="page">body { margin: 0 } furlong-club { display: block; min-block-size: 7.5em }
iframe { border: 0; inline-size: 100%; block-size: 7.5em }</style>
<script nonce="page">
  window.states = []; window.reasons = [];
  window.getToken = async (reason) => {
    reasons.push(reason);
    return (await (await fetch('/our/own/club-session', { method: 'POST' })).json()).token;
  };
</script>
<h1>Place your bets</h1>
BODY
<p>The next race is at 14:35.</p></html>"""

ELEMENT: Final = """<furlong-club brand="northbet"></furlong-club>
<script nonce="page">
  const club = document.querySelector('furlong-club');
  club.getToken = TOKEN ?? getToken;
  club.addEventListener('furlong:state', ({ detail }) => states.push(detail));
</script>
<script type="module" src="CLUB/widget/v1/furlong-club.js"></script>"""

FRAME: Final = """<iframe src="CLUB/embed/northbet?lang=en-GB" title="Rewards club"></iframe>
<script type="module" nonce="page">
  import { connectFrame } from 'CLUB/widget/v1/furlong-frame.js';
  const onState = (status) => states.push(status);
  window.club = connectFrame(document.querySelector('iframe'), { getToken, onState });
</script>"""

HOSTILE_STYLES: Final = """
* { margin: 0; padding: 0; box-sizing: content-box; letter-spacing: .3em; text-transform: uppercase;
    line-height: 3; text-indent: 2em; white-space: nowrap; text-shadow: 1px 1px red }
html { font-size: 62.5% } body { font-size: 1.6rem; zoom: 1.25 }
button { all: unset; display: none } h3, p, svg, span, section, li { display: none !important }
furlong-club { display: block }
"""
"""What frameworks, resets and careless rules do, at worst."""

HOSTILE: Final = """<!doctype html><html lang="en-GB"><title>A hostile site</title><base href="https://elsewhere.test/">
<link rel="icon" href="data:,"><link rel="stylesheet" href="SITE/hostile.css">
<script nonce="page">
  window.states = []; window.reasons = [];
  window.getToken = async (reason) => {
    reasons.push(reason);
    return (await (await fetch('SITE/our/own/club-session', { method: 'POST' })).json()).token;
  };
  addEventListener('furlong:state', ({ detail }) => states.push(detail));
  addEventListener('furlong:token-needed', ({ detail }) => detail.respond(getToken(detail.reason)));
</script>
<furlong-club brand="northbet"></furlong-club>
<div dir="ltr"><furlong-club brand="northbet" locale="ar" theme="dark"></furlong-club></div>
<script type="module" src="CLUB/widget/v1/furlong-club.js"></script>
<script type="module" src="CLUB/widget/v1/furlong-club.js?again"></script></html>"""
HOSTILE_POLICY: Final = (
    f"{POLICY}; require-trusted-types-for 'script'; trusted-types 'none'; base-uri https://elsewhere.test"
).replace("style-src 'nonce-page'", "style-src 'self'")

REACT: Final = """<div id="root" data-endpoint="CLUB/graphql"></div>
<script type="module" src="/built/VERSION/built/page.js"></script>"""


@dataclass
class BrandSite:
    """The running site.

    Attributes:
        url: Its address, which is its origin.
        customer: Who is signed in.
        key: With which the site asks the club for sessions.
        club: The address of the club; set before the first request.
        sessions: The tokens that the site has asked the club for.
    """

    key: str
    url: str = ""
    customer: str = ""
    club: str = ""
    sessions: list[str] = field(default_factory=list)

    def session(self) -> str:
        """Ask the club for a session, from server to server."""
        response = httpx.post(
            f"{self.club}/embed/sessions",
            json={"customer": self.customer, "origin": self.url},
            headers={"authorization": f"Bearer {self.key}"},
        )
        assert response.status_code == 200, response.text
        self.sessions.append(str(response.json()["token"]))
        return self.sessions[-1]

    def page(self, body: str, token: str | None = None) -> Response:
        """Return a page around the club, whose policy allows no more than it has to."""
        known = "null" if token is None else f"(() => {json.dumps(token)})"
        return self.filled(PAGE.replace("BODY", body).replace("TOKEN", known), POLICY)

    def filled(self, page: str, policy: str) -> Response:
        """Return a page and its policy with the addresses in them."""
        text = page.replace("CLUB", self.club).replace("SITE", self.url)
        allowed = policy.replace("CLUB", self.club).replace("WS", self.club.replace("http", "ws"))
        return HTMLResponse(text, headers={"content-security-policy": allowed})


@contextmanager
def brand_site(react: Path, key: str) -> Iterator[BrandSite]:
    """Serve the site until the end of the block; `react` has the built React pages, a folder a version."""
    site = BrandSite(key)

    async def session(_request: Request) -> Response:
        return JSONResponse({"token": site.session()})

    async def element(_request: Request) -> Response:
        return site.page(ELEMENT)

    async def signed_in(_request: Request) -> Response:
        return site.page(ELEMENT, token=site.session())

    async def frame(_request: Request) -> Response:
        return site.page(FRAME)

    async def react_page(request: Request) -> Response:
        return site.page(REACT.replace("VERSION", request.url.path.strip("/")))

    async def hostile(_request: Request) -> Response:
        return site.filled(HOSTILE, HOSTILE_POLICY)

    async def hostile_styles(_request: Request) -> Response:
        return Response(HOSTILE_STYLES, media_type="text/css")

    routes = [
        Route("/hostile", hostile),
        Route("/hostile.css", hostile_styles),
        Route("/our/own/club-session", session, methods=["POST"]),
        Route("/element", element),
        Route("/signed-in", signed_in),
        Route("/frame", frame),
        Route("/react", react_page),
        Route("/react-18", react_page),
        Mount("/built", StaticFiles(directory=react)),
    ]
    with served(Starlette(routes=routes)) as url:
        site.url = url
        yield site
