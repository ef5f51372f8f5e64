"""Lets only signed requests reach an ASGI application, with the body and the headers that were signed."""

import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from typing import Any, Final, TypeAlias

import orjson
import structlog

from foundation.signatures.errors import InvalidSignature, Reason
from foundation.signatures.nonces import SharedNonces
from foundation.signatures.profile import UNSIGNED
from foundation.signatures.verifier import RequestHead, SignatureVerifier, VerifiedHead

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

SIGNED_BY: Final = "furlong.signed_by"
"""The member of a request's scope that has the id of the key by which it was signed."""

TOO_LARGE: Final = 413
STATUSES: Final = {Reason.OVERLOADED: 503}
UNAUTHORIZED: Final = 401
POLICY_VIOLATION: Final = 1008


class _TooLarge(Exception):
    """The body is longer than allowed."""


class _Disconnected(Exception):
    """The caller has gone."""


class SignedRequests:
    """Passes on the requests that a verifier accepts, and refuses all others before their body is read.

    The application sees only the signed headers and those of `UNSIGNED`, and the key's id as `SIGNED_BY`.

    Args:
        app: The application.
        verifier: Verifies requests.
        body_bytes: The longest body.
        open_paths: Paths that need no signature, such as a health check's.
        shared: The nonces that the processes of the application share; None if they share none.
        refused: Counts refusals.
    """

    def __init__(
        self,
        app: Application,
        *,
        verifier: SignatureVerifier,
        body_bytes: int,
        open_paths: frozenset[str] = frozenset(),
        shared: SharedNonces | None = None,
        refused: Counter[Reason] | None = None,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._body_bytes = body_bytes
        self._open_paths = open_paths
        self._shared = shared
        self.refused: Counter[Reason] = Counter() if refused is None else refused

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self._open_paths):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            self._count(Reason.UNSIGNED)
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        try:
            verified = self._verifier.verify(_head(scope))
            if self._shared is not None:
                await self._shared.use(verified.nonce)
            body = await self._body(receive, verified)
        except InvalidSignature as error:
            self._count(error.reason)
            status = STATUSES.get(error.reason, UNAUTHORIZED)
            await _problem(send, status, "Only requests signed by the gateway are answered.", error.reason)
        except _TooLarge:
            await _problem(send, TOO_LARGE, f"The body is larger than {self._body_bytes} bytes.", "too_large")
        except _Disconnected:
            return
        else:
            seen = verified.covered | UNSIGNED
            headers = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") in seen]
            await self._app(
                {**scope, "headers": headers, SIGNED_BY: verified.key_id}, _received(body, receive), send
            )

    async def _body(self, receive: Receive, verified: VerifiedHead) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise _Disconnected
            body += message.get("body", b"")
            if len(body) > self._body_bytes:
                raise _TooLarge
            if not message.get("more_body"):
                break
        if not hmac.compare_digest(sha256(body).digest(), verified.digest):
            raise InvalidSignature(Reason.DIGEST)
        return bytes(body)

    def _count(self, reason: Reason) -> None:
        self.refused[reason] += 1
        count = self.refused[reason]
        if count & (count - 1) == 0:  # the first, second, fourth, eighth … refusal for each reason
            structlog.get_logger("signatures").warning("request_refused", reason=reason.value, count=count)


def _head(scope: MutableMapping[str, Any]) -> RequestHead:
    path = scope.get("raw_path") or scope["path"].encode()
    return RequestHead(scope["method"], scope["scheme"], path, scope["query_string"], scope["headers"])


def _received(body: bytes, receive: Receive) -> Receive:
    """Return a function that returns the body first, and then what follows it."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


async def _problem(send: Send, status: int, title: str, reason: str) -> None:
    """Send a response that is not a GraphQL response (RFC 9457), so that no router passes it to a client."""
    content = orjson.dumps({"title": title, "status": status, "reason": reason})
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        # The body may not have been read.
        (b"connection", b"close"),
    ]
    if status == UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Signature"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
