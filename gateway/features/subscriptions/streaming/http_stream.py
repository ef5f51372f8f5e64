"""Subscribes with a POST and a streamed reply; each subscription has its own connection."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from email.message import Message
from typing import Any, Final, Protocol, Self

import httpx

from gateway.errors import (
    ConnectionFailed,
    ReplyTooLarge,
    SubgraphTimeout,
    SubgraphUnavailable,
    SubgraphUnreachable,
    SubscriptionLost,
)
from gateway.features.subscriptions.streaming import multipart, sse
from gateway.features.subscriptions.streaming.options import StreamTarget, pairs_of
from gateway.features.subscriptions.streaming.payloads import (
    ProtocolNotServed,
    decoded,
    graphql_response,
    is_refusal,
)
from gateway.transport.http import BYTES_A_PLACE
from jit.codegen import spend

OK: Final = 200
UNAVAILABLE: Final = frozenset({502, 503, 504})
NOT_SERVED: Final = frozenset({OK, 405, 406, 415})
"""The statuses with which a server has answered, but does not speak the protocol."""
ACCEPTED: Final = {
    "sse": sse.MEDIA_TYPE,
    "multipart": multipart.ACCEPT,
    "callback": "application/json;callbackSpec=1.0",
}
WITHOUT_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For connections without TLS: trusts no certificate, so that none needs to be loaded."""


class Reader(Protocol):
    """Parses events from the bytes of a reply."""

    is_complete: bool

    def feed(self, chunk: bytes) -> None:
        """Parse a chunk of the reply; raises `SubgraphUnreachable`."""
        ...

    def take(self) -> Mapping[str, Any] | None:
        """Return the next complete event; None if more data is needed."""
        ...


async def open_stream(target: StreamTarget, lines: bytes, body: bytes) -> HttpEvents | SingleEvent:
    """Send a subscription, and wait for the reply's head.

    Args:
        target: The subgraph's endpoint for subscriptions.
        lines: Additional header lines.
        body: The request body.

    Raises:
        SubgraphUnreachable: The subgraph did not reply with a stream of events or a GraphQL response.
    """
    options, limits = target.options, target.limits
    trust = target.context()
    extensions = {} if limits.tls.server_name is None else {"sni_hostname": limits.tls.server_name}
    client = httpx.AsyncClient(verify=WITHOUT_TLS if trust is None else trust, trust_env=False)
    # Send no other headers: X-GraphQL-Event-Stream-Token would request single connection mode.
    accept = ACCEPTED[options.protocol]
    headers = [("content-type", "application/json"), ("accept", accept), ("accept-encoding", "identity")]
    request = client.build_request(
        "POST",
        options.with_scheme("http", "https"),
        content=body,
        headers=[*headers, ("user-agent", "furlong-gateway"), *pairs_of(lines)],
        timeout=httpx.Timeout(None, connect=limits.connect_seconds),
        extensions=extensions,
    )
    try:
        async with asyncio.timeout(limits.total_seconds):
            response = await client.send(request, stream=True)
            return await _events(client, response, target)
    except BaseException as error:
        await client.aclose()
        match error:
            case TimeoutError():
                raise SubgraphTimeout("did not answer in time") from error
            case httpx.ConnectError() | httpx.ConnectTimeout():
                raise ConnectionFailed(f"cannot be connected to: {error}") from error
            case httpx.HTTPError() | OSError():
                raise SubgraphUnreachable(f"closed the connection: {error}") from error
        raise


async def _events(
    client: httpx.AsyncClient, response: httpx.Response, target: StreamTarget
) -> HttpEvents | SingleEvent:
    media = Message()
    media["content-type"] = response.headers.get("content-type", "")
    kind, limit = media.get_content_type(), target.limits.answer_bytes
    if response.status_code == OK and kind == sse.MEDIA_TYPE:
        return HttpEvents(client, response, sse.SseReader(limit), target.options.idle_seconds)
    boundary = media.get_boundary()
    if response.status_code == OK and kind == multipart.MEDIA_TYPE and boundary and boundary.isascii():
        reader = multipart.MultipartReader(boundary, limit)
        return HttpEvents(client, response, reader, target.options.idle_seconds)
    single = await _single(response, limit)
    # With callbacks, a response also accepts the subscription.
    if target.options.protocol != "callback" and not is_refusal(single):
        raise ProtocolNotServed("a single response instead of events")
    await client.aclose()
    return SingleEvent(single)


async def _single(response: httpx.Response, limit: int) -> Mapping[str, Any]:
    """Return the GraphQL response that a subgraph sends instead of events.

    Raises:
        SubgraphUnreachable: The reply is not a GraphQL response.
    """
    status = response.status_code
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > limit:
            raise ReplyTooLarge(f"more than {limit} bytes")
    try:
        return graphql_response(decoded(bytes(content)))
    except SubgraphUnreachable as error:
        kind = ProtocolNotServed if status in NOT_SERVED else SubgraphUnreachable
        if status in UNAVAILABLE:
            kind = SubgraphUnavailable
        raise kind(f"HTTP {status}, neither events nor a GraphQL response") from error


class SingleEvent:
    """A refused subscription, whose only event is the refusal."""

    __slots__ = ("_event",)

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event: Mapping[str, Any] | None = event

    def __aiter__(self) -> Self:
        """Return the source itself."""
        return self

    async def __anext__(self) -> Mapping[str, Any]:
        """Return the refusal, once."""
        event, self._event = self._event, None
        if event is None:
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        """Forget the refusal."""
        self._event = None


class HttpEvents:
    """The events of a streamed reply, read only on demand, so that TCP slows the subgraph down.

    Args:
        client: The HTTP client of the connection.
        response: The reply, of which the head has arrived.
        reader: Parses events from the reply's bytes.
        idle_seconds: How long the subgraph may be silent; None for no limit.
    """

    __slots__ = ("_chunks", "_client", "_idle_seconds", "_reader", "_response")

    def __init__(
        self,
        client: httpx.AsyncClient,
        response: httpx.Response,
        reader: Reader,
        idle_seconds: float | None,
    ) -> None:
        self._client = client
        self._response = response
        self._reader = reader
        self._idle_seconds = idle_seconds
        self._chunks: AsyncIterator[bytes] = response.aiter_raw()

    def __aiter__(self) -> Self:
        """Return the source itself."""
        return self

    async def __anext__(self) -> Mapping[str, Any]:
        """Return the next event.

        Raises:
            StopAsyncIteration: The subgraph has completed the subscription.
            SubgraphUnreachable: The subscription was lost.
            BudgetSpent: The event is larger than the budget of an answer.
        """
        size = 0
        while (event := self._reader.take()) is None:
            if self._reader.is_complete:
                raise StopAsyncIteration
            chunk = await self._chunk()
            size += len(chunk)
            self._reader.feed(chunk)
        spend(size // BYTES_A_PLACE)
        return event

    async def _chunk(self) -> bytes:
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await anext(self._chunks)
        except StopAsyncIteration:
            raise SubscriptionLost("closed the connection before it completed the subscription") from None
        except TimeoutError as error:
            raise SubscriptionLost(f"sent nothing for {self._idle_seconds} s") from error
        except (httpx.HTTPError, OSError) as error:
            raise SubscriptionLost(f"closed the connection: {error}") from error

    async def aclose(self) -> None:
        """Close the connection, which ends the subscription."""
        await self._response.aclose()
        await self._client.aclose()
