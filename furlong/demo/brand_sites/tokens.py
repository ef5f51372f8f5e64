"""What gives a page without a server of its own the sessions that a brand's server would request."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from foundation.storage.clock import Clock
from furlong.demo.routes import NO_STORE, DemoSession, is_from_another_origin
from furlong.embedding.sessions import issued_session
from furlong.embedding.settings import EmbedSettings


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
