"""How an order on the betting exchange is mapped: its commission counts, once there is one."""

from typing import Any

import pytest

from consumers.feeds.adapters.exchange import FEED
from consumers.stream.errors import Poison
from tests.support.consumers.feed_records import example, progress_body, written

MATCHED = {"size": "50.00", "price": "3.45"}
SETTLED = {"state": "SETTLED", "matched": MATCHED, "commission": "2.45", "revision": 3}


def said(*fields: str, **changes: Any) -> tuple[Any, ...]:
    """Return some fields of the message for a back order, with changes."""
    body = progress_body(FEED, example(FEED, **changes))
    return tuple(body[field] for field in fields)


def test_the_commission_counts_not_the_stake() -> None:
    """£50 that won at 3.45 and pays £2.45 of commission counts £2.45."""
    fields = said("status", "stake_minor", "counting_stake_minor", "odds_milli", **SETTLED)
    assert fields == ("settled", 5000, 245, 3450)


def test_an_order_that_lost_pays_no_commission_and_counts_nothing() -> None:
    """Commission is due on winnings only."""
    assert said("status", "counting_stake_minor", **SETTLED | {"commission": "0.00"}) == ("settled", 0)


@pytest.mark.parametrize("state", ["OPEN", "MATCHED"])
def test_before_it_is_settled_it_has_no_odds(state: str) -> None:
    """What counts is unknown: the customer sees a pending price, not a bet that counts nothing."""
    fields = said("status", "counting_stake_minor", "odds_milli", state=state, matched=MATCHED)
    assert fields == ("placed", 0, None)


def test_an_order_may_say_which_selection_it_is_on() -> None:
    """At the odds of the customer's own side, which are not known before it is settled."""
    on = {"selection_id": "market-a", "competition": "cup"}
    laid = SETTLED | {"side": "LAY", "matched": {"size": "50.00", "price": "3.00"}}
    for changes, odds in (({"state": "OPEN"}, None), (SETTLED, 3450), (laid, 1500)):
        assert said("legs", on=on, **changes) == ([{**on, "odds_milli": odds}],)
    assert "legs" not in progress_body(FEED, example(FEED, on=None))


@pytest.mark.parametrize("state", ["VOIDED", "LAPSED", "CANCELLED"])
def test_what_was_taken_back_is_void(state: str) -> None:
    """So is an order of a voided market, and an order that was not matched."""
    assert said("status", "counting_stake_minor", state=state) == ("void", 0)


@pytest.mark.parametrize(
    ("price", "at_risk", "odds"), [("3.00", 4000, 1500), ("1.50", 1000, 3000), ("1.01", 20, 101_000)]
)
def test_a_layer_risks_what_the_backer_may_win(price: str, at_risk: int, odds: int) -> None:
    """£20 laid at 3.0 risks £40 to win £20: a stake of £40 at odds of 1.5."""
    laid = SETTLED | {"side": "LAY", "matched": {"size": "20.00", "price": price}}
    assert said("stake_minor", "odds_milli", **laid) == (at_risk, odds)


def test_parts_of_a_penny_are_left_out() -> None:
    """Commission is calculated more finely than it is paid; it never counts more than was paid."""
    assert said("counting_stake_minor", **SETTLED | {"commission": "2.459999"}) == (245,)


def test_a_bonus_is_a_free_bet() -> None:
    """Commission on a bonus does not count."""
    assert said("stake_source", "bet_type", "channel", funds="bonus") == ("free_bet", "single", "exchange")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (SETTLED | {"commission": None}, "commission of a settled order is missing"),
        (SETTLED | {"matched": {"size": "50.00", "price": None}}, "price of a settled order is missing"),
        (SETTLED | {"side": "LAY", "matched": {"size": "5.00", "price": "1.00"}}, "nothing is at risk"),
        (SETTLED | {"commission": "-1"}, r"`\$.commission`"),
        ({"state": "LAPSED", "matched": MATCHED}, "has a matched part"),
    ],
)
def test_implausible_records_are_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    """A dead letter says what is wrong."""
    with pytest.raises(Poison, match=reason):
        FEED.progress(written(example(FEED, **changes)))
