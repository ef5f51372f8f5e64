"""How a round of a casino game is mapped."""

from typing import Any

import pytest

from consumers.feeds.adapters.casino import FEED
from consumers.stream.errors import Poison
from tests.support.consumers.feed_records import example, progress_body, written


def said(*fields: str, **changes: Any) -> tuple[Any, ...]:
    """Return some fields of the message for a round of £1.20, with changes."""
    body = progress_body(FEED, example(FEED, **changes))
    return tuple(body.get(field) for field in fields)


@pytest.mark.parametrize(
    ("status", "becomes", "counts"),
    [("OPEN", "placed", 120), ("CLOSED", "settled", 120), ("ROLLED_BACK", "void", 0)],
)
def test_what_was_wagered_counts_unless_it_is_rolled_back(status: str, becomes: str, counts: int) -> None:
    """It counts whether won or lost, which the feed does not say."""
    assert said("status", "counting_stake_minor", status=status) == (becomes, counts)


def test_a_round_is_no_bet() -> None:
    """It has neither a bet type nor odds nor a channel."""
    assert said("product", "bet_type", "odds_milli", "channel") == ("casino", None, None, None)


@pytest.mark.parametrize(
    ("cash", "bonus", "source", "stake", "counts"),
    [
        (120, 0, "cash", 120, 120),
        (100, 20, "cash", 120, 100),
        (0, 20, "free_bet", 20, 0),
        (0, 0, "free_bet", 0, 0),
    ],
)
def test_only_the_customers_own_money_counts(
    cash: int, bonus: int, source: str, stake: int, counts: int
) -> None:
    """A bonus and a free spin do not count."""
    fields = said(
        "stake_source", "stake_minor", "counting_stake_minor", wagered={"cash": cash, "bonus": bonus}
    )
    assert fields == (source, stake, counts)


def test_a_round_grows_with_each_call_to_the_wallet() -> None:
    """Another wager in the same round is another revision of it."""
    fields = said("bet_id", "bet_revision", "stake_minor", transactions=2, wagered={"cash": 240, "bonus": 0})
    assert fields == ("casino.r-5c0f17", 2, 240)


def test_more_than_a_message_holds_is_refused() -> None:
    """A dead letter says what is wrong."""
    with pytest.raises(Poison, match="does not fit"):
        FEED.progress(written(example(FEED, wagered={"cash": 2**31 - 1, "bonus": 1})))
