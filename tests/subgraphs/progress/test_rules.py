"""Every reason why a bet counts or does not can come about, and the first that holds is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from subgraphs.club_kit.domain.schemes import Brand, Scheme, Terms
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.progress.counting.contribution import Bet
from subgraphs.progress.counting.rulebook import BrandRulebook, KnownCustomers, Rulebook
from subgraphs.progress.counting.rules import (
    LATE,
    BetFacts,
    ContributionReason,
    Verdict,
    WeekRules,
    evaluate_bet,
)

WEEK = week_named("2026-W13", "Europe/London")
PLACED = datetime(2026, 3, 25, 14, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)
GOOD = BetFacts("placed", "single", "betting", "sports", 500, 500, "GBP", "cash", 2500, PLACED)


def make_scheme(**changes: Any) -> Scheme:
    """Return the usual scheme, with changes."""
    facts: dict[str, Any] = {
        "brand": "northbet",
        "jurisdiction": "GB",
        "currency": "GBP",
        "version": 1,
        "qualifying_product": "betting",
        "target_minor": 2500,
        "min_stake_minor": 100,
        "min_odds_milli": 1500,
        "bet_types": ("single", "multiple"),
        "channels": ("sports", "esports"),
        "count_before_opt_in": True,
        "void_policy": "exclude",
        "default_reward_id": "fb-5",
        "choice_lock_minutes": 0,
        "grace_minutes": 60,
        "terms": Terms("1", "Stake 25 pounds.", "https://northbet.example/terms"),
        "effective_from": LONG_AGO,
        "issued_at": LONG_AGO,
    }
    return Scheme(**(facts | changes))


def judged(bet: BetFacts, *versions: Scheme, opted_in_at: datetime | None = None) -> Verdict:
    """Return the verdict on a bet of week 13."""
    return evaluate_bet(bet, WeekRules.of(versions, WEEK), opted_in_at)


@pytest.mark.parametrize(
    ("changes", "reason", "counted"),
    [
        ({}, "COUNTED", 500),
        ({"status": "settled"}, "COUNTED", 500),
        ({"bet_type": "multiple"}, "COUNTED", 500),
        ({"channel": None}, "COUNTED", 500),
        ({"stake_minor": 100, "counting_stake_minor": 100}, "COUNTED", 100),
        ({"odds_milli": 1500}, "COUNTED", 500),
        ({"status": "partially_void", "counting_stake_minor": 200}, "PARTIAL_VOID", 200),
        ({"status": "partially_void", "counting_stake_minor": 0}, "PARTIAL_VOID", 0),
        ({"status": "void", "counting_stake_minor": 0}, "VOID", 0),
        ({"status": "cashed_out"}, "CASHED_OUT", 0),
        ({"stake_minor": 99}, "BELOW_MIN_STAKE", 0),
        ({"odds_milli": 1499}, "BELOW_MIN_ODDS", 0),
        ({"odds_milli": None}, "PRICE_PENDING", 0),
        ({"stake_source": "free_bet"}, "FREE_BET_STAKE", 0),
        ({"bet_type": "system"}, "EXCLUDED_BET_TYPE", 0),
        ({"product": "casino", "bet_type": None, "channel": None}, "EXCLUDED_PRODUCT", 0),
        ({"channel": "virtual"}, "EXCLUDED_PRODUCT", 0),
        ({"currency": "EUR"}, "WRONG_CURRENCY", 0),
    ],
)
def test_a_bets_own_facts_decide(changes: dict[str, Any], reason: str, counted: int) -> None:
    """Each fact that the usual scheme looks at is tried on both sides of its threshold."""
    verdict = judged(msgspec.structs.replace(GOOD, **changes), make_scheme())
    assert (verdict.reason.value, verdict.counted_minor) == (reason, counted)


def test_without_a_scheme_every_currency_is_the_wrong_one() -> None:
    """The club does not serve the jurisdiction or currency, and nothing is converted."""
    assert judged(GOOD).reason is ContributionReason.WRONG_CURRENCY


@pytest.mark.parametrize(
    ("opted_in_at", "reason"),
    [
        (None, "BEFORE_OPT_IN"),
        (PLACED + timedelta(microseconds=1), "BEFORE_OPT_IN"),
        (PLACED, "COUNTED"),
        (PLACED - timedelta(days=70), "COUNTED"),
    ],
)
def test_a_scheme_may_count_only_from_the_first_opt_in_on(opted_in_at: datetime | None, reason: str) -> None:
    """A bet placed at that very moment counts."""
    asking = make_scheme(count_before_opt_in=False)
    assert judged(GOOD, asking, opted_in_at=opted_in_at).reason.value == reason


def test_the_usual_scheme_does_not_ask_when_somebody_joined() -> None:
    """Progress is there already when a customer opts in."""
    assert judged(GOOD, make_scheme(), opted_in_at=PLACED + timedelta(days=1)).counts


@pytest.mark.parametrize(
    ("effective_from", "reason"),
    [
        (WEEK.ends_at, "OUTSIDE_WEEK"),
        (WEEK.ends_at - timedelta(microseconds=1), "COUNTED"),
        (WEEK.starts_at, "COUNTED"),
    ],
)
def test_a_bet_of_a_week_before_the_club_began_is_outside(effective_from: datetime, reason: str) -> None:
    """The week in which the first version takes effect is the first one, and counts as a whole."""
    assert judged(GOOD, make_scheme(effective_from=effective_from)).reason.value == reason


def test_a_later_version_cannot_make_a_past_week_one_of_the_clubs() -> None:
    """It was issued after that week, whatever it says about itself."""
    first = make_scheme(effective_from=WEEK.ends_at)
    backdated = make_scheme(version=2, effective_from=LONG_AGO, issued_at=WEEK.ends_at)
    assert judged(GOOD, first, backdated).reason is ContributionReason.OUTSIDE_WEEK


def test_what_cannot_change_any_more_is_told_before_what_may() -> None:
    """A void bet in the wrong currency at unknown odds is void."""
    hopeless = msgspec.structs.replace(GOOD, status="void", currency="EUR", odds_milli=None)
    assert judged(hopeless, make_scheme()).reason is ContributionReason.VOID


@pytest.mark.parametrize(
    ("iso", "hours", "first", "last"),
    [
        ("2026-W12", 168, "2026-03-16T00:00:00Z", "2026-03-22T23:59:59.999999Z"),
        ("2026-W13", 167, "2026-03-23T00:00:00Z", "2026-03-29T22:59:59.999999Z"),
        ("2026-W43", 169, "2026-10-18T23:00:00Z", "2026-10-25T23:59:59.999999Z"),
    ],
)
def test_weeks_of_167_168_and_169_hours_end_at_midnight_of_the_brand(
    iso: str, hours: int, first: str, last: str
) -> None:
    """The first and last microsecond of a week in London belong to it, in summer time or not."""
    week = week_named(iso, "Europe/London")
    assert week.hours == hours
    edges = datetime.fromisoformat(first), datetime.fromisoformat(last)
    assert edges == (week.starts_at, week.ends_at - timedelta(microseconds=1))


def _brand_rules(*versions: Scheme) -> Rulebook:
    brand = Brand("northbet", "N", "Europe/London", "en-GB", ("en-GB",), "GB", ("GB",), "GBP", ("GBP",))
    return Rulebook({"northbet": BrandRulebook.of(brand, versions)})


def _bet(revision: int, occurred_at: datetime) -> Bet:
    facts: dict[str, Any] = msgspec.structs.asdict(GOOD)
    return Bet(
        **facts,
        brand="northbet",
        bet_id="b-1",
        customer="c-1",
        revision=revision,
        occurred_at=occurred_at,
    )


def test_a_revision_from_after_the_weeks_end_does_not_put_the_earlier_out_of_mind() -> None:
    """Under another scheme it may be too late, and then the earlier revision is in force."""
    rules = _brand_rules(make_scheme())
    placed, settled = _bet(1, PLACED), _bet(2, WEEK.ends_at)
    assert rules.with_revision((placed,), settled) == (placed, settled)
    assert rules.with_revision((settled,), placed) == (placed, settled)


def test_a_revision_from_before_the_weeks_end_makes_the_earlier_ones_needless() -> None:
    """It is in time under any scheme, so they can never be in force again."""
    rules = _brand_rules(make_scheme())
    placed, settled = _bet(1, PLACED), _bet(2, WEEK.ends_at - timedelta(microseconds=1))
    assert rules.with_revision((placed,), settled) == (settled,)
    known = (settled,)
    assert rules.with_revision(known, placed) is known


@pytest.mark.parametrize(
    ("first", "second", "in_force", "verdict"),
    [
        (-2, -1, 2, Verdict(500, ContributionReason.COUNTED)),
        (-1, 0, 1, Verdict(500, ContributionReason.COUNTED)),
        (0, -1, 2, Verdict(500, ContributionReason.COUNTED)),
        (0, 1, 2, LATE),
        (1, 0, 2, LATE),
    ],
    ids=["both in time", "the second late", "the first late", "both late", "both late, out of order"],
)
def test_the_highest_revision_in_time_is_in_force_and_none_in_time_is_late(
    first: int, second: int, in_force: int, verdict: Verdict
) -> None:
    """A microsecond at the end of the grace decides; of late revisions the highest counts nothing."""
    closes_at = WEEK.ends_at + timedelta(minutes=60)
    revisions = [
        _bet(number, closes_at + timedelta(microseconds=off)) for number, off in ((1, first), (2, second))
    ]
    contribution = _brand_rules(make_scheme()).assess(revisions, KnownCustomers())
    assert (contribution.bet.revision, contribution.verdict) == (in_force, verdict)
    assert contribution.revisions == revisions
