"""Frames follow one another without a gap or overlap, whatever clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.wallet.limits.frames import CalendarDay, Fixed, Frame, Months, after_months, span

LONDON, COPENHAGEN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Copenhagen")
ZONES = (LONDON, COPENHAGEN, ZoneInfo("America/Santiago"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC"))
FRAMES = (
    Fixed(timedelta(days=1)),
    Fixed(timedelta(days=7)),
    Fixed(timedelta(days=30)),
    Months(1),
    CalendarDay(),
)
INSTANTS = st.integers(0, 5 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
DAY = timedelta(days=1)


@given(st.sampled_from(FRAMES), INSTANTS, INSTANTS, st.sampled_from(ZONES))
def test_each_instant_is_in_one_frame_and_frames_touch(
    frame: Frame, anchor: datetime, at: datetime, zone: ZoneInfo
) -> None:
    """The frame of an instant has it; all its instants have that frame; the next begins where it ends."""
    mine = span(frame, anchor, at, zone)
    assert mine.start <= at < mine.end
    assert span(frame, anchor, mine.start, zone) == mine
    assert span(frame, anchor, mine.end - timedelta(microseconds=1), zone) == mine
    assert span(frame, anchor, mine.end, zone).start == mine.end


@given(st.sampled_from(FRAMES[:4]), INSTANTS, st.sampled_from(ZONES))
def test_a_frame_begins_when_the_limit_was_first_set(frame: Frame, anchor: datetime, zone: ZoneInfo) -> None:
    """Nothing that was deposited before the limit counts, and nothing after it is missed."""
    assert span(frame, anchor, anchor, zone).start == anchor


@given(INSTANTS, INSTANTS, st.sampled_from(ZONES))
def test_frames_of_months_begin_on_the_same_day_or_the_last_one(
    anchor: datetime, at: datetime, zone: ZoneInfo
) -> None:
    """Every frame begins on the anchor's day of the month, or on the last day of a shorter one."""
    start = span(Months(1), anchor, at, zone).start.astimezone(zone)
    day = anchor.astimezone(zone).day
    is_last = (start + timedelta(days=1)).day == 1
    assert start.day == day or (start.day < day and is_last)


@pytest.mark.parametrize(
    ("on", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)],
)
def test_a_calendar_day_has_23_or_25_hours_when_clocks_change(on: date, hours: int) -> None:
    """A day in the brand's zone is as long as it is there; 24 hours are always 24 hours."""
    at = datetime.combine(on, time(12), LONDON)
    day = span(CalendarDay(), at, at, LONDON)
    assert day.end - day.start == timedelta(hours=hours)
    fixed = span(Fixed(DAY), at, at, LONDON)
    assert fixed.end - fixed.start == DAY


def test_a_month_keeps_its_time_of_day_when_clocks_change() -> None:
    """A limit of noon in London begins anew at noon in London, an hour earlier by UTC in summer."""
    anchor = datetime(2026, 3, 10, 12, tzinfo=UTC)
    april = span(Months(1), anchor, datetime(2026, 4, 20, tzinfo=UTC), LONDON)
    assert april == (datetime(2026, 4, 10, 11, tzinfo=UTC), datetime(2026, 5, 10, 11, tzinfo=UTC))


def test_a_month_from_the_31st_begins_on_the_last_day_of_shorter_ones() -> None:
    """Also on a leap day; and the 31st comes back in longer months."""
    anchor = datetime(2028, 1, 31, 9, tzinfo=UTC)
    starts = [after_months(anchor, number, ZoneInfo("UTC")) for number in range(1, 4)]
    assert [(start.month, start.day, start.hour) for start in starts] == [(2, 29, 9), (3, 31, 9), (4, 30, 9)]


def test_a_midnight_that_does_not_exist_begins_the_day_after_the_gap() -> None:
    """Clocks in Chile go from 0:00 to 1:00: the day has 23 hours, and the one before it ends there."""
    santiago = ZoneInfo("America/Santiago")
    day = span(CalendarDay(), INSTANT_IN_CHILE, INSTANT_IN_CHILE, santiago)
    assert day.end - day.start == timedelta(hours=23)
    before = span(CalendarDay(), INSTANT_IN_CHILE, day.start - timedelta(seconds=1), santiago)
    assert before.end == day.start


INSTANT_IN_CHILE = datetime(2026, 9, 6, 12, tzinfo=ZoneInfo("America/Santiago"))
