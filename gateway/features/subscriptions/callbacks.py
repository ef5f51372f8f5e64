"""Subscriptions whose events arrive as requests from subgraphs: Apollo's HTTP callback protocol."""

from __future__ import annotations

import hmac
import secrets
from asyncio import TimerHandle, get_running_loop
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final
from uuid import uuid4

import orjson
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from foundation.graphql_http.strict_json import nested_too_deeply
from gateway.errors import SubscriptionLost
from gateway.features.subscriptions.sharing import root_field
from gateway.features.subscriptions.sources import EventQueue
from gateway.features.subscriptions.streaming import SubscribingTransport, operation_of, post, request_of
from gateway.features.subscriptions.streaming.http_stream import HttpEvents, SingleEvent
from gateway.features.subscriptions.streaming.payloads import ProtocolNotServed, is_refusal
from gateway.transport import EventSource, SubgraphSubscription

MISSED: Final = 3
"""The number of missed heartbeats after which a subscription counts as lost."""

MILLISECONDS: Final = 1000

HEADERS: Final = {"subscription-protocol": "callback/1.0"}
TOO_LARGE: Final = 413


class Answer(IntEnum):
    """The HTTP status of a reply to a subgraph; any status above 299 tells it to end the subscription."""

    GOES_ON = 204
    COMPLETED = 202
    INVALID = 400
    UNKNOWN = 404


@dataclass(slots=True)
class Callback:
    """A subscription that waits for callbacks.

    Attributes:
        id: The subscription's id, which is part of its callback URL.
        verifier: The secret that authenticates the subgraph.
        queue: The queue of received events.
        heard: When the subgraph's last message arrived, in seconds of the event loop's clock.
    """

    id: str
    verifier: str
    queue: EventQueue
    heard: float


@dataclass(slots=True)
class Callbacks:
    """The subscriptions of this process that wait for callbacks.

    Attributes:
        url: The URL to which subgraphs send events, without the subscription's id.
        heartbeat_seconds: The interval of heartbeats in seconds; 0 disables them.
        most: The maximum number of events queued for one subscriber.
    """

    url: str
    heartbeat_seconds: float
    most: int
    _open: dict[str, Callback] = field(default_factory=dict, init=False)
    _timer: TimerHandle | None = field(default=None, init=False)

    def open(self, *, merges: bool) -> Callback:
        """Start waiting for a subgraph's callbacks.

        Args:
            merges: Whether a new event replaces the queued ones.
        """
        key = str(uuid4())
        queue = EventQueue(1 if merges else self.most, merges=merges, closed=lambda _: self._forget(key))
        self._open[key] = made = Callback(key, secrets.token_urlsafe(32), queue, get_running_loop().time())
        self._watch()
        return made

    def extension(self, callback: Callback) -> Mapping[str, Any]:
        """Return the `subscription` extension for the request to the subgraph."""
        return {
            "callbackUrl": f"{self.url}/{callback.id}",
            "subscriptionId": callback.id,
            "verifier": callback.verifier,
            "heartbeatIntervalMs": int(self.heartbeat_seconds * MILLISECONDS),
        }

    def receive(self, key: str, message: Any) -> Answer:
        """Handle a message from a subgraph."""
        known = self._open.get(key)
        if known is None:
            return Answer.UNKNOWN
        match message:
            case {"kind": "subscription", "id": str(named), "verifier": str(verifier)} if named == key:
                if hmac.compare_digest(verifier.encode(), known.verifier.encode()):
                    known.heard = get_running_loop().time()
                    return self._act(known, message)
        return Answer.INVALID

    def _act(self, known: Callback, message: Mapping[str, Any]) -> Answer:
        match message:
            case {"action": "check"}:
                return Answer.GOES_ON
            case {"action": "next", "payload": dict(payload)} if "data" in payload or "errors" in payload:
                known.queue.put(payload)
                return Answer.UNKNOWN if known.queue.is_over else Answer.GOES_ON
            case {"action": "complete"}:
                errors = message.get("errors")
                if isinstance(errors, list) and errors:
                    known.queue.put({"data": None, "errors": errors})
                known.queue.end()
                self._forget(known.id)
                return Answer.COMPLETED
        return Answer.INVALID

    def _forget(self, key: str) -> None:
        self._open.pop(key, None)
        if not self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch(self) -> None:
        if self.heartbeat_seconds and self._timer is None and self._open:
            self._timer = get_running_loop().call_later(self.heartbeat_seconds, self._end_silent)

    def _end_silent(self) -> None:
        """End the subscriptions whose subgraphs have missed too many heartbeats."""
        oldest = get_running_loop().time() - MISSED * self.heartbeat_seconds
        for callback in [callback for callback in self._open.values() if callback.heard < oldest]:
            callback.queue.end(SubscriptionLost("sent no heartbeat"))
            self._forget(callback.id)
        self._timer = None
        self._watch()


class CallbackRoute(Struct, frozen=True):
    """Receives the callbacks of subgraphs.

    Attributes:
        callbacks: The subscriptions that wait for callbacks.
        body_bytes: The maximum size of a message.
    """

    callbacks: Callbacks
    body_bytes: int

    async def respond(self, request: Request) -> Response:
        """Handle one message: a check, an event, or the end of a subscription."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.body_bytes:
                return Response(status_code=TOO_LARGE, headers=HEADERS)
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Response(status_code=Answer.INVALID, headers=HEADERS)
        if nested_too_deeply(bytes(body), message):
            return Response(status_code=Answer.INVALID, headers=HEADERS)
        answer = self.callbacks.receive(request.path_params["id"], message)
        return Response(status_code=answer, headers=HEADERS)


class CallbackTransport(SubscribingTransport, frozen=True):
    """Subscribes with the HTTP callback protocol.

    Attributes:
        callbacks: The subscriptions that wait for callbacks.
        merged: The names of the subscription fields whose newest event replaces waiting ones.
    """

    callbacks: Callbacks
    merged: frozenset[str]

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription; awaiting it raises `SubgraphUnreachable` if the subgraph rejects it."""
        request, merges = request_of(document, operation_name), root_field(document) in self.merged

        async def subscribe(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> EventSource:
            callback = self.callbacks.open(merges=merges)
            try:
                extensions = {"subscription": self.callbacks.extension(callback)}
                whole = operation_of(request, variables, headers, extensions)
                refusal = await _refusal(await post(self.target, whole, headers))
            except BaseException:
                await callback.queue.aclose()
                raise
            if refusal is None:
                return callback.queue
            await callback.queue.aclose()
            return refusal

        return subscribe


async def _refusal(answer: HttpEvents | SingleEvent) -> SingleEvent | None:
    """Return the answer if it refuses the subscription, or None if it accepts.

    Raises:
        SubgraphUnreachable: The answer is neither a refusal nor an acceptance.
    """
    if isinstance(answer, HttpEvents):
        await answer.aclose()
        raise ProtocolNotServed("does not speak the callback protocol")
    event = await anext(answer)
    if is_refusal(event):
        return SingleEvent(event)
    if event.get("data") is not None or event.get("errors"):
        raise ProtocolNotServed("does not speak the callback protocol")
    return None
