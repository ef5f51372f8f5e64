"""The progress reducer, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consumers.progress.messages import decode_bet
from consumers.progress.reducers import FUTURE
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from subgraphs.progress.models import CONTRIBUTION, PROGRESS
from subgraphs.progress.repository import Total
from tests.support.consumers.progress_reducer import W13, W14, Reducer, reducer
from tests.support.consumers.sample_messages import BRAND, account, bet, scheme
from tests.support.database_probe import contents, statements_of

__all__ = ["reducer"]

PLACED = datetime(2026, 3, 25, 14, 3, 11, tzinfo=UTC)


async def test_counting_bets_add_up_in_the_week_they_were_placed_in(reducer: Reducer) -> None:
    """The total is the sum over the week's bets, as of the newest message."""
    await reducer.bets(
        bet(),
        bet(bet_id="b-2", stake_minor=700, counting_stake_minor=700, occurred_at="2026-03-26T00:00:00Z"),
        bet(bet_id="b-3", placed_at="2026-03-30T12:00:00Z"),
    )
    assert await reducer.totals(W13, W14) == {
        W13: Total(1200, 2, datetime(2026, 3, 26, tzinfo=UTC)),
        W14: Total(500, 1, datetime(2026, 3, 30, 12, tzinfo=UTC)),
    }


async def test_the_same_message_again_changes_nothing(reducer: Reducer) -> None:
    """A duplicate is counted, within a batch and after it."""
    first = await reducer.bets(bet(), bet())
    before = await contents(reducer.database, CONTRIBUTION, PROGRESS)
    second = await reducer.bets(bet())
    assert (first.duplicates, second.duplicates) == (1, 1)
    assert await contents(reducer.database, CONTRIBUTION, PROGRESS) == before


async def test_a_higher_revision_takes_the_place_of_a_lower_one(reducer: Reducer) -> None:
    """A void takes back what the bet had added."""
    await reducer.bets(bet(), bet(bet_id="b-2"))
    await reducer.bets(bet(bet_revision=2, status="void", occurred_at="2026-03-25T16:00:00Z"))
    assert await reducer.totals(W13) == {W13: Total(500, 1, PLACED.replace(hour=16, minute=0, second=0))}
    assert await reducer.reasons() == ["VOID", "COUNTED"]


async def test_a_lower_revision_that_comes_late_changes_nothing(reducer: Reducer) -> None:
    """Order of arrival does not matter."""
    await reducer.bets(bet(bet_revision=3, status="partially_void", counting_stake_minor=200))
    late = await reducer.bets(bet(bet_revision=2))
    assert late.stale == 1
    assert await reducer.counted() == 200


async def test_of_equal_revisions_the_first_stays(reducer: Reducer) -> None:
    """Equal revisions should be equal; if they are not, the stored one is not overwritten."""
    await reducer.bets(bet())
    again = await reducer.bets(bet(stake_minor=900, counting_stake_minor=900))
    assert again.duplicates == 1
    assert await reducer.counted() == 500


async def test_a_bet_that_counts_nothing_still_makes_a_row(reducer: Reducer) -> None:
    """Progress of zero differs from no progress at all."""
    await reducer.bets(bet(odds_milli=1200))
    assert await reducer.totals(W13) == {W13: Total(0, 0, PLACED)}


async def test_a_revision_with_another_placing_time_moves_the_bet_to_the_other_week(
    reducer: Reducer,
) -> None:
    """The week that it left has the newest time of the remaining bets."""
    await reducer.bets(bet(), bet(bet_id="b-2", occurred_at="2026-03-28T00:00:00Z"))
    await reducer.bets(
        bet(
            bet_id="b-2",
            bet_revision=2,
            placed_at="2026-03-30T00:00:00Z",
            occurred_at="2026-03-30T00:00:00Z",
        )
    )
    assert await reducer.totals(W13, W14) == {
        W13: Total(500, 1, PLACED),
        W14: Total(500, 1, datetime(2026, 3, 30, tzinfo=UTC)),
    }


