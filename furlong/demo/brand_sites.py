"""Sites of brands that show the demo's club in pages of their own, at origins of their own.

The page is as docs/embedding.md tells brands to write it; the server of a site requests sessions for its
customers. A page that has no server of its own gets them from the demo.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

import httpx
import yaml
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from foundation.storage.clock import Clock
from furlong.demo.brand_pages import Way, page, page_policy
from furlong.demo.framed_site import BALANCE, PLAY, framed_page, read_balance
from furlong.demo.ready_file import DemoBrand
from furlong.demo.routes import NO_STORE, DemoSession, is_from_another_origin, own_pages_only
from furlong.demo.tokens import embed_key
from furlong.embedding.sessions import issued_session
from furlong.embedding.settings import EmbedSettings
from furlong.serve.http_server import listen, own_names_only, serving

SESSION: Final = "/our/own/club-session"
"""Where the page asks its own server for a session of the club."""


NOBODY: Final = {"error": "no customer of this brand"}


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
        customer, nonce = self._customer_of(request), token_urlsafe(16)
        way: Way = "frame" if request.query_params.get("way") == "frame" else "element"
        text = page(self.brand, self.club, self.customers, customer=customer, way=way, nonce=nonce)
        return self._shown(text, nonce)

    async def get_play(self, request: Request) -> Response:
        """Return the page with sports, the club and the casino for a customer."""
        customer, nonce = self._customer_of(request), token_urlsafe(16)
        text = framed_page(self.brand, self.club, customer=customer, session=SESSION, nonce=nonce)
        return self._shown(text, nonce)

    async def post_session(self, request: Request) -> Response:
        """Request a session from the club, from server to server, for the page that asks."""
        if request.query_params.get("customer", "") not in self.customers:
            return JSONResponse(NOBODY, 404, NO_STORE)
        async with httpx.AsyncClient() as client:
            response = await self._session_of(client, request)
        return Response(response.content, response.status_code, NO_STORE, "application/json")

    async def post_balance(self, request: Request) -> Response:
        """Return the balance of a customer, which the site knows of its own wallet or asks ours for."""
        if request.query_params.get("customer", "") not in self.customers:
            return JSONResponse(NOBODY, 404, NO_STORE)
        async with httpx.AsyncClient() as client:
            token = (await self._session_of(client, request)).json()["token"]
            balance = await read_balance(client, self.club, self.brand, token)
        return JSONResponse(balance, 404 if balance is None else 200, NO_STORE)

    def _customer_of(self, request: Request) -> str:
        customer = request.query_params.get("customer", "")
        return customer if customer in self.customers else next(iter(self.customers))

    def _shown(self, text: str, nonce: str) -> Response:
        policy = page_policy(self.club, nonce)
        return HTMLResponse(text, headers={**NO_STORE, "content-security-policy": policy})

    async def _session_of(self, client: httpx.AsyncClient, request: Request) -> httpx.Response:
        asked = {
            "customer": request.query_params["customer"],
            "origin": f"http://{request.headers['host']}",
        }
        authorized = {"authorization": f"Bearer {self.key}"}
        return await client.post(f"{self.club}/embed/sessions", json=asked, headers=authorized)


def site_app(site: BrandSite) -> Starlette:
    """Return the application of a site."""
    own = {SESSION: site.post_session, BALANCE: site.post_balance}
    asked = [Route(path, own_pages_only(answer), methods=["POST"]) for path, answer in own.items()]
    return Starlette(routes=[Route("/", site.get_page), Route(PLAY, site.get_play), *asked])


@dataclass(frozen=True, slots=True)
class DemoTokens:
    """Gives pages of other origins the sessions that a brand's own server would give them.

    Attributes:
        settings: The settings of the club by which sites may show it.
        session: The customers of all brands.
        clock: The clock; tokens use its machine time.
    """

    settings: EmbedSettings
    session: DemoSession
    clock: Clock

    async def get_token(self, request: Request) -> Response:
        """Return the token of `?customer=` of `?brand=`, by default the first one's, as text.

        A page of another origin gets a session for that origin; a page of the demo, and a program, gets the
        customer's own.
        """
        brand = request.query_params.get("brand", self.session.brand)
        wanted = request.query_params.get("customer")
        customers = (customer for customer in self.session.customers if customer.brand == brand)
        customer = next((customer for customer in customers if wanted in {None, customer.id}), None)
        origin = request.headers.get("origin")
        headers = {**NO_STORE, "vary": "origin"}
        if origin is None and is_from_another_origin(request):
            return PlainTextResponse("Ask by fetch() in the mode cors\n", 403, headers)
        if origin is not None:
            site = self.settings.brands().get(brand)
            if site is None or not site.has_origin(origin):
                return PlainTextResponse(f"Start the demo with --origin {origin}\n", 403, headers)
            headers["access-control-allow-origin"] = origin
        if customer is None:
            return PlainTextResponse(f"The demo has no customer {wanted} of {brand}.\n", 404, headers)
        if origin is None or not self.settings.signing_keys:
            return PlainTextResponse(customer.token, headers=headers)
        now = self.clock.machine.now()
        token = issued_session(self.settings, brand, customer.id, origin, now)
        return PlainTextResponse(token, headers=headers)

    def route(self) -> Route:
        """Return the route `GET /demo/token`."""
        return Route("/demo/token", self.get_token)


FILE: Final = "brands.yaml"
"""The file in the data folder that has the brands' origins and digests of their keys."""

THIS_MACHINE: Final = ("http://127.0.0.1:*", "http://localhost:*")
"""Whose pages may show the demo's club: it is shown to nobody else by itself."""


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
async def running_brand_sites(
    data: Path, session: DemoSession, club: str, origins: Sequence[str] = ()
) -> AsyncIterator[BrandSites]:
    """Serve the sites while the block runs; none if the environment names a file of brands.

    Args:
        data: The data folder; the file of brands is written there, with new keys each time.
        session: The customers of all brands.
        club: The URL of the demo.
        origins: Whose pages may show each brand's club, besides all pages of this machine.

    Raises:
        OSError: The file cannot be written.
    """
    given = EmbedSettings()
    if given.file is not None:
        yield BrandSites(given)
        return
    brands, entries = [], {}
    async with AsyncExitStack() as stack:
        for brand in dict.fromkeys(customer.brand for customer in session.customers):
            listener = stack.enter_context(listen("127.0.0.1", 0))
            key, site = token_urlsafe(32), f"http://127.0.0.1:{listener.getsockname()[1]}"
            customers = {
                customer.id: customer.note for customer in session.customers if customer.brand == brand
            }
            app = site_app(BrandSite(brand, key, club, customers))
            await stack.enter_async_context(serving(app, listener, own_names_only()))
            digest = sha256(key.encode()).hexdigest()
            entries[brand] = {"origins": [*THIS_MACHINE, *origins], "key_sha256": [digest]}
            brands.append(DemoBrand(brand=brand, site=site, key=key))
        (data / FILE).write_text(yaml.safe_dump({"brands": entries}))
        yield BrandSites(demo_embedding(data, given), tuple(brands))


def demo_embedding(data: Path, given: EmbedSettings) -> EmbedSettings:
    """Return the settings by which the sites of the demo's brands show the club.

    Args:
        data: The data folder, with the file of brands that the demo writes when it starts.
        given: Everything else.
    """
    return given.model_copy(update={"file": data / FILE, "signing_keys": (SecretStr(embed_key(data)),)})
