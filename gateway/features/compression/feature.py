"""Compresses replies for clients that ask for it (RFC 9110, 8.4 and 12.5.3)."""

from __future__ import annotations

import zlib
from asyncio import get_running_loop
from collections.abc import Coroutine, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.compression.settings import CompressionSettings
from gateway.http.client import NOT_MODIFIED, Reply

ACCEPT_ENCODING: Final = b"accept-encoding"
GZIP: Final = b"gzip"
GZIP_NAMES: Final = frozenset({b"gzip", b"x-gzip"})
GZIP_WINDOW: Final = 31
"""zlib's number for the gzip format with the largest window."""
LEVEL: Final = 3
"""The compression level: output is a few percent larger than at zlib's default, in half the time."""
LARGE: Final = 128 * 1024
"""Bodies from this size are compressed in a thread: half a millisecond, in which other requests are
served.
"""
KNOWN_WISHES: Final = 256
"""How many distinct Accept-Encoding headers are remembered; few occur."""


class Compression(Feature):
    """Compresses replies for clients that accept it."""

    core: Core

    def install(self, core: Core) -> None:
        """Note the thread for large replies."""
        self.core = core

    def of(self, version: Version) -> VersionParts:
        """Compress the replies of a version."""
        settings = version.settings.of(CompressionSettings)
        return VersionParts(replies=(GzipReplies(settings.bytes, self.core.thread),))


@dataclass(frozen=True, slots=True)
class GzipReplies:
    """Compresses replies.

    Attributes:
        header: The request header without which nothing is compressed.
        varies_by: The same header.
        at_least: The fewest bytes of a body to compress.
        thread: Compresses large bodies.
    """

    at_least: int
    thread: Executor = field(repr=False)
    header: bytes | None = ACCEPT_ENCODING
    varies_by: tuple[str, ...] = ("accept-encoding",)
    _wishes: dict[bytes, bool] = field(default_factory=dict, repr=False)

    async def around(self, answering: Coroutine[Any, Any, Reply], headers: Mapping[bytes, bytes]) -> Reply:
        """Return the reply, with a compressed body if it is large enough and the client prefers that.

        Args:
            answering: Returns the reply.
            headers: The request's headers by name in lower case.
        """
        reply = status, content_type, body, more = await answering
        is_large = len(body) >= self.at_least and status != NOT_MODIFIED
        if not is_large or not self._wants_gzip(headers[ACCEPT_ENCODING]):
            return reply
        if len(body) < LARGE:
            small = _gzipped(body)
        else:
            small = await get_running_loop().run_in_executor(self.thread, _gzipped, body)
        lines = [_for_this_encoding(header) for header in more]
        return status, content_type, small, (*lines, (b"content-encoding", GZIP), *_vary(lines))

    def _wants_gzip(self, accepted: bytes) -> bool:
        """Return whether a client prefers gzip to no encoding; remembered for the usual headers."""
        wants = self._wishes.get(accepted)
        if wants is None:
            if len(self._wishes) >= KNOWN_WISHES:
                self._wishes.clear()
            wants = self._wishes[accepted] = wants_gzip(accepted)
        return wants


def _gzipped(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL, GZIP_WINDOW)


def _for_this_encoding(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Give the compressed representation a tag of its own (RFC 9110, 8.8.3.3)."""
    name, value = header
    return (name, gzip_tag(value)) if name == b"etag" else header


def gzip_tag(tag: bytes) -> bytes:
    """Return the tag of the compressed representation."""
    return tag[:-1] + b'-gzip"'


def _vary(lines: list[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the Vary header for caches, unless the reply already has one that names the encoding."""
    return () if any(name == b"vary" for name, _ in lines) else ((b"vary", ACCEPT_ENCODING),)


def wants_gzip(accepted: bytes) -> bool:
    """Return whether a client prefers gzip to no encoding."""
    weights: dict[bytes, float] = {}
    for coding in accepted.lower().split(b","):
        name, _, parameter = coding.partition(b";")
        weights[name.strip()] = _weight(parameter)
    others = weights.get(b"*", 0.0)
    gzip = max((weights[name] for name in GZIP_NAMES if name in weights), default=others)
    return gzip > 0 and gzip >= weights.get(b"identity", 0.0)


def _weight(parameter: bytes) -> float:
    name, _, value = parameter.partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
