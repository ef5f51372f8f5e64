"""A bet that two customers are said to have placed stays the first one's until a person decides."""

import asyncio
from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy.exc import DBAPIError

from consumers.stream.records import Record
from foundation.storage.clock import SystemClock
from foundation.storage.errors import is_conflict
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.errors import AlreadyDecided, NoSuchClaim
from subgraphs.progress.models import BET_CLAIM, CONTRIBUTION, PROGRESS, QUALIFICATION
from subgraphs.progress.repository import ProgressRepository
from subgraphs.progress.review import ReviewService
from subgraphs.progress.review_repository import disputed_bets
from tests.support.consumers.progress_reducer import W13, Reducer, opened_reducer, reducer
from tests.support.consumers.sample_messages import bet, membership
from tests.support.database_probe import contents

__all__ = ["reducer"]

OTHER = ClubKey("northbet", "2026-W13", "c-2")
BIG = {"stake_minor": 2500, "counting_stake_minor": 2500}


def reviewing(reducer: Reducer) -> ReviewService:
    """Return the service that carries out decisions."""
    return ReviewService(reducer.database, reducer.apply.ledger, SystemClock())


async def counts(reducer: Reducer) -> dict[str, int]:
    """Return what counts, by customer."""
    return {key.customer: total.total_minor for key, total in (await reducer.totals(W13, OTHER)).items()}


async def decide(reducer: Reducer, customer: str) -> None:
    """Assign a disputed bet, as a person does."""
    await reviewing(reducer).assign("northbet", "b-1", customer, by="ann", why="asked the upstream")


async def test_it_stays_the_first_ones_in_any_order_of_later_claims(database_url: str) -> None:
    """The tables are the same, byte for byte, in whatever order and batches the other claims arrive."""
    first = bet(customer_id="c-2")
    others = [bet(), bet(bet_revision=2, stake_minor=900), bet(customer_id="c-3")]
    seen = []
    async with opened_reducer(database_url) as reducer:
        for number, order in enumerate(permutations(others)):
            brand_new = [_renamed(record, f"b-{number}") for record in (first, *order)]
            await (reducer.bets(*brand_new) if number % 2 else _one_by_one(reducer, brand_new))
            rows = await contents(reducer.database, CONTRIBUTION, BET_CLAIM)
            seen.append(
                [
                    [value for value in row if value != f"b-{number}"]
                    for name in sorted(rows)
                    for row in rows[name]
                    if f"b-{number}" in row
                ]
            )
        assert all(one == seen[0] for one in seen)
        assert set(await reducer.reasons()) == {"DISPUTED"}
        assert await counts(reducer) == {"c-2": 500 * len(seen)}


def _renamed(record: Record, name: str) -> Record:
    assert record.value is not None
    return replace(record, value=record.value.replace(b'"b-1"', f'"{name}"'.encode()))


async def _one_by_one(reducer: Reducer, records: list[Record]) -> None:
    for record in records:
        await reducer.bets(record)


async def test_the_second_claim_alarms_and_takes_nothing_away(reducer: Reducer) -> None:
    """The first customer keeps the amount and sees the doubt; a replay changes nothing, and alarms again."""
    first = await reducer.bets(bet(customer_id="c-2"))
    assert (await reducer.counted(OTHER), list(first.conflicts)) == (500, [])
    claim = bet()
    second = await reducer.bets(claim)
    assert (list(second.conflicts), list(second.refused)) == ([claim], [])
    assert await counts(reducer) == {"c-2": 500}
    assert await reducer.reasons() == ["DISPUTED"]
    before = await contents(reducer.database, CONTRIBUTION, BET_CLAIM, PROGRESS)
    again = await reducer.bets(claim, bet(customer_id="c-2"))
    assert (again.duplicates, len(again.conflicts)) == (2, 2)
    assert await contents(reducer.database, CONTRIBUTION, BET_CLAIM, PROGRESS) == before


async def test_the_first_ones_source_still_decides(reducer: Reducer) -> None:
    """A void under the first customer takes the amount away; one under the other customer does not."""
    await reducer.bets(bet(customer_id="c-2"), bet())
    await reducer.bets(bet(bet_revision=2, status="void"))
    assert await reducer.counted(OTHER) == 500
    await reducer.bets(bet(customer_id="c-2", bet_revision=2, status="void"))
    assert await reducer.counted(OTHER) == 0
    assert await reducer.reasons() == ["DISPUTED"]


