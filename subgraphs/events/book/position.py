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
_REACHES_FURTHER: Final = 1 << 47
"""Set beside the milliseconds if what follows the offsets says how much further what was sent may reach."""


def generation_of(*names: str) -> bytes:
    """Return what tells the records and the database of an installation apart from those of others."""
    return blake2b("\n".join(names).encode(), digest_size=GENERATION_BYTES).digest()


class Position(NamedTuple):
    """What is contained in what was sent: all records before the offsets, and all that was stored until then.

    Some of what was sent may be newer: records come while events are encoded, and a process that fills a gap
    knows more of some markets than of others.

    Attributes:
        generation: What the offsets count, see `generation_of`.
        seen: The milliseconds since 1970 until which the database was read, by machine time.
        offsets: The next offset of each partition, in the order of their numbers; none without Kafka.
        further: By how many milliseconds, and records of each partition, what was sent may be newer; none if
            it is not.
    """

    generation: bytes
    seen: int
    offsets: tuple[int, ...]
    further: tuple[int, ...] = ()

    @property
    def furthest(self) -> Position:
        """Return the position behind all that may have been sent."""
        if not self.further:
            return self
        milliseconds, *records = self.further
        offsets = tuple(map(int.__add__, self.offsets, records))
        return Position(self.generation, self.seen + milliseconds, offsets)

    def up_to(self, seen: int, offsets: Sequence[int]) -> Position:
        """Return it for what may be as new as these milliseconds and offsets."""
        pairs = ((self.seen, seen), *zip(self.offsets, offsets, strict=True))
        further = tuple(max(newer - contained, 0) for contained, newer in pairs)
        return self._replace(further=further if any(further) else ())

    def text(self) -> str:
        """Return it as text; where that is too long, as one that nobody can continue from."""
        seen = self.seen | (_REACHES_FURTHER if self.further else 0)
        numbers = b"".join(map(_shortened, (*self.offsets, *self.further)))
        body = self.generation + seen.to_bytes(_SEEN_BYTES) + numbers
        text = urlsafe_b64encode(body + crc32(body).to_bytes(_CHECK_BYTES)).decode().rstrip("=")
        if len(text) <= MAX_TEXT:
            return text
        seen, offsets = (0, self.furthest.offsets) if self.further else (self.seen, ())
        return Position(self.generation, seen, offsets).text()

    def reaches(self, other: Position) -> bool:
        """Return whether all is contained that may have been sent with another one of this generation."""
        furthest = other.furthest
        return self.seen >= furthest.seen and reaches(self.offsets, furthest.offsets)

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
        seen, numbers = int.from_bytes(body[GENERATION_BYTES:_START]), tuple(_numbers(body[_START:]))
        partitions = len(numbers)
        if seen & _REACHES_FURTHER:
            seen, partitions = seen - _REACHES_FURTHER, partitions // 2
        return cls(body[:GENERATION_BYTES], seen, numbers[:partitions], numbers[partitions:])


def reaches(offsets: Sequence[int], others: Sequence[int]) -> bool:
    """Return whether offsets are those of the same partitions as others, and in none of them lower."""
    return len(offsets) == len(others) and all(map(int.__ge__, offsets, others))


def lowest(offsets: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    """Return the lower offset of each partition."""
    return tuple(map(min, offsets, others))


def highest(offsets: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    """Return the higher offset of each partition."""
    return tuple(map(max, offsets, others))


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
