"""Types of the fields that messages share, with the ranges of the contracts."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from msgspec import Meta

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

_NOT_PLAIN: Final = r"\s\ufeff\x00-\x1f\x7f"
_PLAIN: Final = rf"[^{_NOT_PLAIN}]+"
_WORD: Final = rf"\A{_PLAIN}\Z"
"""No whitespace or control characters: people and other systems would take `a ` for `a`."""

_WITHOUT_COLON: Final = rf"[^:{_NOT_PLAIN}]+"
_WORD_WITHOUT_COLON: Final = rf"\A{_WITHOUT_COLON}\Z"
"""A colon separates the parts of a key."""

BrandId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
RewardId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
CustomerId = Annotated[str, Meta(min_length=1, max_length=128, pattern=_WORD)]
"""The id of a customer in messages of ours, which may be a pseudonym."""

PlatformId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_WORD_WITHOUT_COLON)]
"""The id of a customer in messages of the platform."""

EventId = Annotated[str, Meta(min_length=1, max_length=128)]
"""The id of a decision or a report of ours."""

UncheckedId = Annotated[str, Meta(min_length=1, max_length=64)]
"""An id of the platform whose characters `require_plain` checks: one search for all fields is faster."""

Jurisdiction = Annotated[str, Meta(pattern=r"\A[A-Z]{2}(-[A-Z0-9]{1,3})?\Z")]
Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
Locale = Annotated[str, Meta(max_length=35, pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")]
Url = Annotated[str, Meta(max_length=2000, pattern=r"\Ahttps?://\S+\Z")]
Link = Annotated[str, Meta(max_length=2000, pattern=r"\A(https?://\S|/(?!/))\S*\Z")]
"""An address, or a path of the site on which customers see it."""

Money = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""An amount in minor units."""

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


_ALL_PLAIN: Final = re.compile(rf"{_WITHOUT_COLON} {_WITHOUT_COLON} [A-Z]{{3}}").fullmatch


def require_plain(*, customer_id: str, bet_id: str, currency: str) -> None:
    """Check the characters of the ids and the currency, with a single search for all three.

    Raises:
        ValueError: An id has whitespace, control characters or a colon, or the currency is not ISO 4217.
    """
    if _ALL_PLAIN(f"{customer_id} {bet_id} {currency}"):
        return
    for name, value in {"customer_id": customer_id, "bet_id": bet_id}.items():
        if not re.search(_WORD_WITHOUT_COLON, value):
            raise ValueError(f"whitespace, control characters or a colon in an id - at `$.{name}`")
    raise ValueError("not an ISO 4217 currency code - at `$.currency`")


def require_utc(**instants: datetime | None) -> None:
    """Check that instants are in UTC and in a plausible year.

    Raises:
        ValueError: An instant is not.
    """
    for name, instant in instants.items():
        if instant is None:
            continue
        if instant.tzinfo is not UTC and instant.utcoffset():
            raise ValueError(f"`{name}` is not in UTC")
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise ValueError(f"`{name}` is not between the years {FIRST_YEAR} and {LAST_YEAR}")
