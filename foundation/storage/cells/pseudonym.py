"""The ids under which rows of erased customers are kept, each in a partition that its cell has.

Such an id says which person it stands for, and ends with the lowest number that gives it a right partition.
"""

import re
from collections.abc import Callable
from itertools import count
from typing import Final

from foundation.storage.cells.cell import Cell, customer_key, partition_of

PSEUDONYM_PREFIX: Final = "erased-"
_DIGITS: Final = 32
_PSEUDONYM: Final = re.compile(rf"({PSEUDONYM_PREFIX}[0-9a-f]{{{_DIGITS}}})(?:-\d+)?")
"""A person, and the number, which those of release 1.0 do not have."""


def pseudonym_of(brand: str, digest: str, partition: int, of: int) -> str:
    """Return the id of an erased person in a partition.

    Args:
        brand: The customer's brand.
        digest: A keyed hash of the person, in hexadecimal digits.
        partition: The customer's.
        of: How many partitions there are.
    """
    return _first_in(brand, f"{PSEUDONYM_PREFIX}{digest[:_DIGITS]}", partition.__eq__, of)


def is_pseudonym(customer: str) -> bool:
    """Return whether an id is that of an erased person."""
    return _PSEUDONYM.fullmatch(customer) is not None


def pseudonym_within(cell: Cell, brand: str, pseudonym: str) -> str:
    """Return the id of the same person in one of a cell's partitions.

    Raises:
        ValueError: The id is no pseudonym.
    """
    match = _PSEUDONYM.fullmatch(pseudonym)
    if match is None:
        raise ValueError(f"{pseudonym!r} is no pseudonym")
    return _first_in(brand, match[1], cell.owns, cell.of)


def _first_in(brand: str, person: str, owns: Callable[[int], bool], of: int) -> str:
    ids = (f"{person}-{number}" for number in count())
    return next(number for number in ids if owns(partition_of(customer_key(brand, number), of)))
