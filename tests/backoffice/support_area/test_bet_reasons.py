"""Each reason of the rules has a sentence that can be read aloud."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from backoffice.scopes.items import ScopeItem, ScopeKind
from backoffice.support.bet_types import explanation_to_graphql
from backoffice.support.lookup.explanations import SENTENCES, AssessedBet, odds, sentence_of
from backoffice.support.lookup.named_events import listed, named_events
from subgraphs.club_kit.domain.event_scopes import EventScope, LegsRule
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.progress.counting.contribution import Bet
from subgraphs.progress.counting.legs import KnownEvent, Leg, encode_legs
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


ONLY = "Only bets on Cheltenham Festival (horse racing) count."
FESTIVAL = f"Your bet didn't count. {ONLY} "
NAMES = {
    item.key: item
    for item in (
        ScopeItem(ScopeKind.COMPETITION, "festival", "Cheltenham Festival", "Horse Racing"),
        ScopeItem(
            *(ScopeKind.EVENT, "cup", "Gold Cup", "Horse Racing", "Cheltenham Festival"),
            datetime(2026, 3, 27, 15, 30, tzinfo=UTC),
        ),
        ScopeItem(
            *(ScopeKind.EVENT, "ascot", "Ascot", "Horse Racing", "Ascot"),
            datetime(2026, 5, 27, 13, 30, tzinfo=UTC),
        ),
        ScopeItem(ScopeKind.EVENT, "derby", "Everton v Leeds", "Football", "Premier League"),
    )
}
KNOWN = {
    "m1": KnownEvent(("horse-racing",), ("festival",), ("gone", "cup")),
    "m2": KnownEvent(("horse-racing",), ("c-ascot",), ("ascot",)),
    "m3": KnownEvent(("football",), ("c-9",), ("e-9", "derby")),
    "m4": KnownEvent(("tennis",), ("c-8",), ("e-8",)),
}


def on_the_festival(reason: ContributionReason, rule: LegsRule, *legs: Leg | str) -> AssessedBet:
    """Return a bet on selections, under a scheme that counts a festival alone."""
    found = [leg if isinstance(leg, Leg) else Leg(f"{leg}-a", 2000) for leg in legs]
    bet = assessed(reason, legs=encode_legs(found) if found else None)
    scope = EventScope.of(competitions=["festival"], legs=rule)
    rules = replace(bet.rules, scheme=make_scheme(events=scope))
    named = named_events(scope, found, KNOWN, NAMES, ZoneInfo("Europe/London"))
    return replace(bet, rules=rules, events=named)


@pytest.mark.parametrize(
    ("rule", "legs", "sentence"),
    [
        ("all", ["m2"], f"{FESTIVAL}This bet was on Ascot, 14:30 (horse racing)."),
        ("qualifying", ["m2", "m3"], f"{FESTIVAL}This bet was on Ascot, 14:30 (horse racing) and Everton v "),
        ("all", ["m4", "m4"], f"{FESTIVAL}This bet was on an event (tennis)."),
        ("all", [Leg("x", None, "chess")], f"{FESTIVAL}This bet was on an event (chess)."),
        ("all", [Leg("x", None, None, "league")], f"{FESTIVAL}This bet was on an event."),
        (
            "all",
            ["m1", "m3", "m2"],
            (
                f"Your bet didn't count because not every part of it was on what counts. {ONLY} This bet was "
                "also on Everton v Leeds (Premier League, football) and Ascot, 14:30 (horse racing)."
            ),
        ),
        ("all", ["m9", "m2"], f"{FESTIVAL}This bet was on Ascot, 14:30 (horse racing)."),
        (
            "all",
            [],
            "Your bet didn't count because we weren't told what it was on. Only bets on Cheltenham Festival",
        ),
    ],
)
def test_what_was_bet_on_is_named_beside_what_counts(
    rule: LegsRule, legs: list[Leg | str], sentence: str
) -> None:
    """By the names that providers tell; what nobody tells of by its sport, and never by an id."""
    assert sentence_of(on_the_festival(REASON.EXCLUDED_EVENT, rule, *legs)).startswith(sentence)


@pytest.mark.parametrize(
    ("legs", "told"),
    [
        (["m9"], f"we don't know what it's on. {ONLY} It's "),
        (
            ["m1", "m9"],
            (
                f"we don't know all that it's on. {ONLY} So far we know of Gold Cup (Cheltenham Festival, "
                "horse racing). It's checked again"
            ),
        ),
    ],
)
def test_what_is_awaited_is_said(legs: list[Leg | str], told: str) -> None:
    """What is known of the bet already, too."""
    sentence = sentence_of(on_the_festival(REASON.EVENT_PENDING, "all", *legs))
    assert sentence.startswith("Your bet of £0.50 doesn't count yet because ")
    assert told in sentence


def test_the_facts_name_what_counts_and_what_the_bet_is_on() -> None:
    """Where all events count, there are no such facts."""
    bet = on_the_festival(REASON.EXCLUDED_EVENT, "all", "m1", "m2", "m9")
    facts = {fact.label: fact.value for fact in explanation_to_graphql(bet).facts}
    assert facts["Counts"] == "only bets on Cheltenham Festival (horse racing)"
    assert facts["On"] == (
        "Gold Cup (Cheltenham Festival, horse racing), Ascot, 14:30 (horse racing) and "
        "an event we don't know yet"
    )
    assert {"Counts", "On"}.isdisjoint(
        fact.label for fact in explanation_to_graphql(replace(bet, events=None)).facts
    )


def test_the_facts_are_written_for_people() -> None:
    """The week by its days, and what was bet on as one says it."""
    facts = {fact.label: fact.value for fact in explanation_to_graphql(assessed(REASON.COUNTED, 50)).facts}
    assert facts["Week"].startswith("Monday ")
    assert facts["Product"] == "sports betting, single"
    assert not any(re.search(r"\d{4}-W\d\d", value) for value in facts.values())


def test_only_some_names_are_read_aloud() -> None:
    """Of many, the number of the others."""
    assert [listed("abcde"[:number], "or") for number in range(6)] == [
        *("", "a", "a or b", "a, b or c", "a, b, c or d", "a, b, c, d or e")
    ]
    assert listed("abcdefg") == "a, b, c, d and 3 others"


def test_what_counts_has_words_also_where_nobody_knows_it_any_more() -> None:
    """Sports always have their names."""
    scope = EventScope.of(sports=["horse-racing"], competitions=["c"], events=["e"])
    named = named_events(scope, [], {}, {}, ZoneInfo("Europe/London"))
    assert named.counting == (
        "horse racing, a competition that isn't known any more or an event that isn't known any more"
    )


@pytest.mark.parametrize(("rule", "told"), [("all", "1.20"), ("qualifying", "together shorter than 1.50")])
def test_odds_that_are_too_short_are_those_of_the_parts_that_count(rule: LegsRule, told: str) -> None:
    """Under a scheme that does not count all sports events, it depends on its rule for parts."""
    assert told in sentence_of(on_the_festival(REASON.BELOW_MIN_ODDS, rule, "m1"))


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
