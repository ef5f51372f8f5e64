"""Decompresses untrusted gzip data within limits: it never produces more than the limit."""

from __future__ import annotations

import zlib
from typing import Final

GZIP_WINDOW: Final = 31
"""zlib's number for the format of gzip with its largest window."""


class TooMuch(ValueError):
    """The data decompresses to more than the limit."""


class Broken(ValueError):
    """The data is not exactly one complete gzip member."""


class GzipReader:
    """Decompresses one gzip member piece by piece.

    A second member, which RFC 1952 allows, is refused: each could start a new search for the end of the data,
    and compressed JSON never needs one (CVE-2026-128131).

    Args:
        limit: The most decompressed bytes.
    """

    __slots__ = ("_decoder", "_left")

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._decoder = zlib.decompressobj(GZIP_WINDOW)

    @property
    def is_whole(self) -> bool:
        """Whether the member has ended, with a correct checksum."""
        return self._decoder.eof

    def feed(self, piece: bytes) -> bytes:
        """Decompress a piece.

        Raises:
            TooMuch: The decompressed data exceeds the limit.
            Broken: The data is not gzip, or something follows the member.
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
    """Return the decompressed body.

    Raises:
        TooMuch: It has more than `limit` bytes. Broken: The data is not exactly one complete gzip member.
    """
    reader = GzipReader(limit)
    out = reader.feed(body)
    if not reader.is_whole:
        raise Broken("the compressed body is cut short")
    return out
