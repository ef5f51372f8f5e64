"""What traders decide about slips: suspensions, limits by scope, and customers' factors."""

from collections.abc import Mapping
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.bets.accepting.acceptance import Accepted, BetRules, Refused, StakeLimits, accept
from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.trading.rules import (
    FULL_MILLI,
    NO_RULES,
    Limit,
    Scope,
    StakeRange,
    Target,
    TradingRules,
    liability_limits,
    refusal,
    targets_of,
    with_factor,
)
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.offers import Offer
from tests.subgraphs.bets.slips import NOON, RULES, offer, offered, slip

OFFER = offer(1, market_kind="WIN")
OTHER = offer(2, market_kind="WIN", sport="football")
MONEY = st.integers(0, 1_000_000)
LIMITS = st.builds(Limit, stake=st.none() | MONEY, liability=st.none() | MONEY)
CURRENCIES = st.sampled_from(["GBP", "EUR"])
SLIPS = st.builds(
    partial(slip, (1, 2)), stake=st.integers(1, 500_000), each_way=st.booleans(), currency=CURRENCIES
)


def about(*offers: Offer) -> st.SearchStrategy[Target]:
    """Generate anything that a decision about some selections may be about."""
    return st.sampled_from([target for one in offers for target in targets_of(one)])


def limits() -> st.SearchStrategy[Mapping[tuple[Target, str], Limit]]:
    """Generate limits of two selections, and of all that these are parts of."""
    return st.dictionaries(st.tuples(about(OFFER, OTHER), CURRENCIES), LIMITS, max_size=12)


def test_without_decisions_everything_is_taken() -> None:
    """A brand without traders has what its settings say."""
    assert refusal(slip((1, 2)), offered(OFFER, OTHER), NO_RULES) is None
    assert NO_RULES.over(RULES) == RULES
    assert liability_limits([OFFER], "GBP", NO_RULES) == {}


@given(st.sets(about(OFFER, OTHER), max_size=4), st.sets(about(offer(3, sport="darts")), max_size=3))
def test_what_is_suspended_at_any_level_is_suspended(mine: set[Target], others: set[Target]) -> None:
    """And nothing else: what is decided of other selections changes nothing."""
    rules = TradingRules(suspended=frozenset(mine | {target for target in others if target.id}))
    asked = slip((1, 2))
    refused = refusal(asked, offered(OFFER, OTHER), rules)
    touched = {*targets_of(OFFER), *targets_of(OTHER)} & rules.suspended
    assert (refused is not None) is bool(touched)
    assert refused is None or refused.code is PlatformErrorCode.SUSPENDED


@given(limits(), CURRENCIES)
def test_the_narrowest_limit_decides(decided: Mapping[tuple[Target, str], Limit], currency: str) -> None:
    """Of the stake and of the liability each, and whatever is decided of wider scopes."""
    rules = TradingRules(limits=decided)
    stake = liability = None
    for scope in reversed(Scope):  # the plain way: wider ones first, and each narrower one replaces them
        target = next(target for target in targets_of(OFFER) if target.scope is scope)
        limit = decided.get((target, currency), Limit())
        stake = stake if limit.stake is None else limit.stake
        liability = liability if limit.liability is None else limit.liability
    assert rules.most_stake(OFFER, currency) == stake
    assert rules.most_liability(OFFER, currency) == liability
    said = {} if liability is None else {OFFER.selection_id: liability}
    assert liability_limits([OFFER], currency, rules) == said


@given(limits(), SLIPS)
def test_a_slip_is_taken_up_to_the_lowest_limit_of_its_selections(
    decided: Mapping[tuple[Target, str], Limit], asked: Slip
) -> None:
    """Each way costs twice; what is limited in another currency is not limited here."""
    rules, offers = TradingRules(limits=decided), offered(OFFER, OTHER)
    said = [rules.most_stake(one, asked.currency) for one in (OFFER, OTHER)]
    fits = all(most is None or asked.total_minor <= most for most in said)
    refused = refusal(asked, offers, rules)
    assert (refused is None) is fits
    assert refused is None or refused.code is PlatformErrorCode.STAKE_TOO_HIGH
    apart = {key: limit for key, limit in decided.items() if key[1] == asked.currency}
    assert refusal(asked, offers, TradingRules(limits=apart)) == refused


@given(limits(), st.integers(1, 500_000), st.integers(-10, 5_000), st.integers(-10, 5_000))
def test_a_factor_never_raises_what_is_taken(
    decided: Mapping[tuple[Target, str], Limit], stake: int, lower: int, higher: int
) -> None:
    """What is taken of a customer with some factor is taken of all with a higher one, and of everybody."""
    lower, higher = sorted((lower, higher))
    rules, offers, asked = TradingRules(limits=decided), offered(OFFER), slip(stake=stake)
    if refusal(asked, offers, rules, lower) is None:
        assert refusal(asked, offers, rules, higher) is None
        assert refusal(asked, offers, rules) is None
    usual = rules.over(RULES).stakes["GBP"].maximum
    assert rules.over(RULES, lower).stakes["GBP"].maximum <= rules.over(RULES, higher).stakes["GBP"].maximum
    assert rules.over(RULES, higher).stakes["GBP"].maximum <= usual


@given(MONEY, st.integers(0, FULL_MILLI))
def test_a_factor_is_a_part_rounded_down(most: int, factor: int) -> None:
    """A customer of nothing may stake nothing."""
    part = with_factor(most, factor)
    assert part * FULL_MILLI <= most * factor < (part + 1) * FULL_MILLI
    assert with_factor(most, 0) == 0


def test_traders_change_the_rules_of_acceptance() -> None:
    """Least and most stake by currency, most legs and the bet delay; other currencies stay as they were."""
    euro = StakeLimits(minimum=1, maximum=9)
    usual = BetRules(stakes={**RULES.stakes, "EUR": euro}, max_legs=20, delay_seconds=5)
    rules = TradingRules(stakes={"GBP": StakeRange(50, 80)}, max_legs=2, delay_seconds=9.5)
    assert rules.over(usual) == BetRules(
        stakes={"GBP": StakeLimits(minimum=50, maximum=80, returns=10_000_00), "EUR": euro},
        max_legs=2,
        delay_seconds=9.5,
    )
    offers = offered(offer(1, in_play=True))
    assert accept(slip(stake=80), offers, rules.over(usual), NOON).delay_seconds == 9.5  # type: ignore[union-attr]
    for stake, code in ((49, PlatformErrorCode.STAKE_TOO_LOW), (81, PlatformErrorCode.STAKE_TOO_HIGH)):
        refused = accept(slip(stake=stake), offers, rules.over(usual), NOON)
        assert isinstance(refused, Refused)
        assert refused.code is code


def test_a_customer_of_half_the_stake_is_refused_above_it() -> None:
    """Also if no trader limits anything: half of the most of the brand."""
    rules = NO_RULES.over(RULES, 500)
    assert isinstance(accept(slip(stake=50_00), offered(OFFER), rules, NOON), Accepted)
    assert isinstance(accept(slip(stake=50_01), offered(OFFER), rules, NOON), Refused)


def test_a_selection_that_is_not_offered_is_none_of_the_traders() -> None:
    """Acceptance refuses it."""
    rules = TradingRules(suspended=frozenset({Target(Scope.BRAND)}))
    assert refusal(slip(), {}, rules) is None
