"""How a ticket on virtual races is mapped."""

from typing import Any

import pytest

from consumers.feeds.adapters.virtual import FEED
from consumers.stream.errors import Poison
from tests.support.consumers.feed_records import example, progress_body, written

ISSUED, RESULTED, CANCELLED = "2026-03-25T14:00:00Z", "2026-03-25T14:03:00Z", "2026-03-25T14:09:00Z"


def said(*fields: str, **changes: Any) -> tuple[Any, ...]:
    """Return some fields of the message for a £2 ticket at 7/2, with changes."""
    body = progress_body(FEED, example(FEED, **changes))
    return tuple(body[field] for field in fields)


@pytest.mark.parametrize(
    ("state", "revision", "status", "counts", "since"),
    [
        ("ISSUED", 1, "placed", 200, ISSUED),
        ("RESULTED", 2, "settled", 200, RESULTED),
        ("CANCELLED", 3, "void", 0, CANCELLED),
    ],
)
def test_the_state_is_the_revision(state: str, revision: int, status: str, counts: int, since: str) -> None:
    """The feed has no versions, but its states come in one order."""
    at = {"issued": ISSUED, "resulted": RESULTED, "cancelled": CANCELLED}
    fields = said("bet_revision", "status", "counting_stake_minor", "occurred_at", state=state, at=at)
    assert fields == (revision, status, counts, since)


@pytest.mark.parametrize(
    ("odds", "bet_type", "milli"),
    [
        (["7/2"], "single", 4500),
        (["evens"], "single", 2000),
        (["1/3"], "single", 1333),
        (["evens", "7/2"], "multiple", 9000),
        (["1/3", "1/3", "1/3"], "multiple", 2370),
        (["7/2", "SP"], "multiple", None),
        (["SP"], "single", None),
    ],
)
def test_odds_of_several_runners_multiply(odds: list[str], bet_type: str, milli: int | None) -> None:
    """They multiply exactly and are rounded down once; they are unknown as long as one is."""
    fields = said("bet_type", "odds_milli", selections=[{"odds": one} for one in odds])
    assert fields == (bet_type, milli)


def test_selections_may_say_which_they_are() -> None:
    """Each with its own odds, unknown at the starting price; all of them do, or none."""
    picks = [
        {"odds": "10/3", "on": {"selection_id": "market-a"}},
        {"odds": "SP", "on": {"selection_id": "r-18-4", "sport": "virtual-racing"}},
    ]
    (legs,) = said("legs", selections=picks)
    assert legs == [
        {"selection_id": "market-a", "odds_milli": 4333},
        {"selection_id": "r-18-4", "odds_milli": None, "sport": "virtual-racing"},
    ]
    with pytest.raises(Poison, match="leg 2 does not: name all, or none"):
        FEED.progress(written(example(FEED, selections=[picks[0], {"odds": "evens"}])))


@pytest.mark.parametrize(("token", "source"), [(None, "cash"), ("FREE-1", "free_bet")])
def test_a_token_is_a_free_bet(token: str | None, source: str) -> None:
    """A ticket paid for by a token does not count."""
    assert said("stake_source", token=token) == (source,)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"selections": [{"odds": "7-2"}]}, r"`\$.selections\[0\].odds`"),
        ({"selections": [{"odds": "7/0"}]}, r"`\$.selections\[0\].odds`"),
        ({"selections": [{"odds": "\u0661/\u0662"}]}, r"`\$.selections\[0\].odds`"),
        (
            {"at": {"issued": "2026-03-25T14:00:00Z", "resulted": "2026-03-25T13:00:00Z"}},
            "`resulted` is before",
        ),
        ({"selections": []}, "not a record of virtual.tickets.v1"),
        ({"state": "RESULTED"}, "time at which the ticket was RESULTED is missing"),
        ({"stake": "2.005"}, "more decimals than GBP"),
    ],
)
def test_implausible_records_are_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    """A dead letter says what is wrong."""
    with pytest.raises(Poison, match=reason):
        FEED.progress(written(example(FEED, **changes)))
