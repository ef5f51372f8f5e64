"""Where a stream of events is: as opaque text that means the same in every process of an installation."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple
from zlib import crc32

MAX_TEXT: Final = 256
"""How many characters a position has at most."""

GENERATION_BYTES: Final = 8
_SEEN_BYTES: Final = 6
_CHECK_BYTES: Final = 4
_START: Final = GENERATION_BYTES + _SEEN_BYTES
_BITS: Final = 7
_MORE: Final = 1 << _BITS


def generation_of(*names: str) -> bytes:
    """Return what tells the records and the database of an installation apart from those of others."""
    return blake2b("\n".join(names).encode(), digest_size=GENERATION_BYTES).digest()


class Position(NamedTuple):
    """What is contained in what was sent: all records before the offsets, and all that was stored until then.

    Attributes:
        generation: What the offsets count, see `generation_of`.
        seen: The milliseconds since 1970 until which the database was read, by machine time.
        offsets: The next offset of each partition, in the order of their numbers; none without Kafka.
    """

    generation: bytes
    seen: int
    offsets: tuple[int, ...]

    def text(self) -> str:
        """Return it as text; with more partitions than fit, as one that nobody can continue from."""
        offsets = b"".join(map(_shortened, self.offsets))
        body = self.generation + self.seen.to_bytes(_SEEN_BYTES) + offsets
        text = urlsafe_b64encode(body + crc32(body).to_bytes(_CHECK_BYTES)).decode().rstrip("=")
        return text if len(text) <= MAX_TEXT else self._replace(offsets=()).text()

    def reaches(self, other: Position) -> bool:
        """Return whether all is contained that is contained in another position of this generation."""
        return self.seen >= other.seen and reaches(self.offsets, other.offsets)

    @classmethod
    def parse(cls, text: str) -> Position | None:
        """Return the position of a text; None if it is none."""
        if len(text) > MAX_TEXT:
            return None
        try:
            whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:  # also where it is not ASCII
            return None
        body, check = whole[:-_CHECK_BYTES], whole[-_CHECK_BYTES:]
        if len(body) < _START or crc32(body).to_bytes(_CHECK_BYTES) != check:
            return None
        seen = int.from_bytes(body[GENERATION_BYTES:_START])
        return cls(body[:GENERATION_BYTES], seen, tuple(_numbers(body[_START:])))


def reaches(offsets: Sequence[int], others: Sequence[int]) -> bool:
    """Return whether offsets are those of the same partitions as others, and in none of them lower."""
    return len(offsets) == len(others) and all(map(int.__ge__, offsets, others))


def lowest(offsets: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    """Return the lower offset of each partition."""
    return tuple(map(min, offsets, others))


def _shortened(number: int) -> bytes:
    """Return a number in as few bytes as it needs: seven bits in each, the lowest first."""
    written = bytearray()
    while number >= _MORE:
        written.append(number % _MORE | _MORE)
        number >>= _BITS
    return bytes((*written, number))


def _numbers(written: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in written:
        number |= byte % _MORE << shift
        shift += _BITS
        if byte < _MORE:
            yield number
            number = shift = 0
