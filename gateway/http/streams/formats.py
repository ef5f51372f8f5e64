"""Formats of streamed response bodies, and their choice by Accept header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from msgspec import Struct, field
from msgspec.structs import replace

from foundation.graphql_http.media import (
    EVENT_STREAM,
    MULTIPART,
    IncrementalSpec,
    quality_of,
    read_media_range,
)

MAX_CACHED: Final = 128
MAX_CACHED_LENGTH: Final = 256


class StreamFormat(Struct, frozen=True):
    """The framing of a body with many responses.

    Attributes:
        transport: The transport's name in metrics.
        content_type: The value of the Content-Type header.
        opening: Sent first.
        before: Sent before each response.
        after: Sent after each response.
        end: Sent after the last response.
        heartbeat: Sent to keep the connection alive; empty if the format has no heartbeats.
        cut: Sent instead of `end` if the stream is interrupted.
        reports_refusals: Whether refused operations are reported within the body.
        position: Sent before a response that has a position, with `%b` in its place; empty if the position is
            in the response alone.
    """

    transport: str
    content_type: bytes
    opening: bytes
    before: bytes
    after: bytes
    end: bytes
    heartbeat: bytes = b""
    cut: bytes = b""
    reports_refusals: bool = False
    position: bytes = b""

    def part(self, response: bytes, position: str | None = None) -> bytes:
        """Return a response with its framing."""
        if position is None or not self.position:
            return b"".join((self.before, response, self.after))
        return b"".join((self.position % position.encode(), self.before, response, self.after))


SERVER_SENT: Final = StreamFormat(
    "sse",
    b"text/event-stream; charset=utf-8",
    # Some browsers wait for the first bytes of a body. The time to wait before reconnecting is added later.
    opening=b":\n\n",
    before=b"event: next\ndata: ",
    after=b"\n\n",
    # Browsers do not dispatch an event without `data`.
    end=b"event: complete\ndata: \n\n",
    heartbeat=b":\n\n",
    reports_refusals=True,
    position=b"id: %b\n",
)
"""GraphQL over SSE, distinct connections mode: a connection for each operation."""

PART: Final = b"\r\ncontent-type: application/json\r\n\r\n"
RESTART: Final = {
    "message": "The subscription was interrupted: subscribe again.",
    "extensions": {"code": "SUBSCRIPTION_INTERRUPTED"},
}

# A boundary follows each part at once, so that clients recognize the part as complete.
MULTIPART_SUBSCRIPTION: Final = StreamFormat(
    "multipart",
    b'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    opening=b"\r\n--graphql",
    before=PART + b'{"payload":',
    after=b"}\r\n--graphql",
    end=b"--\r\n",
    heartbeat=PART + b"{}\r\n--graphql",
    cut=PART + orjson.dumps({"payload": None, "errors": [RESTART]}) + b"\r\n--graphql--\r\n",
)
"""Apollo's multipart subscription protocol 1.0, which wraps each response in `payload`."""

MULTIPART_INCREMENTAL: Final = StreamFormat(
    "multipart",
    b'multipart/mixed;boundary="-"',
    opening=b"\r\n---",
    before=PART,
    after=b"\r\n---",
    end=b"--\r\n",
    cut=PART + orjson.dumps({"errors": [RESTART]}) + b"\r\n-----\r\n",
)
"""Incremental delivery over HTTP, which has no heartbeats."""

LOST: Final = {
    "message": "The response was interrupted: send the request again.",
    "extensions": {"code": "RESPONSE_INTERRUPTED"},
}

_PARTS: Final = replace(
    MULTIPART_INCREMENTAL,
    cut=PART + orjson.dumps({"errors": [LOST], "hasNext": False}) + b"\r\n-----\r\n",
)

MULTIPART_PARTS: Final[Mapping[IncrementalSpec, StreamFormat]] = {
    "v0.2": replace(_PARTS, content_type=b'multipart/mixed;boundary="-";incrementalSpec=v0.2'),
    "v0.1": replace(_PARTS, content_type=b'multipart/mixed;boundary="-";deferSpec=20220824'),
}
"""The same for a response in parts, by the format of the parts."""


class StreamFormats(Struct, frozen=True):
    """Chooses formats, and caches the choice by Accept header."""

    _cached: dict[bytes, StreamFormat | None] = field(default_factory=dict)

    def choose(self, accept: bytes) -> StreamFormat | None:
        """Return the format that an Accept header prefers; None if it names none of the formats."""
        try:
            return self._cached[accept]
        except KeyError:
            chosen = _preferred(accept.decode("latin-1"))
        if len(accept) <= MAX_CACHED_LENGTH:
            if len(self._cached) == MAX_CACHED:
                self._cached.clear()  # the usual headers are soon cached again
            self._cached[accept] = chosen
        return chosen


def _preferred(accept: str) -> StreamFormat | None:
    best, best_quality = None, 0.0
    for media_range in accept.split(","):
        name, parameters = read_media_range(media_range)
        offered, quality = _format(name, parameters), quality_of(parameters)
        if offered is not None and quality > best_quality:
            best, best_quality = offered, quality
    return best


def _format(name: str, parameters: dict[str, str]) -> StreamFormat | None:
    if name == EVENT_STREAM:
        return SERVER_SENT
    if name != MULTIPART:
        return None
    return MULTIPART_SUBSCRIPTION if "subscriptionspec" in parameters else MULTIPART_INCREMENTAL
