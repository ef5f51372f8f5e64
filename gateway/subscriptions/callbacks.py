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

from gateway.errors import SubscriptionLost
from gateway.subscriptions.event_queue import EventQueue

MISSED: Final = 3
"""The number of missed heartbeats after which a subscription counts as lost."""

MILLISECONDS: Final = 1000


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
        for each in [each for each in self._open.values() if each.heard < oldest]:
            each.queue.end(SubscriptionLost("sent no heartbeat"))
            self._forget(each.id)
        self._timer = None
        self._watch()