@pytest.mark.parametrize("customer", ["c-1", "c-2"])
async def test_a_person_decides_whose_it_is(reducer: Reducer, customer: str) -> None:
    """Then it counts for that customer, as do later revisions; the other claim only alarms."""
    other = {"c-1": "c-2", "c-2": "c-1"}[customer]
    await reducer.bets(bet(), bet(customer_id="c-2"))
    async with reducer.database.read() as connection:
        bets = await disputed_bets(connection, brand=None, limit=10)
    assert [(one.bet_id, one.customers) for one in bets] == [("b-1", ("c-1", "c-2"))]
    await decide(reducer, customer)
    key = ClubKey("northbet", "2026-W13", customer)
    assert await reducer.counted(key) == 500
    settled = await reducer.bets(bet(customer_id=customer, bet_revision=2, counting_stake_minor=400))
    assert (await reducer.counted(key), list(settled.conflicts)) == (400, [])
    claimed = await reducer.bets(bet(customer_id=other, bet_revision=3))
    assert (await reducer.counted(key), len(claimed.conflicts)) == (400, 1)
    async with reducer.database.read() as connection:
        assert await disputed_bets(connection, brand=None, limit=10) == []


async def test_a_decision_is_for_a_claimant_and_is_final(reducer: Reducer) -> None:
    """A bet goes to one of its claimants only, and never to a second one."""
    await reducer.bets(bet(), bet(customer_id="c-2"))
    with pytest.raises(NoSuchClaim, match="c-1, c-2"):
        await decide(reducer, "c-3")
    await decide(reducer, "c-2")
    with pytest.raises(AlreadyDecided, match="ann"):
        await decide(reducer, "c-1")


async def test_who_was_qualified_by_it_stays_so_until_a_person_decides(reducer: Reducer) -> None:
    """The second claim revokes nothing; a decision for the other customer does."""
    await reducer.memberships(membership(customer_id="c-2"))
    await reducer.bets(bet(customer_id="c-2", **BIG))
    assert await _said(reducer) == ["provisional"]
    await reducer.bets(bet(**BIG))
    assert await _said(reducer) == ["provisional"]
    await decide(reducer, "c-1")
    assert await _said(reducer) == ["revoked"]


async def _said(reducer: Reducer) -> list[str]:
    rows = (await contents(reducer.database, QUALIFICATION))["qualification"]
    place = list(QUALIFICATION.columns.keys()).index("status")
    return [row[place] for row in rows]


async def test_two_members_that_hear_of_it_at_once_end_alike(reducer: Reducer) -> None:
    """Each applies one claim in its own transaction; one waits, and finds the other's row."""

    async def claimed(customer: str, number: int) -> None:
        record = bet(customer_id=customer, bet_id=f"b-{number}")
        while True:
            try:
                await reducer.bets(record)
            except DBAPIError as fault:
                if not is_conflict(fault):
                    raise
            else:
                return

    for number in range(8):
        await asyncio.gather(claimed("c-1", number), claimed("c-2", number))
    assert await reducer.reasons() == ["DISPUTED"] * 8
    assert sum((await counts(reducer)).values()) == 8 * 500


async def test_each_claimant_sees_the_doubt_until_it_is_decided(reducer: Reducer) -> None:
    """Both have the bet among their recent ones, one with what it counts; then only whose it is."""

    async def seen() -> dict[str, list[tuple[str, int, str]]]:
        async with reducer.database.read() as connection:
            found = await ProgressRepository().recent(connection, [W13, OTHER], 5)
        return {
            key.customer: [(one.bet_id, one.counted_minor, one.reason) for one in bets]
            for key, bets in found.items()
        }

    await reducer.bets(bet(customer_id="c-2"), bet(), bet(bet_revision=2, stake_minor=900))
    assert await seen() == {"c-1": [("b-1", 0, "DISPUTED")], "c-2": [("b-1", 500, "DISPUTED")]}
    await decide(reducer, "c-1")
    assert await seen() == {"c-1": [("b-1", 500, "COUNTED")]}
