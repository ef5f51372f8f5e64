"""When each version of a scheme applies."""

from datetime import UTC, datetime, timedelta

from backoffice.rules.scheme_versions import SchemePhase, dated_versions
from subgraphs.club_kit.domain.weeks import Calendar
from tests.support.subgraphs.club_samples import make_scheme

ZONE = "Europe/London"
WEEK = Calendar(ZONE).week_at(datetime(2026, 3, 25, 12, tzinfo=UTC))
AFTER = Calendar(ZONE).week_after(WEEK)


def test_a_version_holds_from_the_first_week_that_begins_after_it_was_issued() -> None:
    """One that was issued in mid-week comes; the open week keeps what it has."""
    long_ago = WEEK.starts_at - timedelta(days=30)
    versions = [
        make_scheme(version=1, effective_from=long_ago, issued_at=long_ago),
        make_scheme(version=2, effective_from=long_ago + timedelta(days=7), issued_at=long_ago),
        make_scheme(version=3, effective_from=long_ago, issued_at=WEEK.starts_at + timedelta(hours=1)),
        make_scheme(version=4, effective_from=AFTER.starts_at, issued_at=long_ago),
    ]
    found = dated_versions(versions[::-1], ZONE, WEEK)
    assert [(one.scheme.version, one.phase) for one in found] == [
        (1, SchemePhase.EARLIER),
        (2, SchemePhase.IN_FORCE),
        (3, SchemePhase.COMING),
        (4, SchemePhase.COMING),
    ]
    assert [one.first_week.iso for one in found[2:]] == [AFTER.iso, AFTER.iso]


def test_a_club_that_is_set_up_in_mid_week_has_its_first_version_at_once() -> None:
    """As the club decides by itself."""
    begun = WEEK.starts_at + timedelta(hours=5)
    (found,) = dated_versions([make_scheme(effective_from=begun, issued_at=begun)], ZONE, WEEK)
    assert (found.phase, found.first_week) == (SchemePhase.IN_FORCE, WEEK)
