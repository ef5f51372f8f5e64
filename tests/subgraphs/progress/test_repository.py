"""Reads of progress for many customers at once, on every database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from foundation.storage.bulk_sql import KEYS_PER_BATCH
from foundation.storage.database import Database
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.counting.contribution import Bet, Contribution
from subgraphs.progress.counting.legs import MAX_LEGS, Leg, encode_legs
from subgraphs.progress.counting.rules import ContributionReason, Verdict
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.models import METADATA, PROGRESS
from subgraphs.progress.repository import ProgressRepository, RecentBet, Total
from tests.support.database_probe import migrated, statements_of

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
CUSTOMERS = 40
BETS = 7
REPOSITORY = ProgressRepository()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Forty customers of two brands with seven bets in each of two weeks; bet n counts n pence."""
    async with migrated(database_url, "progress", METADATA) as database:
        entries = [
            _entry(_key(customer, week), bet)
            for customer in range(CUSTOMERS)
            for week in (13, 14)
            for bet in range(BETS)
        ]
        totals = [
            {
                "brand_id": _key(customer, week).brand,
                "customer_id": _key(customer, week).customer,
                "iso_week": _key(customer, week).iso_week,
                "total_minor": customer * 100 + week,
                "counted_bets": BETS,
                "as_of": MONDAY,
            }
            for customer in range(CUSTOMERS)
            for week in (13, 14)
        ]
        async with database.write() as connection:
            await LedgerRepository.of(database.dialect).add(connection, entries)
            await connection.execute(insert(PROGRESS).values(totals))
        yield database


def _key(customer: int, week: int = 13) -> ClubKey:
    return ClubKey("northbet" if customer % 2 else "southbet", f"2026-W{week}", f"c-{customer}")


def _entry(key: ClubKey, number: int) -> Contribution:
    """Bets in pairs at the same instant, so that ties occur."""
    placed_at = MONDAY + timedelta(hours=number // 2)
    facts = ("placed", "single", "betting", None, 100, number, "GBP", "cash", 2000, placed_at)
    bet = Bet(*facts, key.brand, f"{key.customer}-{key.iso_week}-{number}", key.customer, 1, placed_at)
    return Contribution(bet, key.iso_week, Verdict(number, ContributionReason.COUNTED))


async def test_totals_of_many_customers_cost_one_select(database: Database) -> None:
    """Each key gets its own total; a key without data is absent."""
    keys = [_key(customer, week) for customer in range(CUSTOMERS + 1) for week in (13, 14)]
    with statements_of(database) as sent:
        async with database.read() as connection:
            totals = await REPOSITORY.totals(connection, keys)
    assert len(sent) == 1
    assert totals == {
        _key(customer, week): Total(customer * 100 + week, BETS, MONDAY)
        for customer in range(CUSTOMERS)
        for week in (13, 14)
    }


async def test_recent_contributions_of_many_customers_cost_one_select(database: Database) -> None:
    """They are each customer's own, newest first, ties by bet, and no more than requested."""
    keys = [_key(customer) for customer in range(CUSTOMERS + 1)]
    with statements_of(database) as sent:
        async with database.read() as connection:
            found = await REPOSITORY.recent(connection, keys, first=3)
    assert len(sent) == 1
    assert {key: [bet.bet_id for bet in bets] for key, bets in found.items()} == {
        key: [f"{key.customer}-2026-W13-{number}" for number in (6, 4, 5)] for key in keys[:CUSTOMERS]
    }


async def test_a_contribution_shows_its_facts(database: Database) -> None:
    """Money in minor units, times aware and in UTC."""
    async with database.read() as connection:
        found = await REPOSITORY.recent(connection, [_key(3)], first=1)
    placed_at = MONDAY + timedelta(hours=3)
    assert found[_key(3)] == [RecentBet("c-3-2026-W13-6", placed_at, 100, 6, "GBP", "COUNTED", 2000)]


async def test_what_counted_by_a_moment_of_each_customers_own_costs_few_selects(database: Database) -> None:
    """A bet placed at that instant counts; a key with nothing by then is absent.

    One for the bets of all, and one for the adjustments of each brand and week.
    """
    moments = {_key(customer): MONDAY + timedelta(hours=customer % 4 - 1) for customer in range(CUSTOMERS)}
    with statements_of(database) as sent:
        async with database.read() as connection:
            found = await REPOSITORY.counted_by(connection, moments)
    assert len(sent) == 1 + len({(key.brand, key.iso_week) for key in moments})
    by_hour = {0: 0 + 1, 1: 0 + 1 + 2 + 3, 2: 0 + 1 + 2 + 3 + 4 + 5}
    assert found == {_key(c): by_hour[c % 4 - 1] for c in range(CUSTOMERS) if c % 4}


async def test_ids_that_differ_only_in_case_are_different_customers(database: Database) -> None:
    """Ids are compared byte by byte on every database."""
    async with database.read() as connection:
        totals = await REPOSITORY.totals(connection, [_key(1)._replace(customer="C-1")])
    assert totals == {}


@pytest.mark.parametrize("read", [lambda c: REPOSITORY.totals(c, []), lambda c: REPOSITORY.recent(c, [], 5)])
async def test_asking_for_nothing_gives_nothing(database: Database, read: object) -> None:
    """An empty batch is no error."""
    async with database.read() as connection:
        assert await read(connection) == {}  # type: ignore[operator] # a parameter of the test


async def test_the_longest_bets_of_a_portion_fit_into_one_value(database: Database) -> None:
    """MariaDB cuts a longer value off, which would then be no JSON."""
    wide, most = "\N{MAHJONG TILE RED DRAGON}", 2**31 - 1
    facts = ("partially_void", "multiple", "betting", "exchange", most, most, "GBP", "free_bet", most, MONDAY)
    verdict = Verdict(most, ContributionReason.EXCLUDED_BET_TYPE)
    legs = encode_legs([Leg(wide * 64, most, wide * 64, wide * 64, wide * 64)] * MAX_LEGS)
    longest = [
        Contribution(
            Bet(*facts, wide * 64, f"{number:04}{wide * 60}", wide * 64, most, MONDAY, legs=legs),
            "2026-W13",
            verdict,
        )
        for number in range(KEYS_PER_BATCH)
    ]
    repository = LedgerRepository.of(database.dialect)
    async with database.write() as connection:
        await repository.add(connection, longest)
        stored = await repository.bets.contributions(connection, [bet.bet.key for bet in longest])
    assert list(stored.values()) == longest
