"""How an e-sports wager is mapped."""

from typing import Any

import pytest

from consumers.feeds.adapters.esports import FEED
from consumers.stream.errors import Poison
from tests.support.consumers.feed_records import example, progress_body, written


def said(*fields: str, **changes: Any) -> tuple[Any, ...]:
    """Return some fields of the message for a £5 wager at 2.5, with changes."""
    body = progress_body(FEED, example(FEED, **changes))
    return tuple(body[field] for field in fields)


@pytest.mark.parametrize(
    ("status", "refunded", "becomes", "counts"),
    [
        ("ACCEPTED", 0, "placed", 500),
        ("WON", 0, "settled", 500),
        ("LOST", 0, "settled", 500),
        ("LOST", 200, "partially_void", 300),
        ("ACCEPTED", 200, "partially_void", 300),
        ("REFUNDED", 500, "void", 0),
        ("REFUNDED", 0, "void", 0),
        ("REJECTED", 0, "void", 0),
        ("CASHED_OUT", 0, "cashed_out", 0),
        ("CASHED_OUT", 200, "cashed_out", 0),
    ],
)
def test_won_and_lost_count_alike_and_what_was_taken_back_does_not(
    status: str, refunded: int, becomes: str, counts: int
) -> None:
    """The stake counts, whatever the result."""
    fields = said("status", "counting_stake_minor", status=status, refundedMinor=refunded)
    assert fields == (becomes, counts)


def test_the_wager_is_betting_on_the_esports_channel() -> None:
    """A scheme may exclude e-sports by its channel."""
    assert said("product", "channel", "bet_id") == ("betting", "esports", "esports.884213")


@pytest.mark.parametrize(
    ("kind", "bet_type"), [("SINGLE", "single"), ("COMBO", "multiple"), ("SYSTEM", "system")]
)
def test_each_kind_of_wager_has_its_bet_type(kind: str, bet_type: str) -> None:
    """The platform's words are not the contract's."""
    assert said("bet_type", betType=kind) == (bet_type,)


def test_a_bonus_is_a_free_bet() -> None:
    """It does not count, and the customer sees why."""
    assert said("stake_source", bonus=True) == ("free_bet",)


@pytest.mark.parametrize(
    ("odds", "milli"), [(2.5, 2500), (1.1, 1100), (4.35, 4350), (3.3333, 3333), (2, 2000)]
)
def test_odds_are_read_as_they_are_written(odds: float, milli: int) -> None:
    """They are not read as binary fractions, which would turn 4.35 into 4349."""
    assert said("odds_milli", odds=odds) == (milli,)


def test_times_are_milliseconds_since_1970() -> None:
    """They are exact to the millisecond."""
    assert said("occurred_at", updatedAt=1774451000125) == ("2026-03-25T15:03:20.125000Z",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"refundedMinor": 501}, "more was refunded than was staked"),
        ({"odds": 0.5}, "below 1"),
        ({"createdAt": 0}, r"`\$.createdAt`"),
        ({"odds": "2.5"}, "not a number"),
        ({"status": "PENDING"}, "not a record of esports.wagers.v1"),
    ],
)
def test_implausible_records_are_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    """A dead letter says what is wrong."""
    with pytest.raises(Poison, match=reason):
        FEED.progress(written(example(FEED, **changes)))


def test_a_wager_may_say_what_it_is_on() -> None:
    """A leg for each match, at its own odds, which are read exactly."""
    on = [
        {"selectionId": "market-a", "odds": 2.1},
        {"selectionId": "m-2", "odds": 1, "sport": "chess", "sportsEventId": "m"},
    ]
    (legs,) = said("legs", on=on)
    assert legs == [
        {"selection_id": "market-a", "odds_milli": 2100},
        {"selection_id": "m-2", "odds_milli": 1000, "sport": "chess", "sports_event_id": "m"},
    ]
    assert "legs" not in progress_body(FEED, example(FEED, on=[]))


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        ([{"selectionId": "a b", "odds": 2}], r"`\$.on\[0\].selectionId`"),
        ([{"selectionId": "market-a", "odds": 0.5}], "odds of 0.5 are below 1"),
        ([{"selectionId": "market-a"}], "missing required field `odds`"),
        ([{"selectionId": "market-a", "odds": 2}] * 31, r"does not fit club.progress/1.*`\$.legs`"),
    ],
)
def test_what_it_is_on_is_read_strictly(on: list[dict[str, Any]], reason: str) -> None:
    """A dead letter says what is wrong."""
    with pytest.raises(Poison, match=reason):
        FEED.progress(written(example(FEED, on=on)))
