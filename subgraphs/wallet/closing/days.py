"""A day of the ledger: from midnight to midnight in UTC, in microseconds of the database's clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

MICROSECONDS: Final = 1_000_000
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ONE_DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """Timestamps from `start` on, and before `end`."""

    start: int
    end: int


def span_of(day: date) -> Span:
    """Return the timestamps of a day."""
    midnight = datetime.combine(day, time(), UTC)
    return Span(*(timestamp_of(at) for at in (midnight, midnight + ONE_DAY)))


def timestamp_of(at: datetime) -> int:
    """Return the timestamp of an instant."""
    return (at - _EPOCH) // _MICROSECOND


def instant_of(timestamp: int) -> datetime:
    """Return the instant of a timestamp."""
    return _EPOCH + timestamp * _MICROSECOND


def day_of(timestamp: int) -> date:
    """Return the day of a timestamp."""
    return instant_of(timestamp).date()
