"""Trust is lost at once, comes back after a while, and the while grows with each failure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.leaders import leaders
from subgraphs.events.trust import FORGIVEN, MAX_DOUBLINGS, STEADY, ProviderReport, Trust, judged

NOW = datetime(2026, 3, 25, 14, tzinfo=UTC)
ROUND = timedelta(seconds=1)
ALL = frozenset({"fixtures", "pre-match odds", "live odds", "results"})


def regained(trust: Trust, at: datetime) -> tuple[Trust, datetime]:
    """Return the trust and the instant at which a provider that is well from now on is trusted again."""
    while not trust.trusted:
        at += ROUND
        trust = judged(trust, None, at)
    return trust, at


def test_each_further_failure_doubles_the_wait_up_to_sixteen_minutes() -> None:
    """So that leadership does not go back and forth; after an hour without one, all is forgiven."""
    trust, at = judged(None, None, NOW), NOW
    waits = []
    for _ in range(MAX_DOUBLINGS + 3):
        failed = judged(trust, "silent", at)
        assert (failed.trusted, failed.reason) == (False, "silent")
        trust, again = regained(failed, at)
        waits.append(again - at - ROUND)
        at = again
    doubled = [STEADY * 2**failures for failures in range(MAX_DOUBLINGS + 1)]
    assert waits == [*doubled, doubled[-1], doubled[-1]]
    assert doubled[-1] == timedelta(minutes=16)
    later = at + FORGIVEN
    failed = judged(judged(trust, None, later), "silent", later)
    assert regained(failed, later)[1] - later - ROUND == STEADY


@given(flaws=st.lists(st.booleans(), max_size=200))
def test_a_provider_is_not_trusted_while_something_is_wrong_nor_soon_after(flaws: list[bool]) -> None:
    """And is, as long as nothing ever was."""
    trust, last = judged(None, None, NOW), None
    for second, is_wrong in enumerate(flaws):
        at = NOW + second * ROUND
        trust = judged(trust, "silent" if is_wrong else None, at)
        last = at if is_wrong else last
        if last is None:
            assert trust.trusted
        elif at - last < STEADY:
            assert not trust.trusted


@pytest.mark.parametrize(
    ("trusted", "preferred", "leads"),
    [
        ({"exchange", "feed"}, (), "exchange"),
        ({"exchange", "feed"}, ("feed",), "feed"),
        ({"exchange"}, ("feed",), "exchange"),
        (set[str](), ("feed",), None),
    ],
)
def test_the_first_that_is_trusted_leads(
    trusted: set[str], preferred: tuple[str, ...], leads: str | None
) -> None:
    """In the order of preference, then by name; nobody if nobody is trusted. It leads until that changes."""
    reports = [ProviderReport(name, ALL, True, "", 1, 0, NOW) for name in ("exchange", "feed")]
    trusts = {name: Trust(name in trusted, NOW, "", 0, NOW) for name in ("exchange", "feed")}
    found = leaders({}, reports, trusts, preferred, NOW)
    assert {leader.provider for leader in found.values()} == {leads}
    assert found.keys() == ALL
    assert leaders(found, reports, trusts, preferred, NOW + timedelta(hours=1)) == found
