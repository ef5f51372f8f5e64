"""Types of the fields that messages share, with the ranges of the contracts."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final, Literal

from msgspec import Meta

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
_FIRST: Final = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_END: Final = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far apart the clocks of a producer's machines may be: what differs by more cannot be true."""

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
Url = Annotated[str, Meta(max_length=2000, pattern=rf"\Ahttps?://{_PLAIN}\Z")]
Link = Annotated[
    str, Meta(max_length=2000, pattern=rf"\A(https?://[^{_NOT_PLAIN}]|/(?!/))[^{_NOT_PLAIN}]*\Z")
]
"""An address, or a path of the site on which customers see it."""

Money = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""An amount in minor units."""

Odds = Annotated[int, Meta(ge=1000, le=2**31 - 1)]
"""Decimal odds times 1000."""

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Ordinal = Annotated[int, Meta(ge=1, le=2**31 - 1)]
"""A version or revision, counted from 1."""

Instant = Annotated[datetime, Meta(tz=True)]
IsoWeek = Annotated[str, Meta(pattern=r"\A[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])\Z")]

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
        if instant.tzinfo is not UTC and (instant.tzinfo is None or instant.utcoffset()):
            raise ValueError(f"`{name}` is not in UTC")
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise ValueError(f"`{name}` is not between the years {FIRST_YEAR} and {LAST_YEAR}")


def require_order(**instants: datetime | None) -> None:
    """Check that instants are in the order of their names, but for the skew of the clocks that gave them.

    Raises:
        ValueError: An instant is before an earlier name's.
    """
    known = [(name, instant) for name, instant in instants.items() if instant is not None]
    for (earlier, before), (name, instant) in pairwise(known):
        if instant < before - CLOCK_SKEW:
            raise ValueError(f"`{name}` is before `{earlier}`")


def require_bet_times(placed_at: datetime, occurred_at: datetime) -> None:
    """Check the times of a bet's state as `require_utc` and `require_order` do, most with one comparison.

    Raises:
        ValueError: They are not in UTC, in a plausible year, and in their order.
    """
    if placed_at.tzinfo is UTC is occurred_at.tzinfo and _FIRST <= placed_at <= occurred_at < _END:
        return
    require_utc(placed_at=placed_at, occurred_at=occurred_at)
    require_order(placed_at=placed_at, occurred_at=occurred_at)


def require_part(counting_stake_minor: int, stake_minor: int, channel: str | None) -> None:
    """Check that no more of a stake counts than was staked. On the exchange it is the commission that counts.

    Raises:
        ValueError: More counts.
    """
    if counting_stake_minor > stake_minor and channel != "exchange":
        raise ValueError("`counting_stake_minor` is more than `stake_minor`, of which it is a part")
