"""The frames in which a limit counts: fixed ones, which follow one another without a gap.

A frame is never rolling: it begins and ends at instants that do not depend on what is deposited. Those of
deposit limits begin when the limit is first set, and keep that beginning whatever the limit becomes:
otherwise a change of the limit would begin a new frame, with nothing used.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Fixed:
    """Frames of one length in elapsed time; clock changes neither shorten nor lengthen them."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class Months:
    """Frames of calendar months in the brand's zone, from the day and time of the beginning.

    In a month that lacks that day, a frame begins on its last day.
    """

    count: int


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Frames from midnight to midnight in the brand's zone: 23 or 25 hours when clocks change."""


Frame = Fixed | Months | CalendarDay


class Span(NamedTuple):
    """A frame's first instant, and the first one after it, in UTC."""

    start: datetime
    end: datetime


def span(frame: Frame, anchor: datetime, at: datetime, zone: ZoneInfo) -> Span:
    """Return the frame that an instant is in.

    Args:
        frame: How long frames are.
        anchor: When the limit was first set; one of the frames begins then.
        at: An instant, also before the anchor.
        zone: That of the brand.
    """
    match frame:
        case Fixed(length):
            start = anchor.astimezone(UTC) + (at - anchor) // length * length
            return Span(start, start + length)
        case Months(count):
            return _of_months(count, anchor, at, zone)
        case CalendarDay():
            today = at.astimezone(zone).date()
            return Span(_midnight(today, zone), _midnight(today + timedelta(days=1), zone))


def after_months(instant: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the same time of day some calendar months later; the last day of a month that lacks the day."""
    if not months:
        return instant.astimezone(UTC)
    local = instant.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def _of_months(count: int, anchor: datetime, at: datetime, zone: ZoneInfo) -> Span:
    began, now = anchor.astimezone(zone), at.astimezone(zone)
    passed = (now.year - began.year) * 12 + now.month - began.month
    number = passed // count
    if after_months(anchor, number * count, zone) > at:
        number -= 1
    first, last = number * count, (number + 1) * count
    return Span(after_months(anchor, first, zone), after_months(anchor, last, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
