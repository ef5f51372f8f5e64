"""An endpoint that adds the CORS headers, so that pages of other origins may read its responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.http.admission import Admission
from gateway.http.client import Client, Receive, Reply, Scope, Send, client_of
from gateway.http.endpoint import Endpoint
from gateway.http.headers import RawHeaders, origin_of
from gateway.http.replies import OriginPolicy

NO_CONTENT: Final = 204
FORBIDDEN: Final = 403
_TEXT: Final = b"text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class CorsEndpoint:
    """Tells browsers which pages may read an endpoint's responses.

    Attributes:
        endpoint: The endpoint.
        policy: Decides which pages may read responses.
    """

    endpoint: Endpoint
    policy: OriginPolicy

    @property
    def admission(self) -> Admission:
        """What bounds concurrent requests."""
        return self.endpoint.admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST, a GET or a preflight."""
        client = client_of(scope, receive, send)
        raw: RawHeaders = scope["headers"]
        if scope["method"] == "OPTIONS":
            await client.reply(*self._preflight(raw))
            return
        reply = await self.endpoint.answer(scope, client)
        if reply[0]:
            await client.reply(*self._readable(raw, reply))

    async def respond(
        self, client: Client, raw: RawHeaders, body: bytes | None = None, parameters: bytes | None = None
    ) -> Reply:
        """Return the reply to a request, as `Endpoint.respond` does."""
        return self._readable(raw, await self.endpoint.respond(client, raw, body, parameters))

    def _readable(self, raw: RawHeaders, reply: Reply) -> Reply:
        status, content_type, body, headers = reply
        return status, content_type, body, (*headers, *self.policy.headers(origin_of(raw)))

    def _preflight(self, raw: RawHeaders) -> Reply:
        """Answer a preflight, which has neither a body nor a session."""
        headers = self.policy.preflight_headers(origin_of(raw))
        if headers is None:
            return FORBIDDEN, _TEXT, b"This page may not send requests here.\n", self.policy.refused_headers()
        return NO_CONTENT, _TEXT, b"", headers
