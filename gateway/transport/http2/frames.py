"""Inspects frames before h2 does: stops floods, and extracts GOAWAY, after which h2 reads nothing."""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from gateway.errors import SubgraphUnreachable
from gateway.transport.reply import HEAD_BYTES

FRAME_HEAD: Final = 9
FRAME_BYTES: Final = 16_384
"""The most bytes of a frame, which is HTTP/2's default."""

DATA, HEADERS, RST_STREAM, PUSH_PROMISE, GOAWAY, CONTINUATION = 0, 1, 3, 5, 7, 9
END_STREAM: Final = 0x1
END_HEADERS: Final = 0x4
GOAWAY_BYTES: Final = 8
SMALL_DATA: Final = 64
"""Frames with fewer body bytes than this are counted, unless they end the body."""

CREDIT: Final = 1_000
"""How many frames that advance no reply are read between two checks, whatever was requested."""

CREDIT_A_REQUEST: Final = 10
RESET_COST: Final = 20
"""A reset stream costs more than its request brought: a few hundred between two checks end the connection."""

CREDIT_A_CANCEL: Final = 1_000
"""How many frames may still arrive for a stream that the gateway resets."""


class Goaway(NamedTuple):
    """The peer's announcement that it will close the connection.

    Attributes:
        last_stream: The last stream that it may have processed.
        code: The error code; 0 if there was no error.
    """

    last_stream: int
    code: int


class Flood(SubgraphUnreachable):
    """The peer sent too many frames, though each of them is allowed."""


class FrameGuard:
    """Splits received data into whole frames, and counts frames that advance no reply."""

    __slots__ = ("_credit", "_data", "_head_bytes", "_header_stream")

    def __init__(self) -> None:
        self._data = bytearray()
        self._credit = CREDIT
        self._head_bytes = 0
        self._header_stream: int | None = None

    def requested(self) -> None:
        """Allow the frames of another reply."""
        self._credit += CREDIT_A_REQUEST

    def cancelled(self) -> None:
        """Allow frames that are still in transit for a stream that the gateway has reset."""
        self._credit += CREDIT_A_CANCEL

    def checked(self, streams: int) -> None:
        """Reset the allowance for the time between two checks, given the number of open streams."""
        self._credit = CREDIT + CREDIT_A_REQUEST * streams

    def feed(self, data: bytes, streams: Container[int]) -> tuple[bytes, list[Goaway]]:
        """Return the whole frames for h2, and the GOAWAY frames among them.

        Args:
            data: The received bytes.
            streams: The streams that await a reply.

        Raises:
            SubgraphUnreachable: A frame or a header block is too long, or there are too many frames.
        """
        self._data += data
        kept, goaways, begin, start = bytearray(), list[Goaway](), 0, 0
        held = self._data
        while len(held) - begin >= FRAME_HEAD:
            length = int.from_bytes(held[begin : begin + 3], "big")
            if length > FRAME_BYTES:
                raise SubgraphUnreachable("sent a frame that is too long, or does not speak HTTP/2")
            end = begin + FRAME_HEAD + length
            if end > len(held):
                break
            kind, flags = held[begin + 3], held[begin + 4]
            stream = int.from_bytes(held[begin + 5 : begin + FRAME_HEAD], "big") & 0x7FFF_FFFF
            self._count(kind, flags, length, stream, streams)
            if kind == GOAWAY:
                goaways.append(_goaway(bytes(held[begin + FRAME_HEAD : end]), stream))
                kept += held[start:begin]
                start = end
            begin = end
        kept += held[start:begin]
        del held[:begin]
        return bytes(kept), goaways

    def _count(self, kind: int, flags: int, length: int, stream: int, streams: Container[int]) -> None:
        if kind in (HEADERS, PUSH_PROMISE, CONTINUATION):
            self._count_headers(kind, flags, length, stream)
        elif self._header_stream is not None:
            raise SubgraphUnreachable("sent a frame among headers")
        if kind in (DATA, HEADERS) and stream in streams and self._is_useful(kind, flags, length):
            return
        self._credit -= RESET_COST if kind == RST_STREAM else 1
        if self._credit < 0:
            raise Flood("sent too many frames that bring no reply forward")

    @staticmethod
    def _is_useful(kind: int, flags: int, length: int) -> bool:
        return bool(flags & END_STREAM) or (kind == DATA and length >= SMALL_DATA)

    def _count_headers(self, kind: int, flags: int, length: int, stream: int) -> None:
        """Limit a header block, which h2 buffers until it ends."""
        self._head_bytes = length if kind != CONTINUATION else self._head_bytes + length
        if self._head_bytes > HEAD_BYTES:
            raise SubgraphUnreachable("sent too many bytes of headers")
        self._header_stream = None if flags & END_HEADERS else stream


def _goaway(payload: bytes, stream: int) -> Goaway:
    if len(payload) < GOAWAY_BYTES or stream:
        raise SubgraphUnreachable("sent a broken GOAWAY frame")
    return Goaway(int.from_bytes(payload[:4], "big") & 0x7FFF_FFFF, int.from_bytes(payload[4:8], "big"))
