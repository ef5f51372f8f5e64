"""A brand's site: its pages, and the server that requests sessions for its customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from furlong.demo.brand_sites.framed_page import BALANCE, PLAY, framed_page, read_balance
from furlong.demo.brand_sites.page import Way, page, page_policy
from furlong.demo.routes import NO_STORE, own_pages_only

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
        """Return a customer's balance, of the site's own wallet or ours; null while it cannot be read."""
        if request.query_params.get("customer", "") not in self.customers:
            return JSONResponse(NOBODY, 404, NO_STORE)
        async with httpx.AsyncClient() as client:
            token = (await self._session_of(client, request)).json()["token"]
            balance = await read_balance(client, self.club, self.brand, token)
        return JSONResponse(balance, headers=NO_STORE)

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
