"""The last steps of a response: headers for caches (RFC 9110, RFC 9111), and what refused requests get."""

from __future__ import annotations

import uuid
from asyncio import CancelledError
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import structlog
from msgspec import Struct, structs

from gateway.errors import ClientDisconnected, RequestError, TooManyRequests, Unauthenticated
from gateway.http.client import NOT_MODIFIED, Client, Reply
from gateway.pipeline.cache_control import CachePolicy
from gateway.pipeline.stages import GraphQLResponse, Response, encode, refused

CACHE_CONTROL: Final = b"cache-control"
NO_STORE: Final = (CACHE_CONTROL, b"no-store")
PAGE_HEADERS: Final = ((b"cache-control", b"no-cache"), (b"vary", b"accept"))
"""For the page that a browser gets at the same URL: no cache may take it for a GraphQL response."""

IMPERSONAL: Final = frozenset({"accept", "accept-language", "traceparent", "tracestate", "baggage"})
"""Headers that do not distinguish one client from others."""
TRACING: Final = frozenset({"traceparent", "tracestate", "baggage"})
"""Headers that no response depends on."""


class ResponseCaching(Struct, frozen=True):
    """Adds the headers by which caches keep responses to GET.

    Attributes:
        vary: The headers that a response may depend on.
        personal: The headers that make a response personal to one client.
        is_shared: Whether responses may be public: only if no other headers decide on them.
    """

    vary: bytes
    personal: tuple[bytes, ...]
    is_shared: bool = True

    @classmethod
    def of(
        cls,
        forwarded: Iterable[str],
        key_header: str,
        name_headers: Iterable[str] = (),
        *,
        authenticates: bool = False,
        is_shared: bool = True,
        varies_by: Iterable[str] = (),
    ) -> ResponseCaching:
        """Build the caching of a gateway's responses.

        Args:
            forwarded: The headers that subgraphs see, in lower case.
            key_header: The header that proves a client's class.
            name_headers: The headers in which clients name themselves, if responses depend on the name.
            authenticates: Whether the gateway authenticates clients, by any credentials that a browser sends.
            is_shared: Whether all headers that responses depend on are among these.
            varies_by: Further request headers that responses depend on.
        """
        credentials = ("authorization", "cookie") if authenticates else ("authorization",)
        depends_on = [name for name in forwarded if name not in TRACING]
        vary = dict.fromkeys(["accept", *varies_by, *depends_on, *credentials, key_header, *name_headers])
        personal = dict.fromkeys([*depends_on, *credentials, key_header])
        return cls(
            ", ".join(vary).encode("latin-1"),
            tuple(name.encode("latin-1") for name in personal if name not in IMPERSONAL),
            is_shared,
        )

    def reply(self, reply: Reply, policy: CachePolicy | None, headers: Mapping[bytes, bytes]) -> Reply:
        """Return the reply to a GET with headers for caches, or 304 without a body if the client has it.

        Args:
            reply: The reply.
            policy: How long the reply may be cached; None if it may not.
            headers: The request's headers by name in lower case.
        """
        status, content_type, body, more = reply
        if policy is None:
            return status, content_type, body, (*more, NO_STORE)
        is_private = policy.is_private or not self.is_shared or any(name in headers for name in self.personal)
        # Each media type is a different representation, so the tags must differ (RFC 9110, 8.8.3).
        tag = b'"%b"' % sha256(content_type + b"\n" + body).hexdigest()[:32].encode()
        lifetime = b"%b, max-age=%d" % (b"private" if is_private else b"public", policy.max_age)
        control, vary = (CACHE_CONTROL, lifetime), (b"vary", self.vary)
        known = _matching(headers.get(b"if-none-match"), tag)
        if known is not None:
            return NOT_MODIFIED, content_type, b"", (*more, control, (b"etag", known), vary)
        return status, content_type, body, (*more, control, (b"etag", tag), vary)


def _matching(if_none_match: bytes | None, tag: bytes) -> bytes | None:
    """Return the tag of the response that the client has, by weak comparison (RFC 9110, 13.1.2), else None.

    A stage that changes the body, such as compression, appends `-` and a name to the tag.
    """
    if if_none_match is None:
        return None
    tags = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
    if tags == [b"*"]:
        return tag
    return next((given for given in tags if given == tag or given.startswith(tag[:-1] + b"-")), None)


CLIENT_DISCONNECTED = 499
"""The status that nginx logs when a client closed the connection before the response."""


def error_response(error: BaseException, client: Client) -> Response:
    """Return the response for an exception.

    Raises:
        CancelledError: The task was cancelled for another reason than a disconnected client.
    """
    match error:
        case Unauthenticated():
            challenge = (b"www-authenticate", error.challenge.encode("ascii"))
            return structs.replace(encode(refused(error), "refused"), headers=(challenge,))
        case TooManyRequests():
            return structs.replace(encode(refused(error), "refused"), headers=error.headers)
        case RequestError():
            return encode(refused(error), "refused")
        case CancelledError() if not client.was_disconnected():
            raise error
        case ClientDisconnected() | CancelledError():
            return Response(b"", "gone", CLIENT_DISCONNECTED, well_formed=False)
        case _:
            return encode(masked(error), "fault")


def masked(error: BaseException) -> GraphQLResponse:
    """Log an internal error, and return a response that has only its id."""
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    entry = {
        "message": "Internal error.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "id": reference},
    }
    return GraphQLResponse({"errors": [entry]}, status=500, well_formed=False)
