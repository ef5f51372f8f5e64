"""Parses Apollo's multipart subscription protocol: each part is a payload or a heartbeat."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from gateway.errors import ReplyTooLarge, SubgraphUnreachable
from gateway.features.subscriptions.streaming.payloads import decoded, graphql_response

LINE_END: Final = b"\r\n"
MEDIA_TYPE: Final = "multipart/mixed"
FIELD: Final = re.compile(rb"\s*\Z|\r\n[\w!#$%&'*+.^`|~-]+[ \t]*:")
"""How a part without a body begins: with a header field, or not at all."""
ACCEPT: Final = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'


class MultipartReader:
    """Parses a multipart response incrementally.

    Args:
        boundary: The boundary between parts.
        limit: The maximum size of a part in bytes.

    Attributes:
        is_complete: Whether the subgraph has completed the subscription.
    """

    __slots__ = ("_before", "_delimiter", "_ends_delimiter", "_events", "_limit", "_pending", "is_complete")

    def __init__(self, boundary: str, limit: int) -> None:
        self.is_complete = False
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        self._limit = limit
        # This line end makes the first delimiter look like the others.
        self._pending = bytearray(b"\r\n")
        self._before = True
        self._ends_delimiter = False
        self._events: deque[Mapping[str, Any]] = deque()

    def take(self) -> Mapping[str, Any] | None:
        """Return the next complete event; None if more data is needed."""
        return self._events.popleft() if self._events else None

    def feed(self, chunk: bytes) -> None:
        """Parse a chunk of the response.

        Raises:
            SubgraphUnreachable: A part is too large, or violates the protocol.
        """
        searched = max(0, len(self._pending) - len(self._delimiter))
        self._pending += chunk
        while not self.is_complete:
            if self._ends_delimiter and not self._end_delimiter():
                break
            end = self._pending.find(self._delimiter, searched)
            if end < 0:
                break
            if end > self._limit:
                raise ReplyTooLarge(f"sent an event of more than {self._limit} bytes")
            part = bytes(self._pending[:end])
            del self._pending[: end + len(self._delimiter)]
            searched, self._ends_delimiter = 0, True
            # Handle a part as soon as it ends: the rest of the delimiter may arrive with the next part.
            if not self._before:
                self._part(part)
            self._before = False
        if len(self._pending) > self._limit and not self.is_complete:
            raise ReplyTooLarge(f"sent an event of more than {self._limit} bytes")

    def _end_delimiter(self) -> bool:
        """Parse what follows a delimiter; return whether a part begins, False if that has not arrived."""
        while self._pending.startswith((b" ", b"\t")):
            del self._pending[:1]
        after = bytes(self._pending[:2])
        if len(after) < len(LINE_END):
            return False
        if after == b"--":
            self.is_complete = True
            return False
        if after != LINE_END:
            raise SubgraphUnreachable("sent parts that are not separated as declared")
        # Keep the line end, because it also begins the delimiter after an empty part.
        self._ends_delimiter = False
        return True

    def _part(self, part: bytes) -> None:
        """Handle a part, whose headers and body may both be empty (RFC 2046, section 5.1.1)."""
        _, separator, body = part.partition(b"\r\n\r\n")
        if not body.strip() and (separator or FIELD.match(part)):
            return
        value = decoded(body)
        if not isinstance(value, dict):
            raise SubgraphUnreachable("sent a part that is not a JSON object")
        if "payload" not in value:
            if value:
                self._events.append(graphql_response(value))
            return
        payload = value["payload"]
        if payload is not None:
            self._events.append(graphql_response(payload))
        if isinstance(value.get("errors"), list) and value["errors"]:
            # The protocol calls this a fatal error: no further parts follow.
            self._events.append({"data": None, "errors": value["errors"]})
            self.is_complete = True
