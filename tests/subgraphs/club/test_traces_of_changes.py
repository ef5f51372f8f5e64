"""What is published about a change belongs to the trace of the request that made it."""

import pytest
from sqlalchemy import select

from subgraphs.club.models import OUTBOX
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OPT_IN = "mutation ($input: OptInInput!) { optIn(input: $input) { errors { code } } }"


async def _told(club_fixture: ClubFixture, customer: str, headers: dict[str, str]) -> str | None:
    """Return the trace of the fact that an opt-in writes."""
    arguments = {"brand": "northbet", "termsVersion": "2026-1", "idempotencyKey": f"k-{customer}"}
    await data_of(club_fixture.club, OPT_IN, {"input": arguments}, session(customer) | headers)
    table = OUTBOX.outbox
    async with club_fixture.club.database.read() as connection:
        rows = await connection.execute(select(table.c.key, table.c.headers))
    told: dict[str, dict[str, str]] = {row[0]: row[1] for row in rows}
    return told[f"northbet:{customer}"].get("traceparent")


@pytest.mark.usefixtures("upstream")
async def test_a_change_is_told_under_the_trace_of_its_request(club_fixture: ClubFixture) -> None:
    """Without a trace there is none, even in a task that has served another request before."""
    await club_fixture.add_northbet("c-1", "c-2")
    assert await _told(club_fixture, "c-1", {"traceparent": TRACE}) == TRACE
    assert await _told(club_fixture, "c-2", {}) is None


@pytest.mark.usefixtures("upstream")
async def test_what_is_no_trace_is_not_handed_on(club_fixture: ClubFixture) -> None:
    """A client can write anything into its headers."""
    await club_fixture.add_northbet("c-1")
    assert await _told(club_fixture, "c-1", {"traceparent": f"{TRACE}\r\nx: y"}) is None
