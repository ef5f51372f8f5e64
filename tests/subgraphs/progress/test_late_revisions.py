"""What happens to a bet after its week has closed leaves the week as it is, and waits for a person."""

from typing import Any

import pytest

from subgraphs.progress.models import CONTRIBUTION, KEPT_REVISION, LATE_REVISION, PROGRESS
from subgraphs.progress.review_repository import late_revisions
from tests.support.consumers.progress_reducer import Reducer, reducer
from tests.support.consumers.sample_messages import account, bet, scheme
from tests.support.database_probe import contents

__all__ = ["reducer"]

IN_GRACE = "2026-03-29T23:59:59.999999Z"
CLOSED = "2026-03-30T00:00:00Z"
"""Week 13 of 2026 ends in London on Sunday at 23:00 UTC; the scheme's grace is an hour."""

MUCH_LATER = "2026-05-17T18:00:00Z"


async def queue(reducer: Reducer) -> list[tuple[Any, ...]]:
    """Return the review queue: bet, revision, what it counts, what it would count, and why."""
    async with reducer.database.read() as connection:
        revisions = await late_revisions(connection, brand=None, iso_week=None, limit=100)
    return [
        (
            revision.bet_id,
            revision.revision,
            revision.counted_minor,
            revision.would_count_minor,
            revision.would_be,
        )
        for revision in revisions
    ]


async def test_a_bet_first_heard_of_within_the_grace_counts(reducer: Reducer) -> None:
    """This holds up to the last microsecond of the grace."""
    await reducer.bets(bet(occurred_at=IN_GRACE))
    assert (await reducer.reasons(), await queue(reducer)) == (["COUNTED"], [])


async def test_a_bet_first_heard_of_after_the_grace_is_late_and_waits_for_a_person(
    reducer: Reducer,
) -> None:
    """It counts nothing, and the queue says what it would have counted."""
    await reducer.bets(bet(occurred_at=CLOSED))
    assert await reducer.reasons() == ["LATE"]
    assert await reducer.counted() == 0
    assert await queue(reducer) == [("b-1", 1, 0, 500, "COUNTED")]


async def test_a_late_bet_that_would_not_have_counted_waits_for_nobody(reducer: Reducer) -> None:
    """Its reason is that it came late; in time, it would have counted nothing as well."""
    await reducer.bets(bet(occurred_at=CLOSED, odds_milli=1200))
    assert (await reducer.reasons(), await queue(reducer)) == (["LATE"], [])


async def test_a_bet_settled_long_after_its_week_counts_as_it_did(reducer: Reducer) -> None:
    """The settlement in May of a bet placed in March changes nothing in March."""
    await reducer.bets(bet(), bet(bet_revision=2, status="settled", occurred_at=MUCH_LATER))
    assert (await reducer.reasons(), await queue(reducer)) == (["COUNTED"], [])
    assert await reducer.counted() == 500


async def test_a_void_after_the_week_has_closed_leaves_the_week_and_waits_for_a_person(
    reducer: Reducer,
) -> None:
    """The reward may have been paid: nothing is clawed back automatically."""
    await reducer.bets(bet())
    await reducer.bets(bet(bet_revision=2, status="void", occurred_at=MUCH_LATER))
    assert await reducer.counted() == 500
    assert await queue(reducer) == [("b-1", 2, 500, 0, "VOID")]


async def test_a_void_within_the_grace_takes_the_stake_back(reducer: Reducer) -> None:
    """The week is provisional until then."""
    await reducer.bets(bet())
    await reducer.bets(bet(bet_revision=2, status="void", occurred_at=IN_GRACE))
    assert (await reducer.reasons(), await queue(reducer)) == (["VOID"], [])


async def test_a_starting_price_known_after_the_race_decides(reducer: Reducer) -> None:
    """Until then the price is pending; a price below the minimum decides the other way."""
    await reducer.bets(bet(odds_milli=None), bet(bet_id="b-2", odds_milli=None))
    assert await reducer.reasons() == ["PRICE_PENDING", "PRICE_PENDING"]
    await reducer.bets(
        bet(bet_revision=2, status="settled", odds_milli=1500, occurred_at="2026-03-28T16:20:00Z"),
        bet(bet_id="b-2", bet_revision=2, status="settled", odds_milli=1499, occurred_at=IN_GRACE),
    )
    assert await reducer.reasons() == ["COUNTED", "BELOW_MIN_ODDS"]
    assert await reducer.counted() == 500


async def test_a_starting_price_known_only_after_the_grace_waits_for_a_person(reducer: Reducer) -> None:
    """The customer sees that the price was pending, and a person can see why."""
    await reducer.bets(bet(odds_milli=None), bet(bet_revision=2, odds_milli=2000, occurred_at=CLOSED))
    assert await reducer.reasons() == ["PRICE_PENDING"]
    assert await queue(reducer) == [("b-1", 2, 0, 500, "COUNTED")]


async def test_the_revision_in_time_may_arrive_after_the_late_one(reducer: Reducer) -> None:
    """Then it is in force, as if it had arrived first."""
    await reducer.bets(bet(bet_revision=2, status="void", occurred_at=MUCH_LATER))
    assert await reducer.reasons() == ["LATE"]
    outcome = await reducer.bets(bet())
    assert outcome.stale == 0
    assert (await reducer.reasons(), await reducer.counted()) == (["COUNTED"], 500)
    assert await queue(reducer) == [("b-1", 2, 500, 0, "VOID")]


async def test_an_account_that_arrives_later_decides_what_was_late(reducer: Reducer) -> None:
    """Another jurisdiction's scheme may have a longer grace, by which the void counts after all."""
    await reducer.schemes(scheme(jurisdiction="IE", currency="GBP", grace_minutes=24 * 60))
    await reducer.bets(bet(), bet(bet_revision=2, status="void", occurred_at=CLOSED))
    assert await queue(reducer) == [("b-1", 2, 500, 0, "VOID")]
    await reducer.accounts(account(jurisdiction="IE", currency="GBP"))
    assert (await reducer.reasons(), await queue(reducer)) == (["VOID"], [])
    await reducer.accounts(account(revision=2))
    assert (await reducer.reasons(), await reducer.counted()) == (["COUNTED"], 500)
    assert await queue(reducer) == [("b-1", 2, 500, 0, "VOID")]


async def test_the_same_late_revision_again_changes_nothing(reducer: Reducer) -> None:
    """Every record of a replay is known."""
    records = [bet(), bet(bet_revision=2, status="void", occurred_at=CLOSED)]
    await reducer.bets(*records)
    tables = (CONTRIBUTION, KEPT_REVISION, LATE_REVISION, PROGRESS)
    before = await contents(reducer.database, *tables)
    assert (await reducer.bets(*records)).duplicates == 2
    assert await contents(reducer.database, *tables) == before


@pytest.mark.parametrize(
    ("brand", "week", "found"), [("northbet", "2026-W13", 1), ("northbet", "2026-W14", 0)]
)
async def test_the_queue_can_be_asked_for_a_week(reducer: Reducer, brand: str, week: str, found: int) -> None:
    """The week is the one in which the bet was placed."""
    await reducer.bets(bet(occurred_at=CLOSED))
    async with reducer.database.read() as connection:
        assert len(await late_revisions(connection, brand=brand, iso_week=week, limit=10)) == found
