"""Adjustments are rows of their own: applied once, in any order, and part of each sum."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from consumers.progress.messages import decode_adjustment
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from foundation.storage.clock import SystemClock
from subgraphs.progress.ledger.reconciliation import Drift, Reconciliation
from subgraphs.progress.models import ADJUSTMENT, PROGRESS, QUALIFICATION
from tests.support.consumers.progress_reducer import W13, Reducer, opened_reducer, reducer
from tests.support.consumers.sample_messages import ADJUSTMENT as BODY
from tests.support.consumers.sample_messages import adjustment, bet, membership, week
from tests.support.examples import examples

__all__ = ["reducer"]


async def drift(reducer: Reducer, *, repair: bool = False) -> list[Drift]:
    """Compare totals with the sums of their rows."""
    reconciliation = Reconciliation(reducer.database, reducer.database.dialect, SystemClock())
    return [one async for one in reconciliation.drift(repair=repair)]


async def statuses(reducer: Reducer) -> list[str]:
    """Return the statuses of published qualifications."""
    async with reducer.database.read() as connection:
        return list(await connection.scalars(select(QUALIFICATION.c.status)))


async def test_an_adjustment_counts_once_however_often_it_arrives(reducer: Reducer) -> None:
    """A second delivery is a duplicate; another body under the same id is a conflict."""
    await reducer.bets(bet())
    await reducer.adjustments(adjustment())
    again = await reducer.adjustments(adjustment(), adjustment())
    assert await reducer.counted() == 1000
    assert again.duplicates == 2
    other = await reducer.adjustments(adjustment(amount_minor=900))
    assert len(other.conflicts) == 1
    assert await reducer.counted() == 1000
    assert await drift(reducer) == []


async def test_an_adjustment_can_earn_the_reward_and_lose_it(reducer: Reducer) -> None:
    """Qualifications follow the total, whatever it is made of."""
    await reducer.memberships(membership())
    await reducer.adjustments(adjustment(amount_minor=2500))
    assert await statuses(reducer) == ["provisional"]
    await reducer.adjustments(adjustment(adjustment_id="a-2", amount_minor=-1))
    assert await statuses(reducer) == ["revoked"]
    assert await reducer.counted() == 2499


async def test_a_customer_who_left_keeps_the_adjustments_of_the_week(reducer: Reducer) -> None:
    """They belong to the week as a whole, not to an instant in it."""
    left = {"change": "opted_out", "opted_in": False, "since": None, "version": 2}
    at = "2026-03-25T11:00:00Z"
    await reducer.memberships(membership(), membership(**left, left_at=at, occurred_at=at))
    await reducer.adjustments(adjustment(amount_minor=2500))
    assert await statuses(reducer) == ["provisional"]


async def test_a_total_is_never_shown_below_zero(reducer: Reducer) -> None:
    """A bet that is void after its stake was taken off leaves nothing, not less."""
    await reducer.bets(bet())
    await reducer.adjustments(adjustment(amount_minor=-500))
    await reducer.bets(bet(bet_revision=2, status="void"))
    assert await reducer.counted() == 0
    assert await drift(reducer) == []
    await reducer.bets(bet(bet_id="b-2", stake_minor=700, counting_stake_minor=700))
    assert await reducer.counted() == 200


async def test_reconciliation_repairs_a_week_of_adjustments_only(reducer: Reducer) -> None:
    """A lost or wrong total is worked out again from bets and adjustments."""
    await reducer.adjustments(adjustment())
    async with reducer.database.write() as connection:
        await connection.execute(delete(PROGRESS))
    assert len(await drift(reducer, repair=True)) == 1
    async with reducer.database.write() as connection:
        await connection.execute(update(PROGRESS).values(total_minor=1))
    assert len(await drift(reducer, repair=True)) == 1
    assert await drift(reducer) == []
    assert await reducer.counted() == 500


async def test_a_bet_that_leaves_the_week_leaves_its_adjustments(reducer: Reducer) -> None:
    """The week's row stays as long as anything belongs to it."""
    await reducer.adjustments(adjustment())
    await reducer.bets(bet())
    moved = "2026-03-31T10:00:00Z"
    await reducer.bets(bet(bet_revision=2, placed_at=moved, occurred_at=moved))
    assert await reducer.counted() == 500
    assert await drift(reducer) == []


async def test_an_adjustment_of_an_unknown_brand_waits_for_a_person(reducer: Reducer) -> None:
    """It becomes a dead letter, which is replayed when the brand has arrived."""
    outcome = await reducer.adjustments(adjustment(brand_id="southbet"))
    assert [reason for _, reason in outcome.refused] == ["unknown brand 'southbet'"]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0},
        {"amount_minor": 2**31},
        {"amount_minor": "5"},
        {"iso_week": "2026-W54"},
        {"reason": ""},
        {"adjustment_id": ""},
        {"decided_at": "2026-03-26T12:00:00"},
    ],
)
def test_what_is_no_adjustment_is_poison(changes: dict[str, Any]) -> None:
    """Nothing of a message is believed that the contract does not allow."""
    with pytest.raises(Poison):
        decode_adjustment(adjustment(**changes))


STEPS = st.lists(
    st.one_of(
        st.builds(
            lambda n, stake, status: bet(
                bet_id=f"b-{n}",
                bet_revision=2 if status == "void" else 1,
                stake_minor=stake,
                counting_stake_minor=stake,
                status=status,
            ),
            st.integers(1, 3),
            st.just(300),
            st.sampled_from(["placed", "void"]),
        ),
        st.builds(
            lambda n, amount: adjustment(adjustment_id=f"a-{n}-{amount}", amount_minor=amount),
            st.integers(1, 3),
            st.sampled_from([-200, 400, 2500]),
        ),
    ),
    max_size=8,
)


@settings(max_examples=examples(6))
@given(steps=STEPS, shuffle=st.randoms(use_true_random=False))
async def test_replays_in_any_order_give_the_same_totals(
    steps: Sequence[Record], shuffle: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bets and adjustments, shuffled and repeated: the same rows, and sums without drift."""
    found = []
    shuffled = [*steps, *steps]
    shuffle.shuffle(shuffled)
    for order in (steps, shuffled):
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('replay')}"
        async with opened_reducer(url) as reducer:
            await reducer.memberships(membership())
            await reducer.weeks(week())
            for one in order:
                apply = reducer.adjustments if "adjustment" in one.topic else reducer.bets
                await apply(one)
            assert await drift(reducer) == []
            async with reducer.database.read() as connection:
                totals = [tuple(row) for row in await connection.execute(select(PROGRESS))]
                rows = await connection.scalars(
                    select(ADJUSTMENT.c.adjustment_id).order_by(ADJUSTMENT.c.adjustment_id)
                )
                found.append((totals, list(rows), (await reducer.totals(W13))))
    assert found[0] == found[1]
    assert BODY["iso_week"] == W13.iso_week
