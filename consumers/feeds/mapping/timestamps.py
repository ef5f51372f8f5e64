"""Converts platforms' timestamps to UTC."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from msgspec import Meta

from consumers.messages.fields import FIRST_YEAR, LAST_YEAR
from consumers.stream.errors import Poison

EpochMillis = Annotated[int, Meta(ge=0, le=10**13)]
"""Milliseconds since 1970, up to the year 2286."""

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
