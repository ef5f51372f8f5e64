"""Instants as platforms write them, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from msgspec import Meta

from consumers.reference.fields import FIRST_YEAR, LAST_YEAR
from consumers.stream.errors import Poison

EpochMillis = Annotated[int, Meta(ge=0, le=10**13)]
"""Milliseconds since 1970, up to the year 2286."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def utc(instant: datetime) -> datetime:
    """An instant that may be written with another offset, in UTC.

    Raises:
        Poison: it cannot be meant.
    """
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Poison(f"the year {instant.year} cannot be meant")
    return instant.astimezone(UTC)


def of_epoch(milliseconds: int) -> datetime:
    """The instant so many milliseconds after 1970 began."""
    return _EPOCH + timedelta(milliseconds=milliseconds)
