"""Bets are judged by their legs where a scheme does not count all sports events."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.event_scopes import EventScope, LegsRule
from subgraphs.progress.counting.legs import (
    MAX_LEGS,
    KnownEvent,
    KnownEvents,
    Leg,
    combined_odds,
    decode_legs,
    encode_legs,
)
from subgraphs.progress.counting.rules import WeekRules, evaluate_bet
from tests.subgraphs.progress.test_rules import GOOD, WEEK, make_scheme

SPORTS, COMPETITIONS, EVENTS = ["s1", "s2"], ["c1", "c2", "c3"], ["e1", "e2", "e3", "e4"]
LEAST: Final = 1500
LONG_PRICE: Final = 10**9

names = st.one_of(st.none(), st.sampled_from([*SPORTS, *COMPETITIONS, *EVENTS]))
prices = st.one_of(st.none(), st.sampled_from([1000, 1001, 1224, 1225, 1499, 1500, 5000]))
known_events = st.dictionaries(
    st.sampled_from(["m1", "m2", "m3", "m4"]),
    st.builds(
        KnownEvent,
        st.lists(st.sampled_from(SPORTS), max_size=2).map(tuple),
        st.lists(st.sampled_from(COMPETITIONS), max_size=2).map(tuple),
        st.lists(st.sampled_from(EVENTS), max_size=2).map(tuple),
    ),
)
telling_legs = st.builds(Leg, st.just("m1-a"), prices, names, names, names)
plain_legs = st.builds(Leg, st.sampled_from(["m1-a", "m1-b", "m2-a", "m3-a", "m4-a", "m5-a", "m6"]), prices)
legs_of_bets = st.lists(st.one_of(plain_legs, plain_legs, telling_legs), max_size=4)
scopes = st.builds(
    lambda sports, competitions, events, legs: EventScope.of(
        sports=sports, competitions=competitions, events=events or ["e1"], legs=legs
    ),
    st.lists(st.sampled_from(SPORTS)),
    st.lists(st.sampled_from(COMPETITIONS)),
    st.lists(st.sampled_from(EVENTS)),
    st.sampled_from(["all", "qualifying"]),
)


def reason_of(
    legs: list[Leg], scope: EventScope, events: KnownEvents, *, stake: int = 500, odds: int | None = 2500
) -> str:
    """Return the reason for a bet of these legs."""
    scheme = replace(make_scheme(), events=scope, min_odds_milli=LEAST)
    text = encode_legs(legs) if legs else None
    bet = msgspec.structs.replace(GOOD, legs=text, stake_minor=stake, odds_milli=odds)
    return evaluate_bet(bet, WeekRules.of([scheme], WEEK), None, events).reason.value


def qualifies(leg: Leg, scope: EventScope, events: KnownEvents) -> bool | None:
    """Return whether a leg qualifies, by the words of the rule; None if its event is not known."""
    named = {(kind, name) for kind in ("sports", "competitions", "events") for name in getattr(scope, kind)}
    told = [("sports", leg.sport), ("competitions", leg.competition), ("events", leg.sports_event_id)]
    if any(name is not None for _, name in told):
        return any(fact in named for fact in told)
    event = events.get(leg.selection_id.split("-")[0])
    if event is None:
        return None
    return any(
        (kind, name) in named
        for kind in ("sports", "competitions", "events")
        for name in getattr(event, kind)
    )


def worlds(legs: list[Leg], scope: EventScope, events: KnownEvents) -> Iterator[list[tuple[bool, int]]]:
    """Yield all that the legs may turn out to be: whether each qualifies, and at which price."""
    answers = [qualifies(leg, scope, events) for leg in legs]
    possible = [
        [
            (answer, price)
            for answer in ((True, False) if known is None else (known,))
            for price in ((1000, LONG_PRICE) if leg.odds_milli is None else (leg.odds_milli,))
        ]
        for leg, known in zip(legs, answers, strict=True)
    ]
    return map(list, product(*possible))


def plain_reason(world: list[tuple[bool, int]], rule: LegsRule, odds: int) -> str:
    """Return the reason once all is known, for a bet with enough stake."""
    chosen = [price for answer, price in world if answer]
    if not chosen or (rule == "all" and len(chosen) < len(world)):
        return "EXCLUDED_EVENT"
    judged = Fraction(odds, 1000)
    if rule == "qualifying":
        judged = Fraction(1)
        for price in chosen:
            judged *= Fraction(price, 1000)
    return "COUNTED" if judged >= Fraction(LEAST, 1000) else "BELOW_MIN_ODDS"


def expected(legs: list[Leg], scope: EventScope, events: KnownEvents, stake: int, odds: int | None) -> str:
    """Return the reason by trying all that is not known: what they agree on is decided."""
    outcomes = {
        plain_reason(world, scope.legs, price)
        for world in worlds(legs, scope, events)
        for price in ((1000, LONG_PRICE) if odds is None else (odds,))
    }
    pending = any(qualifies(leg, scope, events) is None for leg in legs)
    if outcomes == {"EXCLUDED_EVENT"}:
        return "EXCLUDED_EVENT"
    if "EXCLUDED_EVENT" in outcomes:
        return "EVENT_PENDING"
    if stake < 100:
        return "BELOW_MIN_STAKE"
    if len(outcomes) == 1:
        return outcomes.pop()
    return "EVENT_PENDING" if pending else "PRICE_PENDING"


@given(
    legs=legs_of_bets,
    scope=scopes,
    events=known_events,
    stake=st.sampled_from([99, 500]),
    odds=st.sampled_from([None, 1499, 1500]),
)
def test_what_is_decided_whatever_is_unknown_is_decided_now(
    legs: list[Leg], scope: EventScope, events: KnownEvents, stake: int, odds: int | None
) -> None:
    """Any legs, any scope: the verdict is that of all worlds that are possible, or it waits."""
    found = reason_of(legs, scope, events, stake=stake, odds=odds)
    assert found == expected(legs, scope, events, stake, odds)


@given(legs=legs_of_bets, scope=scopes, events=known_events, more=known_events)
def test_what_becomes_known_only_decides_what_waited(
    legs: list[Leg], scope: EventScope, events: KnownEvents, more: KnownEvents
) -> None:
    """A bet that waited for nothing stays as it was when further events become known."""
    before = reason_of(legs, scope, events)
    after = reason_of(legs, scope, {**more, **events})
    assert before in {after, "EVENT_PENDING"}


@pytest.mark.parametrize("legs", [None, encode_legs([Leg("m1-a", 9000)])])
def test_a_scheme_without_a_scope_asks_for_no_legs(legs: str | None) -> None:
    """What such a scheme counts does not depend on what bets are on."""
    bet = msgspec.structs.replace(GOOD, legs=legs)
    assert evaluate_bet(bet, WeekRules.of([make_scheme()], WEEK), None).reason.value == "COUNTED"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stake_source": "free_bet"}, "FREE_BET_STAKE"),
        ({"bet_type": "system"}, "EXCLUDED_BET_TYPE"),
        ({"product": "casino", "bet_type": None, "channel": None}, "EXCLUDED_PRODUCT"),
        ({"status": "void"}, "VOID"),
        ({"currency": "EUR"}, "WRONG_CURRENCY"),
        ({"stake_minor": 1}, "EXCLUDED_EVENT"),
        ({"odds_milli": 1000}, "EXCLUDED_EVENT"),
    ],
)
def test_the_scope_is_asked_after_what_is_excluded_and_before_stake_and_odds(
    changes: dict[str, object], reason: str
) -> None:
    """The first reason that holds is shown."""
    scheme = make_scheme(events=EventScope.of(sports=["football"]))
    bet = msgspec.structs.replace(GOOD, **changes)
    assert evaluate_bet(bet, WeekRules.of([scheme], WEEK), None).reason.value == reason


def test_odds_of_legs_are_multiplied_without_rounding() -> None:
    """At the threshold the product itself decides, not what a display would make of it."""
    scope = EventScope.of(sports=["s1"], legs="qualifying")
    close = [Leg("m1-a", 1224, "s1"), Leg("m2-a", 1225, "s1")]  # 1.4994
    assert reason_of(close, scope, {}) == "BELOW_MIN_ODDS"
    assert reason_of([Leg("m1-a", 1225, "s1"), Leg("m2-a", 1225, "s1")], scope, {}) == "COUNTED"
    assert combined_odds([1224, 1225]) == 1499
    assert combined_odds([1500]) == 1500
    assert combined_odds([2**31 - 1] * MAX_LEGS) == (2**31 - 1) ** MAX_LEGS // 1000 ** (MAX_LEGS - 1)


@given(legs_of_bets)
def test_legs_are_kept_as_they_are(legs: list[Leg]) -> None:
    """What is written is read again, and equal legs are equal texts."""
    assert list(decode_legs(encode_legs(legs))) == legs
    assert encode_legs(list(decode_legs(encode_legs(legs)))) == encode_legs(legs)
