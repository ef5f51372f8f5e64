"""How a sportsbook bet is mapped."""

from typing import Any

import pytest

from consumers.feeds.adapters.sports import FEED
from consumers.stream.errors import Poison
from tests.support.consumers.feed_records import example, progress_body, written

LEG = {"event": "e-1"}
ON = {"on": {"selection_id": "market-a", "price": "2.00"}}
EACH_WAY = LEG | {"each_way": True}


def said(*fields: str, **changes: Any) -> tuple[Any, ...]:
    """Return some fields of the message for a £5 single at 2.5, with changes."""
    body = progress_body(FEED, example(FEED, **changes))
    return tuple(body[field] for field in fields)


@pytest.mark.parametrize(
    ("state", "returned", "status", "counts"),
    [
        ("accepted", "0.00", "placed", 500),
        ("settled", "0.00", "settled", 500),
        ("accepted", "2.00", "partially_void", 300),
        ("settled", "2.00", "partially_void", 300),
        ("settled", "5.00", "partially_void", 0),
        ("void", "0.00", "void", 0),
        ("void", "5.00", "void", 0),
        ("cashed_out", "2.00", "cashed_out", 0),
    ],
)
def test_what_is_left_of_the_stake_counts(state: str, returned: str, status: str, counts: int) -> None:
    """Void legs and partial cash-outs subtract what was returned; the stake itself stays."""
    fields = said("status", "stake_minor", "counting_stake_minor", state=state, returned={"cash": returned})
    assert fields == (status, 500, counts)


@pytest.mark.parametrize(
    ("legs", "combinations", "bet_type"),
    [
        ([LEG], 1, "single"),
        ([LEG] * 3, 1, "multiple"),
        ([LEG] * 3, 4, "system"),
        ([LEG] * 2, 2, "system"),
        ([EACH_WAY], 2, "single"),
        ([LEG], 2, "single"),
        ([EACH_WAY] * 2, 2, "multiple"),
        ([EACH_WAY, LEG], 2, "multiple"),
        ([EACH_WAY] * 5, 2, "multiple"),
        ([EACH_WAY] * 3, 8, "system"),
        ([EACH_WAY] * 2, 6, "system"),
    ],
)
def test_the_kind_of_bet_follows_from_legs_and_combinations(
    legs: list[dict[str, Any]], combinations: int, bet_type: str
) -> None:
    """A Trixie is four bets on three legs, a system; each way all bets are two, and keep their kind."""
    assert said("bet_type", legs=legs, combinations=combinations) == (bet_type,)


def test_an_each_way_single_is_one_bet_of_its_whole_stake_and_price() -> None:
    """Half of it is on the win and half on the place, at the price of the win."""
    fields = said(
        *("bet_type", "stake_minor", "counting_stake_minor", "odds_milli"),
        legs=[EACH_WAY],
        combinations=2,
        price="6.00",
        stake={"cash": "10.00"},
    )
    assert fields == ("single", 1000, 1000, 6000)


@pytest.mark.parametrize(
    ("cash", "free", "source", "stake", "counts"),
    [("5.00", "0.00", "cash", 500, 500), ("0.00", "5.00", "free_bet", 500, 0), ("3", "2", "cash", 500, 300)],
)
def test_only_the_customers_own_money_counts(
    cash: str, free: str, source: str, stake: int, counts: int
) -> None:
    """If part of a stake is a free bet, only the rest counts."""
    fields = said("stake_source", "stake_minor", "counting_stake_minor", stake={"cash": cash, "free": free})
    assert fields == (source, stake, counts)


@pytest.mark.parametrize(
    ("price", "odds"), [("2.50", 2500), ("1.0009", 1000), ("3.333333", 3333), (None, None)]
)
def test_a_price_is_in_thousandths_or_unknown(price: str | None, odds: int | None) -> None:
    """It is rounded down; a starting price is unknown until a later version."""
    assert said("odds_milli", price=price) == (odds,)


