"""Reads gzip from others within limits: as much is made as may be kept, and no more."""

from __future__ import annotations

import zlib
from typing import Final

GZIP_WINDOW: Final = 31
"""zlib's number for the format of gzip with its largest window."""


class TooMuch(ValueError):
    """There is more than the limit."""


class Broken(ValueError):
    """It is not one gzip member, whole and with nothing behind it."""


class GzipReader:
    """Reads one gzip member piece by piece.

    A second member, which RFC 1952 allows, is refused: each could begin a new search for the end of the data,
    and nobody who compresses JSON needs one (CVE-2026-128131).

    Args:
        limit: The most bytes that may come out.
    """

    __slots__ = ("_decoder", "_left")

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._decoder = zlib.decompressobj(GZIP_WINDOW)

    @property
    def is_whole(self) -> bool:
        """Whether the member has ended; its checksum was right then."""
        return self._decoder.eof

    def feed(self, piece: bytes) -> bytes:
        """Return what comes out of a piece.

        Raises:
            TooMuch: More than the limit has come out.
            Broken: It is not gzip, or something follows the member.
        """
        if self._decoder.eof:
            raise Broken("data after the end of the compressed body")
        try:
            out = self._decoder.decompress(piece, self._left + 1)
        except zlib.error as error:
            raise Broken(str(error)) from error
        self._left -= len(out)
        if self._left < 0:
            raise TooMuch
        if self._decoder.unused_data:
            raise Broken("data after the end of the compressed body")
        return out


def gunzipped(body: bytes, limit: int) -> bytes:
    """Return what a compressed body holds.

    Raises:
        TooMuch: It holds more than `limit` bytes.
        Broken: It is not one gzip member, whole and with nothing behind it.
    """
    reader = GzipReader(limit)
    out = reader.feed(body)
    if not reader.is_whole:
        raise Broken("the compressed body is cut short")
    return out
