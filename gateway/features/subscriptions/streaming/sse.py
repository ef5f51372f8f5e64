"""Parses GraphQL over SSE in distinct connections mode: `next` events, then `complete`."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from gateway.errors import ReplyTooLarge
from gateway.features.subscriptions.streaming.payloads import decoded, graphql_response, with_id

MEDIA_TYPE: Final = "text/event-stream"


class SseReader:
    """Parses a stream of server-sent events incrementally.

    Args:
        limit: The maximum size of an event in bytes.

    Attributes:
        is_complete: Whether the subgraph has completed the subscription.
    """

    __slots__ = (
        "_data",
        "_events",
        "_id",
        "_is_first",
        "_kind",
        "_limit",
        "_line",
        "_size",
        "_skips_feed",
        "is_complete",
    )

    def __init__(self, limit: int) -> None:
        self.is_complete = False
        self._limit = limit
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._kind = b""
        self._id = b""
        self._skips_feed = False
        self._is_first = True
        self._events: deque[Mapping[str, Any]] = deque()

    def take(self) -> Mapping[str, Any] | None:
        """Return the next complete event; None if more data is needed."""
        return self._events.popleft() if self._events else None

    def feed(self, chunk: bytes) -> None:
        """Parse a chunk of the stream.

        Raises:
            SubgraphUnreachable: An event is too large, or not a GraphQL response.
        """
        if self.is_complete or not chunk:
            return
        if self._skips_feed and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._skips_feed = chunk.endswith(b"\r")
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._line += line
            self._end_line()
            if self.is_complete:
                return
        self._line += rest
        if self._size + len(self._line) > self._limit:
            raise ReplyTooLarge(f"sent an event of more than {self._limit} bytes")

    def _end_line(self) -> None:
        line = bytes(self._line)
        self._line.clear()
        if self._is_first:
            line, self._is_first = line.removeprefix(BOM_UTF8), False
        if not line:
            self._dispatch()
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            # Count one byte more per line, because empty lines take memory, too.
            self._size += len(value) + 1
            if self._size > self._limit:
                raise ReplyTooLarge(f"sent an event of more than {self._limit} bytes")
            self._data.append(value)
        elif name == b"event":
            self._kind = value
        elif name == b"id":
            self._id = value

    def _dispatch(self) -> None:
        kind, data, position = self._kind, b"\n".join(self._data), self._id
        self._kind, self._id, self._size = b"", b"", 0
        self._data.clear()
        if kind == b"complete":
            self.is_complete = True
        elif data.strip() and kind in {b"next", b"", b"message"}:
            event = graphql_response(decoded(data))
            self._events.append(with_id(event, position) if position else event)
