"""The routes of sign-in by OpenID Connect: to the provider, back from it, and its logouts."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qs

import msgspec
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backoffice.errors import BackofficeError
from backoffice.http.requests import BODY_BYTES, BodyTooLarge, error_response
from backoffice.http.security import NO_STORE, Site
from backoffice.identity.oidc.provider import Attempt, ProviderRefused
from backoffice.identity.oidc.sign_in import OidcSignIn
from backoffice.identity.secrets import WrongKey
from backoffice.identity.sessions import Origin, Stage

PATH: Final = "/backoffice/oidc"
START: Final = f"{PATH}/start"
ATTEMPT: Final = "furlong-backoffice-oidc"
ATTEMPT_SECONDS: Final = 600
PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Furlong back office</title>{refresh}</head>
<body><p>{text}</p><p><a href="/backoffice/">Back office</a></p></body></html>
"""
REFRESH: Final = '<meta http-equiv="refresh" content="0; url=/backoffice/">'
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class OidcRoutes:
    """The routes under `/backoffice/oidc`."""

    sign_in: OidcSignIn
    site: Site
    outcomes: Counter

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(START, self._shown(self.start), methods=["GET"]),
            Route(f"{PATH}/callback", self._shown(self.callback), methods=["GET"]),
            Route(f"{PATH}/logout", self.logout, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """Send the browser to the provider; `?step_up=1` asks the person of the session to sign in again."""
        session, more = "", {}
        if request.query_params.get("step_up"):
            token = self.site.token(request)
            current = (
                await self.sign_in.base.authenticate(token, self.site.address(request)) if token else None
            )
            if current is None or current.session.stage is not Stage.FULL:
                raise ProviderRefused("Sign in first.")
            session, more = current.session.session_id, {"prompt": "login", "max_age": 0}
        attempt = Attempt(self.sign_in.provider.now(), session)
        url = await self.sign_in.provider.authorization_url(self._callback(request), attempt, **more)
        response = RedirectResponse(url, 303, {"cache-control": NO_STORE})
        # The provider sends the browser back from another site, so this cookie is not as strict.
        response.set_cookie(
            self.site.cookie_name(request, ATTEMPT),
            self.sign_in.base.keys.encrypt(msgspec.json.encode(attempt).decode()),
            max_age=ATTEMPT_SECONDS,
            path="/",
            secure=self.site.is_secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    async def callback(self, request: Request) -> Response:
        """Handle the provider's response, and begin a session."""
        attempt = self._attempt(request)
        parameters = request.query_params
        if not hmac.compare_digest(parameters.get("state", "").encode(), attempt.state.encode()):
            raise ProviderRefused("This answer belongs to another sign-in: begin again.")
        await self.sign_in.provider.require_own(parameters.get("iss"))
        if "code" not in parameters:
            raise ProviderRefused("The provider did not sign you in.")
        origin = Origin(self.site.address(request), request.headers.get("user-agent", ""))
        claims = await self.sign_in.claims_for(parameters["code"], self._callback(request), attempt, origin)
        if attempt.session:
            ticket = await self.sign_in.step_up(claims, attempt, origin)
        else:
            ticket = await self.sign_in.begin(claims, origin)
        # A page of ours begins the next request, so that it carries the strict cookie.
        response = HTMLResponse(PAGE.format(refresh=REFRESH, text="You are signed in."))
        self.site.set_token(request, response, ticket.token)
        self._forget_attempt(request, response)
        return response

    async def logout(self, request: Request) -> Response:
        """End the sessions that the provider has ended (back-channel logout)."""
        received = bytearray()
        async for chunk in request.stream():
            received += chunk
            if len(received) > BODY_BYTES:
                return error_response(BodyTooLarge("The body is too long."))
        token = parse_qs(received.decode("utf-8", "replace")).get("logout_token", [""])[0]
        try:
            await self.sign_in.log_out(token)
        except ProviderRefused as error:
            self.outcomes.labels("provider_logout", error.code).inc()
            return error_response(error)
        self.outcomes.labels("provider_logout", "OK").inc()
        return Response(status_code=200, headers={"cache-control": NO_STORE})

    def _callback(self, request: Request) -> str:
        return f"{self.site.origin(request)}{PATH}/callback"

    def _attempt(self, request: Request) -> Attempt:
        sealed = request.cookies.get(self.site.cookie_name(request, ATTEMPT), "")
        try:
            opened = self.sign_in.base.keys.decrypt(sealed, ATTEMPT_SECONDS)
            return msgspec.json.decode(opened, type=Attempt)
        except (WrongKey, msgspec.DecodeError):
            raise ProviderRefused(
                "This sign-in took too long, or was begun elsewhere: begin again."
            ) from None

    def _forget_attempt(self, request: Request, response: Response) -> None:
        response.delete_cookie(
            self.site.cookie_name(request, ATTEMPT),
            path="/",
            secure=self.site.is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def _shown(self, handler: Handler) -> Handler:
        """Show a refusal as a page: a person is looking at it."""

        async def handle(request: Request) -> Response:
            try:
                response = await handler(request)
            except BackofficeError as error:
                self.outcomes.labels("provider", error.code).inc()
                response = HTMLResponse(PAGE.format(refresh="", text=escape(str(error))), 403)
                self._forget_attempt(request, response)
                return response
            self.outcomes.labels("provider", "OK").inc()
            return response

        return handle
