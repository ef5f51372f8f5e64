"""What a person decides about a late revision holds, whatever arrives or is replayed afterwards."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from foundation.storage.clock import SystemClock
from subgraphs.progress.errors import NothingToDecide
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.ledger.reconciliation import Reconciliation
from subgraphs.progress.models import (
    CONTRIBUTION,
    LATE_DECISION,
    LATE_REVISION,
    OUTBOX,
    PROGRESS,
    QUALIFICATION,
    WEEK_CLOSING,
)
from subgraphs.progress.review import ReviewService
from subgraphs.progress.review_repository import Decision, DecisionOutcome, late_revisions
from tests.support.consumers.progress_reducer import Reducer, opened_reducer
from tests.support.consumers.sample_messages import account, bet, membership
from tests.support.database_probe import contents

CLOSED = "2026-03-30T00:00:00Z"
LATER = "2026-05-17T18:00:00Z"
AT = datetime(2026, 3, 30, tzinfo=UTC)
TABLES = (CONTRIBUTION, PROGRESS, LATE_REVISION, QUALIFICATION)


@pytest.fixture
async def reducer(database_url: str) -> AsyncIterator[Reducer]:
    """A reducer with a member of the club, and week 13 closed."""
    async with opened_reducer(database_url) as opened:
        await opened.memberships(membership())
        row = {"brand_id": "northbet", "iso_week": "2026-W13", "jurisdiction": "GB", "currency": "GBP"}
        instants = {"opened_at": AT, "provisional_at": AT, "closed_at": AT, "confirmed_at": AT}
        async with opened.database.write() as connection:
            await connection.execute(insert(WEEK_CLOSING).values(row | instants))
        yield opened


async def decide(
    reducer: Reducer, *, accepted: bool, revision: int = 1, bet_id: str = "b-1"
) -> DecisionOutcome:
    """Decide about a late revision, as an operator does."""
    reviewing = ReviewService(reducer.database, ledger_of(reducer.database.dialect), SystemClock())
    decision = Decision("northbet", bet_id, revision, accepted=accepted, by="ann", why="seen the slip")
    return await reviewing.decide(decision)


async def waiting(reducer: Reducer) -> list[tuple[str, int]]:
    """Return bets and revisions in the queue."""
    async with reducer.database.read() as connection:
        revisions = await late_revisions(connection, brand=None, iso_week=None, limit=10)
    return [(revision.bet_id, revision.revision) for revision in revisions]


async def drift(reducer: Reducer) -> list[Any]:
    """Return totals that are not the sums of their contributions."""
    reconciliation = Reconciliation(reducer.database, reducer.database.dialect, SystemClock())
    return [one async for one in reconciliation.drift()]


async def test_an_accepted_bet_counts_and_waits_no_more(reducer: Reducer) -> None:
    """It counts as if it had come in time, by the rules of its week."""
    await reducer.bets(bet(occurred_at=CLOSED))
    await decide(reducer, accepted=True)
    assert (await reducer.reasons(), await reducer.counted(), await waiting(reducer)) == (
        ["COUNTED"],
        500,
        [],
    )
    assert await drift(reducer) == []


async def test_a_rejected_bet_stays_as_it_is_and_waits_no_more(reducer: Reducer) -> None:
    """Nothing changes but the queue."""
    await reducer.bets(bet(), bet(bet_revision=2, status="void", occurred_at=CLOSED))
    await decide(reducer, accepted=False, revision=2)
    assert (await reducer.reasons(), await reducer.counted(), await waiting(reducer)) == (
        ["COUNTED"],
        500,
        [],
    )


async def test_an_accepted_void_takes_its_stake_out_of_the_total(reducer: Reducer) -> None:
    """The contribution and the total move together."""
    await reducer.bets(bet(), bet(bet_revision=2, status="void", occurred_at=CLOSED))
    await decide(reducer, accepted=True, revision=2)
    assert (await reducer.reasons(), await reducer.counted()) == (["VOID"], 0)
    assert await drift(reducer) == []


async def test_a_decision_is_written_down_with_who_and_why(reducer: Reducer) -> None:
    """The row also says what the bet counted before, and what it would count."""
    await reducer.bets(bet(occurred_at=CLOSED))
    await decide(reducer, accepted=True)
    (row,) = (await contents(reducer.database, LATE_DECISION))["late_decision"]
    assert row[:10] == (
        *("northbet", "b-1", 1, "c-1", "2026-W13", True, 0, 500),
        *("ann", "seen the slip"),
    )


async def test_reaching_the_target_by_an_accepted_bet_is_confirmed(reducer: Reducer) -> None:
    """The week is closed, so the qualification is final at once, and published."""
    await reducer.bets(bet(stake_minor=3000, counting_stake_minor=3000, occurred_at=CLOSED))
    told = await decide(reducer, accepted=True)
    assert (told.status_before, told.status_now, told.week_closed) == (None, "confirmed", True)
    (fact,) = (await contents(reducer.database, OUTBOX.outbox))["outbox"]
    assert '"status": "confirmed"' in str(fact)


async def test_falling_below_the_target_by_an_accepted_void_is_told_as_revoked(reducer: Reducer) -> None:
    """Fulfilment decides whether the reward can still be stopped; a credit stays."""
    await reducer.bets(bet(stake_minor=3000, counting_stake_minor=3000))
    await reducer.bets(
        bet(stake_minor=3000, counting_stake_minor=3000, bet_revision=2, status="void", occurred_at=LATER)
    )
    told = await decide(reducer, accepted=True, revision=2)
    assert (told.status_before, told.status_now) == ("confirmed", "revoked")


async def test_a_decision_outlives_replays_and_later_accounts(reducer: Reducer) -> None:
    """It is one of the facts by which a bet is assessed."""
    records = [bet(), bet(bet_revision=2, status="void", occurred_at=CLOSED)]
    await reducer.bets(*records)
    await decide(reducer, accepted=True, revision=2)
    before = await contents(reducer.database, *TABLES)
    await reducer.bets(*records)
    await reducer.accounts(account())
    assert await contents(reducer.database, *TABLES) == before


async def test_a_newer_late_revision_waits_again(reducer: Reducer) -> None:
    """It needs a decision of its own."""
    await reducer.bets(bet(occurred_at=CLOSED))
    await decide(reducer, accepted=True)
    await reducer.bets(bet(bet_revision=2, status="void", occurred_at=LATER))
    assert (await reducer.counted(), await waiting(reducer)) == (500, [("b-1", 2)])
    await decide(reducer, accepted=False, revision=2)
    assert (await reducer.counted(), await waiting(reducer)) == (500, [])


@pytest.mark.parametrize(("bet_id", "revision"), [("b-1", 2), ("b-2", 1)])
async def test_only_what_waits_can_be_decided(reducer: Reducer, bet_id: str, revision: int) -> None:
    """A newer revision than the one that was looked at may have arrived meanwhile."""
    await reducer.bets(bet(occurred_at=CLOSED))
    with pytest.raises(NothingToDecide):
        await decide(reducer, accepted=True, bet_id=bet_id, revision=revision)
    assert await reducer.counted() == 0


async def test_nothing_is_decided_twice(reducer: Reducer) -> None:
    """The first decision stands."""
    await reducer.bets(bet(occurred_at=CLOSED))
    await decide(reducer, accepted=False)
    with pytest.raises(NothingToDecide):
        await decide(reducer, accepted=True)
    assert await reducer.counted() == 0
