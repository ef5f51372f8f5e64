"""Types of the fields that messages share, with the ranges that the contracts give them."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from msgspec import Meta

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

_PLAIN: Final = r"[^\s\x00-\x1f\x7f]+"
_WORD: Final = rf"\A{_PLAIN}\Z"
"""No blanks and no control characters: a database may take `a ` for `a`, and ids are compared there."""

_WORD_WITHOUT_COLON: Final = r"\A[^\s:\x00-\x1f\x7f]+\Z"
"""The colon parts a key."""

BrandId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
RewardId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
CustomerId = Annotated[str, Meta(min_length=1, max_length=128, pattern=_WORD)]
EventId = Annotated[str, Meta(min_length=1, max_length=128)]
LongId = Annotated[str, Meta(min_length=1, max_length=128)]
"""An id whose characters are looked at by `require_plain`: msgspec would look into each field by itself."""

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
IsoWeek = Annotated[str, Meta(pattern=r"\A\d{4}-W(0[1-9]|[1-4]\d|5[0-3])\Z")]

Product = Literal["betting", "casino", "bingo", "poker"]
BetType = Literal["single", "multiple", "system"]
Channel = Literal["sports", "esports", "virtual", "exchange"]


_TOGETHER: Final = re.compile(rf"{_PLAIN} {_PLAIN} [A-Z]{{3}}").fullmatch


def require_plain(*, customer_id: str, bet_id: str, currency: str) -> None:
    """Refuses ids with blanks or control characters, and what is no currency, in one look at all three.

    Raises:
        ValueError: says which one.
    """
    if _TOGETHER(f"{customer_id} {bet_id} {currency}"):
        return
    for name, value in {"customer_id": customer_id, "bet_id": bet_id}.items():
        if not re.search(_WORD, value):
            raise ValueError(f"blanks or control characters in an id - at `$.{name}`")
    raise ValueError("no currency by ISO 4217 - at `$.currency`")


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
