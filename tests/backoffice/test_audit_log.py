"""The audit log is chained, and tampering with it is found."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from backoffice.audit import repository
from backoffice.audit.audit_log import AuditLog, Fault, LogFault, Verification, verify
from backoffice.audit.repository import AUDIT_HEAD, AUDIT_LOG, AuditFilter, Head
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

LOG = AuditLog(ManualClock(NOW))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A log of five rows."""
    async with backoffice_database(database_url) as opened:
        for number in range(5):
            await write(opened, number)
        yield opened


async def write(database: Database, number: int) -> None:
    """Record one change."""
    async with database.write() as connection:
        await LOG.record(
            connection,
            actor("ann"),
            "content.edit",
            brand="northbet",
            subject=f"content:{number}",
            before=None,
            after={"title": "Weekly € reward", "number": number},
            reason=None,
        )


async def checked(database: Database, anchor: Head | None = None) -> Verification:
    """Verify the log."""
    async with database.read() as connection:
        return await verify(connection, anchor)


async def tamper(database: Database, *statements: object) -> None:
    """Change the tables as their owner could."""
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)  # type: ignore[call-overload]


async def test_an_untouched_log_verifies(database: Database) -> None:
    """Rows chain from the first to the head, and an earlier head is found among them."""
    found = await checked(database)
    assert (found.rows, found.last.sequence, found.findings) == (5, 5, ())
    await write(database, 5)
    assert (await checked(database, found.last)).findings == ()


@pytest.mark.parametrize(
    ("statements", "findings"),
    [
        (
            lambda: [update(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 3).values(after="{}")],
            {(3, Fault.CHANGED)},
        ),
        (
            lambda: [update(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 3).values(name="Bob")],
            {(3, Fault.CHANGED)},
        ),
        (
            lambda: [delete(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 3)],
            {(3, Fault.MISSING), (4, Fault.BROKEN)},
        ),
        (lambda: [delete(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 5)], {(5, Fault.CUT_OFF)}),
        (
            lambda: [
                update(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 3).values(sequence=99),
                update(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 2).values(sequence=3),
                update(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 99).values(sequence=2),
            ],
            {
                (2, Fault.BROKEN),
                (2, Fault.CHANGED),
                (3, Fault.BROKEN),
                (3, Fault.CHANGED),
                (4, Fault.BROKEN),
            },
        ),
    ],
    ids=["changed", "renamed", "deleted", "cut off", "reordered"],
)
async def test_tampering_is_found(
    database: Database, statements: Callable[[], list[object]], findings: set[tuple[int, Fault]]
) -> None:
    """Whatever is changed, deleted or moved shows, with the place."""
    await tamper(database, *statements())
    assert {(finding.sequence, finding.fault) for finding in (await checked(database)).findings} == findings


@pytest.mark.parametrize("column", [one.name for one in AUDIT_LOG.columns])
async def test_each_column_is_covered(database: Database, column: str) -> None:
    """No value of a row can be changed; a changed number shows as a gap, too."""
    forged = {"sequence": 99, "at": NOW + timedelta(seconds=1)}.get(column, "forged")
    await tamper(database, update(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 3).values({column: forged}))
    assert (await checked(database)).findings != ()


async def test_a_log_that_is_cut_emptied_or_put_back_is_found(database: Database) -> None:
    """The head's row shows it; an anchor shows it, too, if that was made to fit or deleted."""
    anchor = (await checked(database)).last
    async with database.read() as connection:
        before = [dict(row._mapping) for row in await connection.execute(select(AUDIT_LOG))]
        head = [dict(row._mapping) for row in await connection.execute(select(AUDIT_HEAD))]
    await write(database, 5)
    newer = (await checked(database)).last
    emptied = [delete(AUDIT_LOG)]
    back = [*emptied, insert(AUDIT_LOG).values(before)]
    for statements, fault in ((back, Fault.CUT_OFF), (emptied, Fault.CUT_OFF)):
        await tamper(database, *statements)
        assert [finding.fault for finding in (await checked(database)).findings] == [fault]
    # With the head as well, yesterday's copy is a whole log: only an anchor that is newer shows it.
    await tamper(database, delete(AUDIT_HEAD), *back, insert(AUDIT_HEAD).values(head))
    assert (await checked(database)).findings == (await checked(database, anchor)).findings == ()
    assert (await checked(database, newer)).findings == (LogFault(6, Fault.CUT_OFF),)
    await tamper(database, delete(AUDIT_HEAD), delete(AUDIT_LOG))
    assert (await checked(database)).findings == ()
    assert (await checked(database, anchor)).findings == (LogFault(5, Fault.CUT_OFF),)


async def test_an_inserted_row_is_found(database: Database) -> None:
    """A row that was put at the end, and even made the head, does not continue the chain."""
    async with database.read() as connection:
        row = (await connection.execute(select(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 5))).one()
    forged = {**row._mapping, "sequence": 6}
    await tamper(database, insert(AUDIT_LOG).values(forged), update(AUDIT_HEAD).values(sequence=6))
    found = {(finding.sequence, finding.fault) for finding in (await checked(database)).findings}
    assert found == {(6, Fault.BROKEN), (6, Fault.CHANGED)}


async def test_an_anchor_shows_what_the_owner_of_the_database_hides(database: Database) -> None:
    """Who cuts the tail and moves the head as well leaves a valid chain; the exported anchor shows it."""
    anchor = (await checked(database)).last
    async with database.read() as connection:
        fourth = await connection.scalar(select(AUDIT_LOG.c.hash).where(AUDIT_LOG.c.sequence == 4))
    await tamper(
        database,
        delete(AUDIT_LOG).where(AUDIT_LOG.c.sequence == 5),
        update(AUDIT_HEAD).values(sequence=4, hash=fourth),
    )
    assert (await checked(database)).findings == ()
    assert (await checked(database, anchor)).findings == (LogFault(5, Fault.CUT_OFF),)
    await write(database, 77)
    assert (await checked(database, anchor)).findings == (LogFault(5, Fault.REWRITTEN),)


async def test_writers_at_once_make_one_chain(database: Database) -> None:
    """Transactions that record at the same time follow one another."""
    await asyncio.gather(*(write(database, number) for number in range(5, 13)))
    found = await checked(database)
    assert (found.rows, found.findings) == (13, ())


async def test_a_change_that_fails_leaves_no_row(database: Database) -> None:
    """A row belongs to the transaction of its change."""

    async def fail_after_recording() -> None:
        async with database.write() as connection:
            nothing = {"brand": None, "before": None, "after": None, "reason": None}
            await LOG.record(connection, actor(), "x.y", subject="s", **nothing)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_recording()
    assert (await checked(database)).rows == 5


async def test_pages_are_newest_first(database: Database) -> None:
    """Pages go back by sequence, and filters restrict them."""
    async with database.read() as connection:
        page = await repository.newest_first(connection, AuditFilter(), 2, None)
        assert [one.entry.sequence for one in page] == [5, 4]
        page = await repository.newest_first(connection, AuditFilter(), 9, 4)
        assert [one.entry.sequence for one in page] == [3, 2, 1]
        only = AuditFilter(brands=frozenset({"northbet"}), subject="content:1", user_id="ann")
        assert [one.entry.sequence for one in await repository.newest_first(connection, only, 9, None)] == [2]
        foreign = AuditFilter(brands=frozenset({"southbet"}))
        assert await repository.newest_first(connection, foreign, 9, None) == []
