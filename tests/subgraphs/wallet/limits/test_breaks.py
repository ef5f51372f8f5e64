"""Breaks and exclusions: nothing shortens them, and what is never stopped is never refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.acts import STOPPED, Act
from subgraphs.wallet.limits.breaks import (
    ACTIVE,
    MAX_BREAK,
    AccountState,
    Break,
    BreakKind,
    Stop,
    exclude,
    stop_of,
    take_break,
)
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Rules

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LONDON = ZoneInfo("Europe/London")
GB, DK, ELSEWHERE = (Rules.of(RULES, place, NOW) for place in ("GB", "DK", "ZZ"))
PRODUCTS = st.sampled_from([None, *Product])
BREAKS = st.lists(
    st.builds(
        lambda kind, product, since, days: Break(
            kind, product, NOW + since * DAY, NOW + (since + days) * DAY
        ),
        st.sampled_from(BreakKind),
        PRODUCTS,
        st.integers(-9, 9),
        st.integers(1, 9),
    ),
    max_size=5,
)
ACCOUNTS = st.builds(
    AccountState,
    st.sampled_from(["active", "suspended", "closed"]),
    st.sampled_from(["none", "restricted", "self_excluded"]),
)


def test_what_is_stopped_and_what_never() -> None:
    """The table is whole, and says what the contract says."""
    assert set(STOPPED) == set(Act)
    assert {act.value for act in Act if STOPPED[act]} == {"DEPOSIT", "BET", "GAME", "OFFER", "MESSAGE"}


@given(BREAKS, ACCOUNTS, st.sampled_from(Act), PRODUCTS)
def test_what_is_never_stopped_is_not_stopped_by_anything(
    breaks: list[Break], account: AccountState, act: Act, product: Product | None
) -> None:
    """Whatever was chosen, and whatever an account message says."""
    stop = stop_of(breaks, account, act, product, NOW)
    if act in {Act.WITHDRAWAL, Act.SETTLEMENT, Act.WIN, Act.ROLLBACK, Act.REFUND}:
        assert stop is None
    if stop is not None:
        assert PlatformErrorCode(stop.code)


@given(BREAKS, BREAKS, ACCOUNTS, st.sampled_from([Act.DEPOSIT, Act.BET]), st.integers(0, 20))
def test_whatever_is_chosen_later_shortens_nothing(
    earlier: list[Break], later: list[Break], account: AccountState, act: Act, days: int
) -> None:
    """What stops an act at an instant stops it also with more breaks, and for as long at least."""
    at = NOW + days * DAY
    before, after = (
        stop_of(breaks, account, act, Product.CASINO, at) for breaks in (earlier, earlier + later)
    )
    if before is not None:
        assert after is not None
        strength = ["COOLING_OFF", "ACCOUNT_SUSPENDED", "SELF_EXCLUDED"]
        assert strength.index(after.code) >= strength.index(before.code)
        if before.code == after.code and after.until is not None:
            assert before.until is not None
            assert after.until >= before.until


@given(BREAKS, st.sampled_from([act for act in Act if STOPPED[act]]), PRODUCTS)
def test_an_act_is_stopped_while_a_break_of_it_lasts(
    breaks: list[Break], act: Act, product: Product | None
) -> None:
    """A break of one product stops that one alone; one of everything stops everything."""
    holding = [
        chosen
        for chosen in breaks
        if chosen.since <= NOW < chosen.until and chosen.product in {None, product}
    ]
    assert (stop_of(breaks, ACTIVE, act, product, NOW) is not None) == bool(holding)


@pytest.mark.parametrize(
    ("account", "stop"),
    [
        (ACTIVE, Stop("COOLING_OFF", NOW + DAY)),
        (AccountState(rg_state="restricted"), Stop("COOLING_OFF", None)),
        (AccountState("suspended"), Stop("ACCOUNT_SUSPENDED", None)),
        (AccountState("closed"), Stop("ACCOUNT_SUSPENDED", None)),
        (AccountState(rg_state="self_excluded"), Stop("SELF_EXCLUDED", None)),
    ],
)
def test_of_a_break_and_an_account_message_the_stricter_holds(account: AccountState, stop: Stop) -> None:
    """A break of a day, beside what an account message says."""
    breaks = [Break(BreakKind.BREAK, None, NOW, NOW + DAY)]
    assert stop_of(breaks, account, Act.BET, Product.BETTING, NOW) == stop


@pytest.mark.parametrize("kind", BreakKind)
def test_of_two_the_one_that_ends_later_holds(kind: BreakKind) -> None:
    """In whichever order they were chosen."""
    brief, long = (Break(kind, None, NOW, NOW + days * DAY) for days in (1, 2))
    for breaks in ([brief, long], [long, brief]):
        stop = stop_of(breaks, ACTIVE, Act.DEPOSIT, None, NOW)
        assert stop is not None
        assert stop.until == NOW + 2 * DAY


def test_an_exclusion_chosen_here_is_stricter_than_a_restriction() -> None:
    """An account that is restricted or suspended is self-excluded if the customer chose so here."""
    breaks = [Break(BreakKind.EXCLUSION, None, NOW, NOW + 200 * DAY)]
    for account in (AccountState(rg_state="restricted"), AccountState("closed")):
        assert stop_of(breaks, account, Act.OFFER, None, NOW) == Stop("SELF_EXCLUDED", NOW + 200 * DAY)


@pytest.mark.parametrize(
    ("rules", "length", "lasts"),
    [
        (GB, DAY, DAY),
        (GB, DAY - MINUTE, DAY),
        (GB, DAY - 6 * MINUTE, None),
        (GB, 42 * DAY, 42 * DAY),
        (GB, 42 * DAY + MINUTE, 42 * DAY),
        (GB, 43 * DAY, None),
        (GB, -DAY, None),
        (DK, 43 * DAY, 43 * DAY),
        (ELSEWHERE, MAX_BREAK + DAY, None),
    ],
)
def test_how_long_a_break_may_be(rules: Rules, length: timedelta, lasts: timedelta | None) -> None:
    """From 24 hours on, in GB up to six weeks; a page's clock may be some minutes off."""
    chosen = take_break(NOW + length, None, rules=rules, at=NOW)
    if lasts is None:
        assert isinstance(chosen, Refusal)
        assert PlatformErrorCode(chosen.code) is PlatformErrorCode.NOT_ALLOWED_HERE
    else:
        assert chosen == Break(BreakKind.BREAK, None, NOW, NOW + lasts)


def test_how_long_an_exclusion_is() -> None:
    """In GB six months at least; in Denmark a month, which is never less than 30 days."""
    assert isinstance(exclude(5, rules=GB, zone=LONDON, at=NOW), Refusal)
    until = datetime(2027, 5, 1, 11, tzinfo=UTC)  # noon in London, in summer
    assert exclude(6, rules=GB, zone=LONDON, at=NOW) == Break(BreakKind.EXCLUSION, None, NOW, until)
    february = datetime(2026, 2, 1, 12, tzinfo=UTC)
    danish = exclude(1, rules=DK, zone=ZoneInfo("Europe/Copenhagen"), at=february)
    assert danish == Break(BreakKind.EXCLUSION, None, february, february + 30 * DAY)
    for months in (0, -1, 601):
        with pytest.raises(BadInput):
            exclude(months, rules=ELSEWHERE, zone=LONDON, at=NOW)
