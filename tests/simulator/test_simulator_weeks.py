"""The club week begins on Monday 00:00 in the brand's zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.kafka.publish import Week, week_of


@pytest.mark.parametrize(
    ("zone", "moment", "week"),
    [
        (
            "Europe/London",
            datetime(2026, 3, 25, 14, tzinfo=UTC),
            Week("2026-W13", datetime(2026, 3, 23, tzinfo=UTC)),
        ),
        (
            "Europe/London",
            datetime(2026, 3, 29, 23, tzinfo=UTC),
            Week("2026-W14", datetime(2026, 3, 29, 23, tzinfo=UTC)),
        ),
        (
            "Europe/Malta",
            datetime(2026, 3, 29, 22, tzinfo=UTC),
            Week("2026-W14", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ),
        (
            "Europe/London",
            datetime(2027, 1, 3, 12, tzinfo=UTC),
            Week("2026-W53", datetime(2026, 12, 28, tzinfo=UTC)),
        ),
    ],
)
def test_weeks_worked_out_by_hand(zone: str, moment: datetime, week: Week) -> None:
    """Known moments, among them the change of the clocks and the turn of the year."""
    assert week_of(zone, moment) == week


@given(
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(["Europe/London", "Europe/Malta", "America/New_York", "Pacific/Auckland"]),
)
def test_a_moment_lies_in_its_week(moment: datetime, zone: str) -> None:
    """The week began at local midnight of a Monday, at most 169 hours ago."""
    starts_at = week_of(zone, moment).starts_at
    local = starts_at.astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.hour, local.minute, local.second) == (0, 0, 0, 0)
    assert timedelta(0) <= moment - starts_at < timedelta(hours=169)
