"""Club weeks: ISO weeks in the brand's zone, half open, 167 to 169 hours long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.weeks import Calendar, week_at, week_named
from subgraphs.kit.domain.errors import BadInput

ZONES = (
    "Europe/London",
    "Europe/Malta",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Asuncion",
    "Africa/Cairo",
    "America/St_Johns",
    "UTC",
)
TICK = timedelta(microseconds=1)
INSTANTS = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds
    max_value=datetime(2098, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("iso", "hours"),
    [("2026-W12", 168), ("2026-W13", 167), ("2026-W14", 168), ("2026-W43", 169), ("2026-W44", 168)],
)
def test_weeks_in_which_the_clocks_change_are_shorter_or_longer(iso: str, hours: int) -> None:
    """London's weeks have 168 hours, 167 with 29 March 2026 and 169 with 25 October 2026."""
    assert week_named(iso, "Europe/London").hours == hours


def test_a_week_begins_on_monday_at_midnight_in_the_brands_zone() -> None:
    """A week starts and ends at the brand's midnight: in summer London's is 23:00 UTC on Sunday."""
    week = week_named("2026-W14", "Europe/London")
    assert (week.starts_at, week.ends_at) == (
        datetime(2026, 3, 29, 23, tzinfo=UTC),
        datetime(2026, 4, 5, 23, tzinfo=UTC),
    )


def test_the_same_instant_lies_in_different_weeks_of_different_zones() -> None:
    """Sunday 23:30 UTC in summer is London's Monday already, and still New York's Sunday."""
    instant = datetime(2026, 7, 5, 23, 30, tzinfo=UTC)
    assert week_at(instant, "Europe/London").iso == "2026-W28"
    assert week_at(instant, "America/New_York").iso == "2026-W27"


def test_a_week_is_half_open() -> None:
    """The instant a week ends at is the first of the next one."""
    week = week_named("2026-W13", "Europe/London")
    assert week_at(week.ends_at - TICK, "Europe/London") == week
    assert week_at(week.ends_at, "Europe/London").iso == "2026-W14"


@pytest.mark.parametrize(("iso", "before"), [("2026-W14", "2026-W13"), ("2027-W01", "2026-W53")])
def test_the_week_before_ends_where_this_one_starts(iso: str, before: str) -> None:
    """Weeks follow one another without a gap, over the clocks' change and over New Year."""
    week = week_named(iso, "Europe/London")
    found = Calendar("Europe/London").week_before(week)
    assert (found.iso, found.ends_at) == (before, week.starts_at)


@given(instant=INSTANTS, zone=st.sampled_from(ZONES))
def test_every_instant_lies_in_exactly_one_week(instant: datetime, zone: str) -> None:
    """The week of an instant holds it, and its neighbours touch it without holding it."""
    week = week_at(instant, zone)
    assert week.starts_at <= instant < week.ends_at
    assert Calendar(zone).week_before(week).ends_at == week.starts_at
    assert week_at(week.ends_at, zone).starts_at == week.ends_at


@given(instant=INSTANTS, zone=st.sampled_from(ZONES))
def test_a_name_leads_back_to_its_week(instant: datetime, zone: str) -> None:
    """The name of a week finds the same week."""
    week = week_at(instant, zone)
    assert week_named(week.iso, zone) == week


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026",
        "2026-13",
        "2026-W1",
        "2026-W013",
        "2026-W00",
        "2026-W54",
        "2025-W53",
        "1999-W10",
        "3000-W10",
        "0000-W01",
        "2026-W13 ",
        "2026-W13\n",
        "2026-w13",
        "2026-W1\N{ARABIC-INDIC DIGIT THREE}",
        "x" * 5000,
    ],
)
def test_names_of_no_week_are_refused(name: str) -> None:
    """What is not the name of a week is refused with a short message that says so."""
    with pytest.raises(BadInput, match=r"no such week|has no week") as refused:
        week_named(name, "Europe/London")
    assert len(str(refused.value)) < 100
