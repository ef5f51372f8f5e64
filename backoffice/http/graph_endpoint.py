"""The graph over HTTP: only for people who are signed in, only from the back office's own pages."""

import secrets
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backoffice.errors import BackofficeError, NotSignedIn
from backoffice.graph.gateway import ACTOR_HEADER, RequestActors
from backoffice.http.requests import CrossSiteRequest, json_response, require_session
from backoffice.http.security import Site
from backoffice.identity.sessions import Stage
from backoffice.identity.sign_in import SignIn

GATEWAY_PATH: Final = "/graphql"
NOT_FORWARDED: Final = frozenset({b"cookie", b"authorization", ACTOR_HEADER.encode()})


@dataclass(frozen=True, slots=True)
class GraphEndpoint:
    """Finds out who acts, and hands the request to the gateway."""

    gateway: ASGIApp
    actors: RequestActors
    sign_in: SignIn
    site: Site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method != "POST":
            response = _refused("METHOD_NOT_ALLOWED", "Send operations by POST.", 405)
            response.headers["allow"] = "POST"
            await response(scope, receive, send)
            return
        try:
            current = await require_session(request, self.site, self.sign_in)
            if current.session.stage is not Stage.FULL:
                raise NotSignedIn
        except BackofficeError as error:
            status = 403 if isinstance(error, CrossSiteRequest) else 401
            await _refused(error.code, str(error), status)(scope, receive, send)
            return
        name = secrets.token_urlsafe(16)
        self.actors.by_name[name] = current.actor
        try:
            await self.gateway(_forwarded(scope, name), receive, send)
        finally:
            del self.actors.by_name[name]


def _forwarded(scope: Scope, name: str) -> Scope:
    headers = [(key, value) for key, value in scope["headers"] if key not in NOT_FORWARDED]
    return {
        **scope,
        "path": GATEWAY_PATH,
        "raw_path": GATEWAY_PATH.encode(),
        "headers": [*headers, (ACTOR_HEADER.encode(), name.encode())],
    }


def _refused(code: str, message: str, status: int) -> Response:
    return json_response({"errors": [{"message": message, "extensions": {"code": code}}]}, status)