async def test_a_week_that_its_only_bet_leaves_is_as_if_it_had_never_been(reducer: Reducer) -> None:
    """Otherwise the tables would depend on whether the earlier revision came first."""
    await reducer.bets(bet())
    await reducer.bets(bet(bet_revision=2, placed_at="2026-03-30T00:00:00Z"))
    assert set(await reducer.totals(W13, W14)) == {W14}


async def test_midnight_in_the_brands_zone_parts_the_weeks(reducer: Reducer) -> None:
    """On 29 March the clocks go forward: Monday begins at 23:00 UTC on Sunday."""
    await reducer.bets(
        bet(bet_id="b-1", placed_at="2026-03-29T22:59:59.999999Z"),
        bet(bet_id="b-2", placed_at="2026-03-29T23:00:00Z"),
    )
    assert set(await reducer.totals(W13, W14)) == {W13, W14}


async def test_a_bet_of_an_unknown_brand_is_refused_and_the_others_stand(reducer: Reducer) -> None:
    """One bad record does not fail the whole batch."""
    stranger = bet(brand_id="southbet")
    outcome = await reducer.bets(stranger, bet())
    assert list(outcome.refused) == [(stranger, "unknown brand 'southbet'")]
    assert await reducer.counted() == 500


async def test_an_unknown_customer_plays_by_the_brands_default_scheme(reducer: Reducer) -> None:
    """Until the account arrives, jurisdiction and currency are the brand's defaults."""
    await reducer.bets(bet(), bet(bet_id="b-2", currency="EUR"))
    assert await reducer.reasons() == ["COUNTED", "WRONG_CURRENCY"]


async def test_an_account_that_arrives_later_has_its_bets_judged_again(reducer: Reducer) -> None:
    """Only the customer's own bets are assessed again, in all weeks."""
    await reducer.schemes(scheme(jurisdiction="IE", currency="EUR"))
    await reducer.bets(
        bet(),
        bet(bet_id="b-2", currency="EUR"),
        bet(bet_id="b-3", currency="EUR", placed_at="2026-03-30T12:00:00Z"),
        bet(bet_id="b-4", customer_id="c-2"),
    )
    await reducer.accounts(account(jurisdiction="IE", currency="EUR"))
    assert await reducer.reasons() == ["WRONG_CURRENCY", "COUNTED", "COUNTED", "COUNTED"]
    assert {key: total.total_minor for key, total in (await reducer.totals(W13, W14)).items()} == {
        W13: 500,
        W14: 500,
    }


async def test_another_default_territory_has_bets_of_unknown_customers_judged_again(
    reducer: Reducer,
) -> None:
    """No scheme need change for that; customers whose account is known keep their own territory."""
    await reducer.schemes(scheme(jurisdiction="IE", currency="EUR"))
    await reducer.accounts(account(customer_id="c-2"))
    await reducer.bets(bet(currency="EUR"), bet(bet_id="b-2", customer_id="c-2"))
    assert await reducer.reasons() == ["WRONG_CURRENCY", "COUNTED"]
    moved = BRAND | {"default_jurisdiction": "IE", "default_currency": "EUR"}
    await reducer.schemes(
        scheme(jurisdiction="IE", currency="EUR", brand=moved, occurred_at="2026-03-26T00:00:00Z")
    )
    assert await reducer.reasons() == ["COUNTED", "COUNTED"]
    assert await reducer.counted() == 500


async def test_a_first_scheme_that_arrives_later_has_bets_judged_again(reducer: Reducer) -> None:
    """A customer whose jurisdiction had no scheme is assessed once there is one."""
    await reducer.accounts(account(jurisdiction="IE", currency="EUR"))
    await reducer.bets(bet(currency="EUR"))
    assert await reducer.counted() == 0
    await reducer.schemes(scheme(jurisdiction="IE", currency="EUR"))
    assert await reducer.counted() == 500


async def test_a_new_version_leaves_weeks_alone_that_had_begun(reducer: Reducer) -> None:
    """A version issued in week 13 applies from week 14 on, also to bets that are there already."""
    await reducer.bets(bet(), bet(bet_id="b-2", placed_at="2026-03-31T12:00:00Z"))
    await reducer.schemes(scheme(version=2, min_stake_minor=600, occurred_at="2026-03-26T00:00:00Z"))
    assert await reducer.reasons() == ["COUNTED", "BELOW_MIN_STAKE"]
    await reducer.bets(bet(bet_id="b-3"), bet(bet_id="b-4", placed_at="2026-04-02T12:00:00Z"))
    assert await reducer.reasons() == ["COUNTED", "BELOW_MIN_STAKE", "COUNTED", "BELOW_MIN_STAKE"]


