"""A local time of a brand means one instant, or is refused with a reason."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of, local_text

LONDON = "Europe/London"
ZONES = [
    LONDON,
    "Europe/Malta",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Santiago",
]


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    """The message names a time before and after."""
    with pytest.raises(
        InvalidLocalTime, match=r"01:30 on 29 March 2026 does not exist .* such as 00:30, .* such as 02:30"
    ):
        instant_of(datetime(2026, 3, 29, 1, 30), LONDON)  # noqa: DTZ001


def test_an_hour_that_exists_twice_has_to_be_told_apart() -> None:
    """Without saying which, it is refused; with it, the two instants are an hour apart."""
    twice = datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001
    with pytest.raises(
        InvalidLocalTime, match=r"exists twice .* EARLIER for 00:30 UTC or LATER for 01:30 UTC"
    ):
        instant_of(twice, LONDON)
    earlier, later = (instant_of(twice, LONDON, which) for which in Occurrence)
    assert later - earlier == timedelta(hours=1)
    assert local_text(earlier, LONDON) == "2026-10-25 01:30 Europe/London (UTC+1)"
    assert local_text(later, LONDON) == "2026-10-25 01:30 Europe/London (UTC+0)"


@pytest.mark.parametrize(
    ("zone", "skipped", "around", "twice", "offsets"),
    [
        (LONDON, "2026-03-29T01:30", ("00:30", "02:30"), "2026-10-25T01:30", ("+1", "+0")),
        ("America/New_York", "2026-03-08T02:30", ("01:30", "03:30"), "2026-11-01T01:30", ("-4", "-5")),
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:15",
            ("01:45", "02:45"),
            "2026-04-05T01:45",
            ("+11", "+10.5"),
        ),
    ],
)
def test_both_changes_of_the_clocks(
    zone: str, skipped: str, around: tuple[str, str], twice: str, offsets: tuple[str, str]
) -> None:
    """A skipped time is refused with times around it; of a repeated one, people say which."""
    told = rf"does not exist .* such as {around[0]}, .* such as {around[1]}"
    with pytest.raises(InvalidLocalTime, match=told):
        instant_of(datetime.fromisoformat(skipped), zone)
    with pytest.raises(InvalidLocalTime, match="exists twice"):
        instant_of(datetime.fromisoformat(twice), zone)
    both = [instant_of(datetime.fromisoformat(twice), zone, which) for which in Occurrence]
    assert both[1] - both[0] == timedelta(hours=float(offsets[0]) - float(offsets[1]))
    shown = twice.replace("T", " ")
    assert [local_text(at, zone) for at in both] == [f"{shown} {zone} (UTC{offset})" for offset in offsets]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    st.sampled_from(ZONES),
    st.sampled_from([None, *Occurrence]),
)
def test_an_instant_shows_the_time_that_was_asked_for(
    local: datetime, zone: str, occurrence: Occurrence | None
) -> None:
    """In every zone, the returned instant reads as the given local time."""
    try:
        instant = instant_of(local, zone, occurrence)
    except InvalidLocalTime:
        return
    assert instant.tzinfo is UTC
    assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
