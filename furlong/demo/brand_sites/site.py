"""The site of one brand: its pages show the club, and its server requests sessions for its customers."""

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

from furlong.demo.brand_sites.page import Way, page, page_policy

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