async def test_weeks_stay_where_they_are_when_a_brand_is_told_of_another_zone(reducer: Reducer) -> None:
    """The zone issued first holds for good, and a message that contradicts it alarms."""
    await reducer.bets(bet(placed_at="2026-03-29T22:30:00Z"))
    moved = BRAND | {"time_zone": "Europe/Athens"}
    record = scheme(version=2, brand=moved, occurred_at="2026-04-01T00:00:00Z")
    outcome = await reducer.schemes(record)
    assert set(await reducer.totals(W13, W14)) == {W13}
    assert list(outcome.conflicts) == [record]


async def test_a_batch_costs_one_statement_a_table_whatever_its_size(reducer: Reducer) -> None:
    """For 200 new bets of 50 customers, the rules, bets, accounts and totals are read once each."""
    records = [
        bet(
            bet_id=f"b-{n}",
            customer_id=f"c-{n % 50}",
            occurred_at=_later(n).isoformat().replace("+00:00", "Z"),
        )
        for n in range(200)
    ]
    await reducer.bets(bet(bet_id="b-first"))  # by which the rules are known
    with statements_of(reducer.database) as sent:
        await reducer.bets(*records)
    locks = [] if reducer.database.dialect == "sqlite" else ["SELECT"]  # of the brand
    kinds = [statement.split()[0] for statement in sent]
    assert kinds == locks + ["SELECT"] * 3 + ["INSERT"] * 2 + ["SELECT"]


async def test_many_bets_are_judged_again_page_by_page(reducer: Reducer) -> None:
    """All bets are reached, even if they are more than one page holds."""
    await reducer.accounts(account(jurisdiction="IE", currency="EUR"))
    for start in range(0, 1200, 600):
        await reducer.bets(*(bet(bet_id=f"b-{n}", currency="EUR") for n in range(start, start + 600)))
    await reducer.schemes(scheme(jurisdiction="IE", currency="EUR"))
    assert await reducer.totals(W13) == {W13: Total(1200 * 500, 1200, PLACED)}


async def test_a_failing_batch_leaves_nothing(reducer: Reducer) -> None:
    """Either all rows of a batch are stored, or none."""
    bets = [Message(record, decode_bet(record)) for record in (bet(), bet(bet_id="b-2"))]

    async def fail() -> None:
        async with reducer.database.write() as connection:
            await reducer.apply.bets(connection, bets)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await fail()
    assert await contents(reducer.database, CONTRIBUTION, PROGRESS) == {"contribution": [], "progress": []}


def _later(minutes: int) -> datetime:
    return PLACED + timedelta(minutes=minutes)


async def test_a_bet_of_the_future_waits(reducer: Reducer) -> None:
    """It would count before it is placed; the others of its batch count, and so does a small skew."""
    ahead = ManualClock(datetime(2026, 3, 25, 14, 3, tzinfo=UTC))
    early = replace(reducer, apply=replace(reducer.apply, clock=ahead))
    outcome = await early.bets(
        bet(bet_id="b-1", placed_at="2026-03-25T14:04:01Z"),
        bet(bet_id="b-2", placed_at="2026-03-25T14:03:59Z"),
    )
    assert [reason for _, reason in outcome.refused] == [f"waits until 2026-03-25T14:04:01+00:00: {FUTURE}"]
    assert (outcome.stale, await reducer.counted()) == (0, 500)
    ahead.advance(timedelta(minutes=1))
    assert not (await early.bets(bet(bet_id="b-1", placed_at="2026-03-25T14:04:01Z"))).refused
    assert await reducer.counted() == 1000
    ahead.advance(timedelta(minutes=-1))  # as a rehearsal may
    assert (await early.bets(bet(bet_id="b-3", placed_at="2026-03-25T14:04:01Z"))).refused
