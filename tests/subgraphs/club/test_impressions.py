"""Who was shown the tracker is recorded beside the reads, once a customer and week."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from subgraphs.club import impressions
from subgraphs.club.models import IMPRESSION, REFERENCE
from subgraphs.kit.domain.keys import Owner
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import BRAND, NOW, OWNER, good_account

CLUB = """query ($week: ID) { club(brand: "northbet", week: $week) { ineligibleReason } }"""
PATIENCE_SECONDS = 120.0


@pytest.fixture
async def northbet(each_club: ClubFixture, monkeypatch: pytest.MonkeyPatch) -> ClubFixture:
    """Northbet with one customer, on each engine; impressions wait a moment only."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 0.0)
    monkeypatch.setattr(impressions, "RETRY_SECONDS", 0.01)
    await each_club.add_northbet()
    return each_club


async def recorded(club_fixture: ClubFixture) -> list[tuple[str, str, str]]:
    """The impressions that the table holds."""
    c = IMPRESSION.c
    async with club_fixture.club.database.read() as connection:
        rows = await connection.execute(select(c.brand_id, c.iso_week, c.customer_id).order_by(*c))
    return [tuple(row) for row in rows]


async def becomes(club_fixture: ClubFixture, wanted: list[tuple[str, str, str]]) -> None:
    """Wait until the table holds these impressions."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await recorded(club_fixture) != wanted:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


async def test_the_first_look_of_a_week_is_recorded(northbet: ClubFixture) -> None:
    """Looks at other weeks are not; looks of the next week are recorded for that."""
    shown = (BRAND, "2026-W13", OWNER.customer)
    await data_of(northbet.club, CLUB, {"week": "2026-W12"})
    for _ in range(3):
        await data_of(northbet.club, CLUB, {})
    await becomes(northbet, [shown])
    async with northbet.club.database.read() as connection:
        assert await impressions.shown_after(connection, BRAND, "2026-W13", "", 9) == [(OWNER.customer, NOW)]
        assert await impressions.count(connection, BRAND, "2026-W13") == 1
        assert await impressions.count(connection, BRAND, "2026-W12") == 0
    northbet.clock.advance(timedelta(days=7))
    await data_of(northbet.club, CLUB, {})
    await becomes(northbet, [shown, (BRAND, "2026-W14", OWNER.customer)])


async def test_who_cannot_take_part_is_shown_nothing(northbet: ClubFixture) -> None:
    """A customer without an account here, and a visitor: there is no tracker on their bet-slip."""
    club = (await data_of(northbet.club, CLUB, {}, session("c-unknown")))["club"]
    assert club["ineligibleReason"] is not None
    assert (await data_of(northbet.club, CLUB, {}, session(None)))["club"] is None
    await northbet.club.close()
    assert await recorded(northbet) == []


async def test_what_waits_is_written_when_the_process_ends(
    northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is stopped within the second of waiting loses nothing."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 3600.0)
    await data_of(northbet.club, CLUB, {})
    assert await recorded(northbet) == []
    await northbet.club.close()
    assert await recorded(northbet) == [(BRAND, "2026-W13", OWNER.customer)]


async def test_a_customer_who_was_erased_meanwhile_is_left_out(
    northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits about somebody whose account is gone is not written any more."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 3600.0)
    await data_of(northbet.club, CLUB, {})
    async with northbet.club.database.write() as connection:
        await connection.execute(delete(REFERENCE.account))
    await northbet.club.close()
    assert await recorded(northbet) == []


async def test_a_database_that_refuses_is_asked_again(
    northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reads are answered meanwhile, and the impression is recorded later."""
    real, refused = impressions.record, 0

    async def refuse_twice(*arguments: object) -> None:
        nonlocal refused
        if refused < 2:
            refused += 1
            raise OSError("the disk is full")
        await real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(impressions, "record", refuse_twice)
    assert (await data_of(northbet.club, CLUB, {}))["club"] is not None
    await becomes(northbet, [(BRAND, "2026-W13", OWNER.customer)])
    assert refused == 2


async def test_memory_is_bounded(northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers beyond the limit are recorded when they return, and forgotten ones once all the same."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 0.05)
    monkeypatch.setattr(impressions, "WAITING_AT_MOST", 3)
    monkeypatch.setattr(impressions, "REMEMBERED", 2)
    customers = [f"c-{number}" for number in range(2, 9)]
    await northbet.add_accounts({Owner(BRAND, name): good_account() for name in customers})
    wanted = [(BRAND, "2026-W13", name) for name in customers]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await recorded(northbet) != wanted:
            for name in customers:
                await data_of(northbet.club, CLUB, {}, session(name))
            await asyncio.sleep(0.05)