def test_legs_say_what_they_are_on_or_none_does() -> None:
    """The platform's own ids, or theirs with the event's names; what they do not say is left out."""
    ours = {"on": {"selection_id": "market-a", "price": "2.505"}}
    names = {"sport": "football", "competition": "cup", "sports_event_id": "e-1"}
    theirs = {"each_way": True, "on": {"selection_id": "s-1", "price": None, **names}}
    (legs,) = said("legs", legs=[ours, theirs])
    assert legs == [
        {"selection_id": "market-a", "odds_milli": 2505},
        {"selection_id": "s-1", "odds_milli": None, **names},
    ]
    for silent in ([LEG], [LEG] * 31, [{"on": None}]):
        assert "legs" not in progress_body(FEED, example(FEED, legs=silent))


@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ([ON, LEG, ON], "leg 2 does not: name all, or none"),
        ([LEG, ON], "leg 1 does not"),
        ([ON] * 31, r"does not fit club.progress/1.*`\$.legs`"),
        ([{"on": {"selection_id": "northbet:market-a", "price": "2.0"}}], r"`\$.legs\[0\].on.selection_id`"),
        ([{"on": {"selection_id": "market-a"}}], r"missing required field `price` - at `\$.legs\[0\].on`"),
        ([{"on": {"selection_id": "market-a", "price": "0.5"}}], r"`\$.legs\[0\].on.price`"),
        ([{"on": {"selection_id": "market-a", "price": "2", "sport": "a b"}}], r"`\$.legs\[0\].on.sport`"),
        ([{"on": "market-a"}], r"`\$.legs\[0\].on`"),
    ],
)
def test_legs_that_say_it_wrongly_are_refused_with_the_reason(
    legs: list[dict[str, Any]], reason: str
) -> None:
    """Judged by only some of its legs, a bet might count by mistake."""
    with pytest.raises(Poison, match=reason):
        FEED.progress(written(example(FEED, legs=legs)))


def test_very_long_odds_are_capped() -> None:
    """Odds beyond what a message holds are capped: the bet counts like any other."""
    assert said("odds_milli", price="9999999.5") == (2**31 - 1,)


def test_amounts_are_in_the_currencys_own_units() -> None:
    """500 yen are 500 minor units, 5 Bahraini dinars 5000."""
    assert said("stake_minor", currency="JPY", stake={"cash": "500"}) == (500,)
    assert said("stake_minor", currency="BHD", stake={"cash": "5"}) == (5000,)


def test_times_are_converted_to_utc() -> None:
    """The week of a bet is found in UTC."""
    after = "2026-03-30T00:40:00+02:00"
    fields = said("placed_at", placed_at="2026-03-30T00:30:00+02:00", changed_at=after)
    assert fields == ("2026-03-29T22:30:00Z",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"returned": {"cash": "5.01"}}, "more of the stake was returned than was staked"),
        ({"stake": {"cash": "5.001"}}, "more decimals than GBP"),
        (
            {"stake": {"cash": "0", "free": "5"}, "returned": {"cash": "0", "free": "6"}},
            "more of the stake was",
        ),
        ({"returned": {"cash": "0", "free": "-1"}}, r"`\$.returned.free`"),
        ({"stake": {"cash": "-5"}}, r"`\$.stake.cash`"),
        ({"stake": {"cash": "9999999.999"}, "currency": "BHD"}, "does not fit club.progress/1"),
        ({"stake": {"cash": "1e99999"}}, r"`\$.stake.cash`"),
        ({"stake": {"cash": "1_0"}}, r"`\$.stake.cash`"),
        ({"stake": {"cash": "\u0661"}}, r"`\$.stake.cash`"),
        ({"price": "0.9"}, r"`\$.price`"),
        ({"legs": ["e-1"]}, r"`\$.legs\[0\]`"),
        ({"changed_at": "2026-03-25T13:58:10Z"}, "`occurred_at` is before `placed_at`"),
        ({"placed_at": "0001-01-01T00:00:00+10:00"}, "the year 1 is implausible"),
        ({"placed_at": "2026-03-25T14:03:11"}, "not a record of sports.bets.v1"),
        ({"bet": "b" * 60}, "does not fit club.progress/1"),
        ({"bet": ""}, "the id of the bet is empty"),
        ({"account": "c:1"}, "does not fit club.progress/1"),
        ({"schema": "sports.bets/2"}, "not a record of sports.bets.v1"),
    ],
)
def test_implausible_records_are_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    """A dead letter says what is wrong."""
    with pytest.raises(Poison, match=reason):
        FEED.progress(written(example(FEED, **changes)))
