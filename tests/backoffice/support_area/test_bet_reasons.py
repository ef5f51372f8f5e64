"""Each reason of the rules has a sentence that can be read aloud."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from backoffice.support.lookup.explanations import SENTENCES, AssessedBet, odds, sentence_of
from subgraphs.club_kit.domain.event_scopes import EventScope, LegsRule
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.progress.counting.contribution import Bet
from subgraphs.progress.counting.rules import ContributionReason, Verdict, WeekRules
from tests.support.subgraphs.club_samples import make_brand, make_scheme

PLACED = datetime(2026, 3, 25, 14, 3, tzinfo=UTC)
REASON = ContributionReason


def assessed(reason: ContributionReason, counted: int = 0, **changes: Any) -> AssessedBet:
    """Return a bet that was assessed with a reason."""
    week = Calendar("Europe/London").week_at(PLACED)
    bet = Bet(
        *("placed", "single", "betting", "sports", 50, 50, "GBP", "cash", 1200, PLACED),
        *("northbet", "b-1", "c-1", 1, PLACED),
    )
    return AssessedBet(
        brand=make_brand(),
        bet=msgspec.structs.replace(bet, **changes),
        verdict=Verdict(counted, reason),
        rules=WeekRules(week, make_scheme(), begun=True, closes_at=week.ends_at + timedelta(hours=1)),
        opted_in_at=PLACED + timedelta(hours=1),
    )


def test_every_reason_has_its_own_sentence() -> None:
    """A reason that is added to the rules without words for it fails here."""
    assert set(SENTENCES) == set(ContributionReason)
    spoken = {reason: sentence_of(assessed(reason)) for reason in ContributionReason}
    assert len(set(spoken.values())) == len(spoken)
    for reason, sentence in spoken.items():
        assert sentence.endswith("."), reason
        assert "_" not in sentence, reason
        assert "None" not in sentence, reason


@pytest.mark.parametrize(
    ("reason", "changes", "told"),
    [
        (REASON.BELOW_MIN_STAKE, {}, ["£0.50", "£1.00"]),
        (REASON.BELOW_MIN_ODDS, {}, ["1.20", "1.50"]),
        (REASON.WRONG_CURRENCY, {"currency": "EUR"}, ["EUR", "GBP"]),
        (REASON.BEFORE_OPT_IN, {}, ["14:03 on Wednesday 25 March 2026", "15:03"]),
        (REASON.EXCLUDED_BET_TYPE, {"bet_type": "system"}, ["system", "single and multiple"]),
        (REASON.LATE, {"occurred_at": PLACED + timedelta(days=9)}, ["Friday 3 April 2026", "closed at"]),
        (REASON.OUTSIDE_WEEK, {}, ["Monday 23 March to Sunday 29 March 2026"]),
        (REASON.VOID, {"status": "void"}, ["£0.50", "void"]),
    ],
)
def test_sentences_name_the_figures(reason: ContributionReason, changes: Any, told: list[str]) -> None:
    """The customer hears the stake, the odds, the limits and the week, by the brand's own clock."""
    sentence = sentence_of(assessed(reason, **changes))
    assert [word for word in told if word not in sentence] == [], sentence


@pytest.mark.parametrize(
    ("reason", "rule", "legs", "told"),
    [
        (REASON.EXCLUDED_EVENT, "all", None, "were not told"),
        (REASON.EXCLUDED_EVENT, "all", "[]", "not all parts"),
        (REASON.EXCLUDED_EVENT, "qualifying", "[]", "no part"),
        (REASON.BELOW_MIN_ODDS, "all", "[]", "1.20"),
        (REASON.BELOW_MIN_ODDS, "qualifying", "[]", "together shorter than 1.50"),
    ],
)
def test_sentences_follow_the_rule_for_parts(
    reason: ContributionReason, rule: LegsRule, legs: str | None, told: str
) -> None:
    """Under a scheme that does not count all sports events, it is said what its parts lacked."""
    bet = assessed(reason, legs=legs)
    scheme = make_scheme(events=EventScope.of(sports=["football"], legs=rule))
    assert told in sentence_of(replace(bet, rules=replace(bet.rules, scheme=scheme)))


def test_a_bet_that_counts_in_part_says_how_much() -> None:
    """What counts may be less than the stake."""
    sentence = sentence_of(assessed(REASON.COUNTED, 30))
    assert "£0.30 of its stake of £0.50" in sentence


def test_customers_without_rules_are_told_so() -> None:
    """Without a scheme there is nothing to compare with."""
    one = assessed(REASON.WRONG_CURRENCY)
    rules = WeekRules(one.rules.week, None, begun=False, closes_at=None)
    sentence = sentence_of(
        AssessedBet(one.brand, one.bet, one.verdict, rules, one.opted_in_at),
    )
    assert "no club for accounts in your country" in sentence


@pytest.mark.parametrize(
    ("milli", "shown"), [(1500, "1.50"), (2500, "2.50"), (1333, "1.333"), (1001, "1.001"), (None, "price")]
)
def test_odds_are_decimal(milli: int | None, shown: str) -> None:
    """Odds are said as they were taken."""
    assert shown in odds(milli)
