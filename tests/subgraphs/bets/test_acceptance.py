"""Which slips become bets: prices, suspensions, stakes, combinations and places."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import Accepted, Refused, accept
from subgraphs.bets.accepting.slip import PriceChanges, Slip
from subgraphs.kit.offers import Offer, OfferStatus, Terms
from tests.subgraphs.bets.slips import FIFTH, NOON, RULES, offer, offered, selection, slip

LATE = replace(RULES, late_starts={"horse-racing": timedelta(minutes=15)})
N, H, A = PriceChanges.NONE, PriceChanges.HIGHER, PriceChanges.ANY


def code_of(asked: Slip, *offers: Offer) -> str | None:
    """Return why a slip is refused; None if it is not."""
    decision = accept(asked, offered(*offers), RULES, NOON)
    return decision.code if isinstance(decision, Refused) else None


@pytest.mark.parametrize(
    ("changes", "offered_terms", "code"),
    [
        *[(changes, Terms(1, 5, 3), None) for changes in PriceChanges],
        *[(N, Terms(1, 10, 3), "PRICE_CHANGED"), (N, Terms(1, 4, 3), "PRICE_CHANGED")],
        *[(H, Terms(1, 4, 3), None), (H, Terms(1, 5, 4), None), (H, Terms(1, 4, 2), "PRICE_CHANGED")],
        *[(H, Terms(1, 10, 4), "PRICE_CHANGED"), (A, Terms(1, 10, 2), None)],
    ],
)
def test_place_terms_are_a_part_of_the_price(
    changes: PriceChanges, offered_terms: Terms, code: str | None
) -> None:
    """Those that were seen, of a bet each way; who says nothing of them takes those of now."""
    asked = slip(changes=changes, each_way=True)
    seen = replace(asked, legs=tuple(replace(leg, terms=Terms(1, 5, 3)) for leg in asked.legs))
    now = offer(terms=offered_terms)
    assert code_of(seen, now) == code
    assert code_of(asked, now) is None
    assert code_of(replace(seen, each_way=False), now) is None
    decision = accept(seen, offered(now), RULES, NOON)
    if isinstance(decision, Refused):
        assert decision.changed == (selection(1),)
    else:
        assert decision.legs[0].terms == offered_terms


@pytest.mark.parametrize(
    ("changes", "offered_milli", "code"),
    [
        *[(changes, 3000, None) for changes in PriceChanges],
        *[(N, 3010, "PRICE_CHANGED"), (H, 3010, None), (A, 3010, None)],
        *[(N, 2990, "PRICE_CHANGED"), (H, 2990, "PRICE_CHANGED"), (A, 2990, None)],
    ],
)
def test_changed_prices_are_taken_as_the_customer_asked(
    changes: PriceChanges, offered_milli: int, code: str | None
) -> None:
    """A higher price is another price: who takes no changes is asked."""
    assert code_of(slip(seen=3000, changes=changes), offer(odds_milli=offered_milli)) == code


def test_a_bet_gets_the_odds_that_are_offered() -> None:
    """Also where they are higher than those that were seen; and the places if it is each way."""
    better = offered(offer(odds_milli=3500, withdrawn=("market1-gone",)))
    decision = accept(slip(changes=H, each_way=True), better, RULES, NOON)
    assert isinstance(decision, Accepted)
    (leg,) = decision.legs
    assert (leg.odds_milli, leg.terms, leg.withdrawn) == (3500, FIFTH, ("market1-gone",))
    assert (leg.event, leg.market, leg.pick) == ("Race 1", "Win", "Horse 1")
    plain = accept(slip(), offered(offer()), RULES, NOON)
    assert isinstance(plain, Accepted)
    assert plain.legs[0].terms is None


def test_who_is_asked_about_new_prices_learns_which_ones() -> None:
    """Only those that changed."""
    decision = accept(slip((1, 2)), offered(offer(1), offer(2, odds_milli=2000)), RULES, NOON)
    assert isinstance(decision, Refused)
    assert decision.changed == (selection(2),)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (slip(()), "UNKNOWN_SELECTION"),
        (slip((1, 9)), "UNKNOWN_SELECTION"),
        (slip((1, 1)), "RELATED_SELECTIONS"),
        (slip((1, 3)), "RELATED_SELECTIONS"),
        (slip((2,), each_way=True), "NOT_EACH_WAY"),
        (slip(currency="EUR"), "WRONG_CURRENCY"),
        (slip(stake=9), "STAKE_TOO_LOW"),
        (slip(stake=10), None),
        (slip(stake=100_01), "STAKE_TOO_HIGH"),
        (slip(stake=50_01, each_way=True), "STAKE_TOO_HIGH"),
        (slip(stake=50_00, each_way=True), None),
        (slip((1, 2)), None),
    ],
)
def test_what_a_slip_may_have(asked: Slip, code: str | None) -> None:
    """Selection 3 is of the same event as 1, 2 has no place terms, and there is no 9."""
    offers = offer(1), offer(2, terms=None), offer(3, sports_event_id="event1")
    assert code_of(asked, *offers) == code


def test_nobody_bets_for_more_than_can_be_paid() -> None:
    """A few long odds in one bet exceed any sum; and so many legs are too many."""
    numbers = range(1, 21)
    offers = [offer(number, odds_milli=1_000_000) for number in range(1, 22)]
    assert code_of(slip(numbers, seen=1_000_000), *offers) == "STAKE_TOO_HIGH"
    unlimited = {"GBP": replace(RULES.stakes["GBP"], returns=2**60)}
    decision = accept(slip(numbers, seen=1_000_000), offered(*offers), replace(RULES, stakes=unlimited), NOON)
    assert isinstance(decision, Refused)
    assert code_of(slip(range(1, 22), seen=1_000_000), *offers) == "TOO_MANY_SELECTIONS"


@pytest.mark.parametrize("status", [OfferStatus.SUSPENDED, OfferStatus.OVER])
def test_what_is_suspended_is_said_before_its_price(status: OfferStatus) -> None:
    """Whoever sees both would take the price, and be refused again."""
    assert code_of(slip((1, 2)), offer(1), offer(2, status=status, odds_milli=2000)) == "SUSPENDED"
    assert code_of(slip(changes=A), offer(odds_milli=None)) == "SUSPENDED"
    assert code_of(slip(changes=A), offer(odds_milli=1000)) == "SUSPENDED"


@pytest.mark.parametrize(
    ("sport", "minutes", "code", "waits"),
    [
        *[
            ("football", -1, None, False),
            ("football", 0, "SUSPENDED", False),
            ("football", 120, "SUSPENDED", False),
        ],
        *[
            ("horse-racing", -1, None, False),
            ("horse-racing", 0, None, True),
            ("horse-racing", 14, None, True),
        ],
        *[("horse-racing", 15, "SUSPENDED", False), ("horse-racing", 120, "SUSPENDED", False)],
    ],
)
def test_an_advertised_start_closes_unless_the_sport_begins_late(
    sport: str, minutes: int, code: str | None, *, waits: bool
) -> None:
    """A race that is late waits for the bet delay, and closes after a while, whatever its provider says."""
    late = offer(sport=sport, starts_at=NOON - timedelta(minutes=minutes))
    decision = accept(slip(), offered(late), LATE, NOON)
    assert (decision.code if isinstance(decision, Refused) else None) == code
    assert isinstance(decision, Refused) or (decision.delay_seconds > 0) is waits
    assert isinstance(accept(slip(), offered(replace(late, in_play=True)), LATE, NOON), Accepted)


any_offers = st.builds(
    offer,
    st.integers(1, 4),
    status=st.sampled_from(OfferStatus),
    odds_milli=st.none() | st.integers(1000, 20_000),
    terms=st.sampled_from([None, FIFTH]),
    in_play=st.booleans(),
    sports_event_id=st.sampled_from(["event1", "event2", "event3"]),
)
any_slips = st.builds(
    slip,
    st.lists(st.integers(1, 5), max_size=4),
    stake=st.integers(0, 20_000),
    each_way=st.booleans(),
    currency=st.sampled_from(["GBP", "EUR"]),
    seen=st.integers(1001, 20_000),
    changes=st.sampled_from(PriceChanges),
)


@given(any_slips, st.lists(any_offers, max_size=4))
def test_what_is_accepted_is_offered_and_wanted(asked: Slip, offers: list[Offer]) -> None:
    """Nothing suspended, no price the customer does not take, no stake outside its limits."""
    known = offered(*offers)
    decision = accept(asked, known, RULES, NOON)
    if isinstance(decision, Refused):
        assert decision.message
        assert set(decision.changed) <= known.keys()
        return
    assert 10 <= asked.stake_minor <= asked.total_minor <= 100_00
    assert len({known[leg.selection_id].sports_event_id for leg in decision.legs}) == len(asked.legs)
    for wanted, leg in zip(asked.legs, decision.legs, strict=True):
        taken = known[leg.selection_id]
        assert wanted.selection_id == leg.selection_id
        assert (taken.status, taken.odds_milli) == (OfferStatus.OPEN, leg.odds_milli)
        assert asked.changes.takes(wanted.odds_milli, leg.odds_milli)
        assert leg.terms == (taken.terms if asked.each_way else None)
        assert not asked.each_way or leg.terms is not None
    waits = any(known[leg.selection_id].in_play for leg in decision.legs)
    assert decision.delay_seconds == (RULES.delay_seconds if waits else 0)
