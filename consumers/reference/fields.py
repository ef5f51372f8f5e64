"""Types of the fields that messages share, with the ranges that the contracts give them."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from msgspec import Meta

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

_WORD: Final = r"\A[^\s\x00-\x1f\x7f]+\Z"
"""No blanks and no control characters: a database may take `a ` for `a`, and ids are compared there."""

_WORD_WITHOUT_COLON: Final = r"\A[^\s:\x00-\x1f\x7f]+\Z"
"""The colon parts a key."""

BrandId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
RewardId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
CustomerId = Annotated[str, Meta(min_length=1, max_length=128, pattern=_WORD)]
BetId = Annotated[str, Meta(min_length=1, max_length=128, pattern=_WORD)]
EventId = Annotated[str, Meta(min_length=1, max_length=128)]

Jurisdiction = Annotated[str, Meta(pattern=r"\A[A-Z]{2}(-[A-Z0-9]{1,3})?\Z")]
Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
Locale = Annotated[str, Meta(max_length=35, pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")]
Url = Annotated[str, Meta(max_length=2000, pattern=r"\Ahttps?://\S+\Z")]

Money = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""In minor units."""

Odds = Annotated[int, Meta(ge=1000, le=2**31 - 1)]
"""Decimal odds times 1000."""

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Ordinal = Annotated[int, Meta(ge=1, le=2**31 - 1)]
"""A version or revision, counted from 1."""

Instant = Annotated[datetime, Meta(tz=True)]

Product = Literal["betting", "casino", "bingo", "poker"]
BetType = Literal["single", "multiple", "system"]
Channel = Literal["sports", "esports", "virtual", "exchange"]


def require_utc(**instants: datetime | None) -> None:
    """Refuses instants in another zone than UTC, or of a year that cannot be meant.

    Raises:
        ValueError: says which one.
    """
    for name, instant in instants.items():
        if instant is None:
            continue
        if instant.tzinfo is not UTC and instant.utcoffset():
            raise ValueError(f"`{name}` is not in UTC")
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise ValueError(f"`{name}` is not between the years {FIRST_YEAR} and {LAST_YEAR}")
