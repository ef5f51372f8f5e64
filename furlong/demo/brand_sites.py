"""Sites of brands that show the demo's club in pages of their own, at origins of their own.

The page is as docs/embedding.md tells brands to write it; the server of a site requests sessions for its
customers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from secrets import token_urlsafe
from socket import socket
from string import Template
from typing import Final, Literal
from urllib.parse import urlencode

import httpx
import yaml
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from furlong.demo.ready_file import DemoBrand
from furlong.demo.routes import DemoSession
from furlong.demo.tokens import embed_key
from furlong.embedding.settings import EmbedSettings
from furlong.serve.http_server import listen, own_names_only, serving

Way = Literal["element", "frame"]
WAYS: Final[Mapping[Way, str]] = {"element": "an element", "frame": "a frame"}

PAGE: Final = Template("""<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$brand</title>
<link rel="icon" href="data:,">
<style nonce="$nonce">
  body { margin: 2rem auto; max-inline-size: 40rem; padding-inline: 1rem; font: 1rem/1.5 sans-serif }
  furlong-club { display: block; min-block-size: 7.5em }
  iframe { border: 0; inline-size: 100%; block-size: 7.5em }
</style>
<h1>$brand</h1>
<p>A page of another origin than the club's. Signed in as $customer: $note.</p>
<p>Show the club as $ways; sign in as $customers.</p>
<script nonce="$nonce">
  const getToken = async () =>
    (await (await fetch('/our/own/club-session?customer=$customer', { method: 'POST' })).json()).token;
</script>
$club
<p>The next race is at 14:35.</p>
</html>
""")

ELEMENT: Final = Template("""<furlong-club brand="$brand" locale="en-GB"></furlong-club>
<script nonce="$nonce">document.querySelector('furlong-club').getToken = getToken;</script>
<script type="module" src="$url/widget/v1/furlong-club.js"></script>""")

FRAME: Final = Template("""<iframe src="$url/embed/$brand?lang=en-GB" title="Rewards club"></iframe>
<script type="module" nonce="$nonce">
  import { connectFrame } from '$url/widget/v1/furlong-frame.js';
  connectFrame(document.querySelector('iframe'), { getToken });
</script>""")


def page(brand: str, url: str, customers: Mapping[str, str], *, customer: str, way: Way, nonce: str) -> str:
    """Return the page.

    Args:
        brand: The brand.
        url: The URL of the club.
        customers: What is known of each customer of the brand, by id.
        customer: Who is signed in.
        way: How the club is shown.
        nonce: What the policy of the page names its own scripts and styles by.
    """
    ways = " or ".join(_link(each, customer, text) for each, text in WAYS.items())
    others = ", ".join(_link(way, each, each) for each in customers)
    values = {"brand": brand, "url": url, "nonce": nonce}
    club = (ELEMENT if way == "element" else FRAME).substitute(values)
    return PAGE.substitute(
        values, customer=customer, note=escape(customers[customer]), ways=ways, customers=others, club=club
    )


def page_policy(url: str, nonce: str) -> str:
    """Return the `Content-Security-Policy` of the page, which allows no more than the club needs."""
    sockets = url.replace("http", "ws", 1)
    own = f"'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src {url} {own}; connect-src 'self' {url} {sockets}; frame-src {url}; "
        f"style-src {own}; img-src {url} data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _link(way: Way, customer: str, text: str) -> str:
    query = urlencode({"way": way, "customer": customer})
    return f'<a href="/?{escape(query)}">{escape(text)}</a>'


SESSION: Final = "/our/own/club-session"
"""Where the page asks its own server for a session of the club."""

NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class BrandSite:
    """A brand's site.

    Attributes:
        brand: The brand.
        key: The key with which its server requests sessions.
        club: The URL of the club.
        customers: What is known of each customer of the brand, by id; the first one is signed in at first.
    """

    brand: str
    key: str
    club: str
    customers: Mapping[str, str]

    async def get_page(self, request: Request) -> Response:
        """Return the page for a customer, with the club as an element or as a frame."""
        customer = request.query_params.get("customer", "")
        if customer not in self.customers:
            customer = next(iter(self.customers))
        nonce = token_urlsafe(16)
        way: Way = "frame" if request.query_params.get("way") == "frame" else "element"
        text = page(self.brand, self.club, self.customers, customer=customer, way=way, nonce=nonce)
        policy = page_policy(self.club, nonce)
        return HTMLResponse(text, headers={**NO_STORE, "content-security-policy": policy})

    async def post_session(self, request: Request) -> Response:
        """Request a session from the club, from server to server, for the page that asks."""
        customer = request.query_params.get("customer", "")
        if customer not in self.customers:
            return JSONResponse({"error": "no customer of this brand"}, 404, NO_STORE)
        async with httpx.AsyncClient() as client:
            response = await client.post(
                f"{self.club}/embed/sessions",
                json={"customer": customer, "origin": f"http://{request.headers['host']}"},
                headers={"authorization": f"Bearer {self.key}"},
            )
        return Response(response.content, response.status_code, NO_STORE, "application/json")


def site_app(site: BrandSite) -> Starlette:
    """Return the application of a site."""
    return Starlette(routes=[Route("/", site.get_page), Route(SESSION, site.post_session, methods=["POST"])])


FILE: Final = "brands.yaml"
"""The file in the data folder that has the brands' origins and digests of their keys."""


@dataclass(frozen=True, slots=True)
class BrandSites:
    """The sites of brands.

    Attributes:
        settings: The settings of the club by which these sites may show it.
        brands: Where each site is, and the key of its brand.
    """

    settings: EmbedSettings
    brands: tuple[DemoBrand, ...] = ()


@asynccontextmanager
async def running_brand_sites(data: Path, session: DemoSession, club: str) -> AsyncIterator[BrandSites]:
    """Serve the sites while the block runs; none if the environment names a file of brands.

    Args:
        data: The data folder; the file of brands is written there, with new keys each time.
        session: The customers of all brands.
        club: The URL of the demo.

    Raises:
        OSError: The file cannot be written.
    """
    given = EmbedSettings()
    if given.file is not None:
        yield BrandSites(given)
        return
    brands, entries = [], {}
    async with AsyncExitStack() as stack:
        for brand in dict.fromkeys(each.brand for each in session.customers):
            listener = stack.enter_context(listen("127.0.0.1", 0))
            key, origins = token_urlsafe(32), _origins(listener)
            customers = {each.id: each.note for each in session.customers if each.brand == brand}
            app = site_app(BrandSite(brand, key, club, customers))
            await stack.enter_async_context(serving(app, listener, own_names_only()))
            entries[brand] = {"origins": origins, "key_sha256": [sha256(key.encode()).hexdigest()]}
            brands.append(DemoBrand(brand=brand, site=origins[0], key=key))
        (data / FILE).write_text(yaml.safe_dump({"brands": entries}))
        yield BrandSites(demo_embedding(data, given), tuple(brands))


def demo_embedding(data: Path, given: EmbedSettings) -> EmbedSettings:
    """Return the settings by which the sites of the demo's brands show the club.

    Args:
        data: The data folder, with the file of brands that the demo writes when it starts.
        given: Everything else.
    """
    return given.model_copy(update={"file": data / FILE, "signing_keys": (SecretStr(embed_key(data)),)})


def _origins(listener: socket) -> list[str]:
    port = listener.getsockname()[1]
    return [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")]
