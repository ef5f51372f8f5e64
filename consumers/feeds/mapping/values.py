"""Exact values from a platform's records: money, odds and times, never through float."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from consumers.messages.fields import FIRST_YEAR, LAST_YEAR
from consumers.stream.errors import Poison
from subgraphs.kit.domain.currencies import minor_digits

Amount = Annotated[str, Meta(pattern=r"\A[0-9]{1,7}(\.[0-9]{1,3})?\Z")]
"""An amount in units, such as 5.00."""

FineAmount = Annotated[str, Meta(pattern=r"\A[0-9]{1,7}(\.[0-9]{1,6})?\Z")]
"""An amount in units with fractions of minor units, such as a commission."""

Price = Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,9}(\.[0-9]{1,6})?\Z")]
"""Decimal odds, such as 3.45."""

FractionalPrice = Annotated[str, Meta(pattern=r"\A(SP|evens|[0-9]{1,9}/[1-9][0-9]{0,8})\Z")]
"""Fractional odds, such as 7/2; `SP` until they are known."""

MAX_DIGITS: Final = 18
"""More digits than any amount needs, so that an exponent of a million is never expanded."""

MAX_ODDS: Final = 10**10
MAX_MILLI: Final = 2**31 - 1


def minor(amount: Amount, currency: str) -> int:
    """Return an amount such as 5.00 in minor units.

    Raises:
        Poison: It has more decimals than the currency, is negative, or is out of range.
    """
    scaled = _scaled(amount, currency)
    if scaled != scaled.to_integral_value():
        raise Poison(f"{amount} has more decimals than {currency}")
    return int(scaled)


def minor_floor(amount: FineAmount, currency: str, factor: Fraction = Fraction(1)) -> int:
    """Return an amount times a factor in minor units, rounded down, as for a commission.

    Raises:
        Poison: It is negative or out of range.
    """
    return int(Fraction(_scaled(amount, currency)) * factor)


def json_number(raw: msgspec.Raw) -> Decimal:
    """Return a number of JSON exactly.

    Raises:
        Poison: It is no number.
    """
    text = bytes(raw).decode()
    if not text.lstrip("-")[:1].isdigit():
        raise Poison(f"{text[:32]} is not a number")
    try:
        return Decimal(text)
    except InvalidOperation as fault:
        raise Poison(f"{text[:32]} is out of range") from fault


def decimal_odds(odds: Decimal | Price) -> Fraction:
    """Return decimal odds such as 3.45 exactly.

    Raises:
        Poison: They are below 1 or out of range.
    """
    exact = Fraction(_in_range(Decimal(odds)))
    if exact < 1:
        raise Poison(f"decimal odds of {odds} are below 1")
    if exact > MAX_ODDS:
        raise Poison(f"decimal odds of {odds} are out of range")
    return exact


def fractional_odds(odds: str) -> Fraction:
    """Return fractional odds such as `7/2` or `evens` as decimal odds: 4.5 and 2.

    Raises:
        Poison: They are not fractional odds.
    """
    if odds == "evens":
        return Fraction(2)
    won, slash, staked = odds.partition("/")
    plain = all(part.isascii() and part.isdecimal() and len(part) <= MAX_DIGITS for part in (won, staked))
    if not (slash and plain and int(staked)):
        raise Poison(f"{odds[:32]!r} is not fractional odds such as 7/2")
    return Fraction(int(won), int(staked)) + 1


def laid_odds(odds: Fraction) -> Fraction:
    """Return the layer's own odds: the return on one unit at risk. Laying at 3 has odds of 1.5.

    Raises:
        Poison: Nothing is at risk at such odds.
    """
    if odds <= 1:
        raise Poison("nothing is at risk when a bet is laid at odds of 1")
    return odds / (odds - 1)


def milli(odds: Fraction) -> int:
    """Return decimal odds in thousandths, rounded down: 10/3 is 3333. Long odds are capped."""
    return min(int(odds * 1000), MAX_MILLI)


def _scaled(amount: str, currency: str) -> Decimal:
    """Return an amount in minor units, with any fraction of one."""
    exact = _in_range(Decimal(amount))
    if exact < 0:
        raise Poison(f"{amount} is negative")
    return exact.scaleb(minor_digits(currency))


def _in_range(number: Decimal) -> Decimal:
    """Return the number if it is finite and has few digits."""
    in_range = number.is_finite() and abs(number.adjusted()) <= MAX_DIGITS
    if not in_range or len(number.as_tuple().digits) > MAX_DIGITS:
        raise Poison(f"{str(number)[:32]} is out of range")
    return number


EpochMillis = Annotated[int, Meta(ge=946_684_800_000, lt=4_133_980_800_000)]
"""Milliseconds since 1970, in the years 2000 to 2100."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def utc(instant: datetime) -> datetime:
    """Return an instant in UTC.

    Raises:
        Poison: Its year is implausible.
    """
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Poison(f"the year {instant.year} is implausible")
    return instant.astimezone(UTC)


def from_epoch_millis(milliseconds: int) -> datetime:
    """Return the instant so many milliseconds after the start of 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
