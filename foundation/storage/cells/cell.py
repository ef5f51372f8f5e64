"""A cell: a range of the partitions of all topics that are keyed by customer."""

import re
from typing import Final

from aiokafka.partitioner import murmur2
from msgspec import Struct

from foundation.storage.errors import InvalidCell

MAX_NAME: Final = 32
_NAME: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_NAME - 1}}}")
_POSITIVE: Final = 0x7FFFFFFF


class Cell(Struct, frozen=True):
    """A cell and its partitions, from `first` to `last`, both included.

    Attributes:
        of: How many partitions the topics that are keyed by customer have: the same for all cells, and fixed.

    Raises:
        InvalidCell: The name or the range cannot be a cell's.
    """

    name: str
    first: int
    last: int
    of: int

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidCell(
                f"{self.name!r} cannot be the name of a cell: use small letters, digits and `-`, "
                f"at most {MAX_NAME}"
            )
        if not 0 <= self.first <= self.last < self.of:
            raise InvalidCell(
                f"partitions {self.first}-{self.last} of {self.of} are not a range: the first one is 0, "
                f"the last is {self.of - 1}"
            )

    @property
    def partitions(self) -> str:
        """Return the range as settings write it, such as `6-11`."""
        return f"{self.first}-{self.last}"

    def owns(self, partition: int) -> bool:
        """Return whether a partition is the cell's."""
        return self.first <= partition <= self.last

    def has(self, brand: str, customer: str) -> bool:
        """Return whether a customer is the cell's."""
        return self.owns(partition_of(customer_key(brand, customer), self.of))

    def group(self, base: str) -> str:
        """Return the consumer group of the cell, such as `furlong-progress.c1`."""
        suffix = f".{self.name}"
        return base if base.endswith(suffix) else base + suffix

    def __str__(self) -> str:
        return f"{self.name} (partitions {self.partitions} of {self.of})"


def customer_key(brand: str, customer: str) -> bytes:
    """Return the key of a customer's records on all topics that are keyed by customer."""
    return f"{brand}:{customer}".encode()


def partition_of(key: bytes, of: int) -> int:
    """Return the partition that Kafka's own partitioner chooses for a key (murmur2, as its Java client)."""
    return int((murmur2(key) & _POSITIVE) % of)


def parse_range(text: str) -> tuple[int, int]:
    """Return the first and the last partition of a range such as `6-11`, or of a single one such as `6`.

    Raises:
        InvalidCell: The text is not a range.
    """
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text.strip(), re.ASCII)
    if match is None:
        raise InvalidCell(f"{text!r} is not a range of partitions: write it as 6-11")
    first = int(match[1])
    return first, int(match[2] or first)
