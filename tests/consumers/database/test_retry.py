"""Which database errors are retried at once, which after a pause, and which never."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from pymysql.err import IntegrityError as MysqlIntegrityError
from pymysql.err import InternalError as MysqlInternalError
from pymysql.err import OperationalError as MysqlOperationalError
from pymysql.err import ProgrammingError as MysqlProgrammingError
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from consumers.messages.accounts import decode_account
from consumers.stream.database.retry import Retry
from consumers.stream.errors import Transient
from foundation.storage.database import Database
from subgraphs.club.models import METADATA, REFERENCE
from tests.support.consumers.sample_messages import account
from tests.support.database_probe import migrated

DEADLOCK = OperationalError("UPDATE", {}, MysqlOperationalError(1213, "Deadlock found"))
LOCK_WAIT = OperationalError("UPDATE", {}, MysqlOperationalError(1205, "Lock wait timeout exceeded"))
ROW_CHANGED = OperationalError("UPDATE", {}, MysqlOperationalError(1020, "Record has changed"))
KILLED = OperationalError("UPDATE", {}, MysqlOperationalError(1317, "Query execution was interrupted"))
ENGINE_DEADLOCK = InternalError("SELECT", {}, MysqlInternalError(149, "Got error 149 from storage engine"))
DUPLICATE = IntegrityError("INSERT", {}, MysqlIntegrityError(1062, "Duplicate entry"))
GONE = OperationalError("SELECT", {}, MysqlOperationalError(2013, "Lost connection"))
STORAGE = InternalError("SELECT", {}, MysqlInternalError(188, "Got error 188 from storage engine"))
OUT_OF_STEP = InternalError("SELECT", {}, MysqlInternalError("Packet sequence number wrong"))
UNKNOWN = OperationalError("SELECT", {}, MysqlOperationalError(1040, "Too many connections"))
NO_COLUMN = OperationalError("SELECT", {}, MysqlOperationalError(1054, "Unknown column"))
NO_RIGHT = OperationalError("SELECT", {}, MysqlOperationalError(1142, "SELECT command denied"))
POOL_EMPTY = PoolTimeoutError("QueuePool limit reached")
SYNTAX = ProgrammingError("SELEC", {}, MysqlProgrammingError(1064, "You have an error"))
NULL = IntegrityError("INSERT", {}, MysqlIntegrityError(1048, "Column cannot be null"))


class Failing:
    """A transaction that fails a few times before it succeeds."""

    def __init__(self, fault: BaseException, times: int) -> None:
        self.fault, self.times, self.runs = fault, times, 0

    async def __call__(self) -> str:
        """Fail, or return `done`."""
        self.runs += 1
        if self.runs <= self.times:
            raise self.fault
        return "done"


@pytest.mark.parametrize("fault", [DEADLOCK, LOCK_WAIT, ROW_CHANGED, KILLED, ENGINE_DEADLOCK, DUPLICATE])
async def test_a_conflict_with_another_transaction_is_retried(fault: Exception) -> None:
    """The whole transaction is retried, and each further attempt is reported."""
    retries: list[int] = []
    transaction = Failing(fault, times=2)
    assert await Retry(5, lambda: retries.append(1)).run(transaction) == "done"
    assert (transaction.runs, len(retries)) == (3, 2)


@pytest.mark.parametrize("fault", [DEADLOCK, LOCK_WAIT, ROW_CHANGED, KILLED, ENGINE_DEADLOCK])
async def test_conflicts_without_end_become_transient(fault: Exception) -> None:
    """After the last attempt the error is transient."""
    transaction = Failing(fault, times=99)
    with pytest.raises(Transient):
        await Retry(3, lambda: None).run(transaction)
    assert transaction.runs == 3


@pytest.mark.parametrize(
    "fault",
    [GONE, STORAGE, OUT_OF_STEP, UNKNOWN, POOL_EMPTY, ConnectionResetError("reset"), TimeoutError("slow")],
)
async def test_an_unavailable_database_is_not_retried_at_once(fault: Exception) -> None:
    """There is no immediate retry: whether a lost commit succeeded shows only later."""
    transaction = Failing(fault, times=1)
    with pytest.raises(Transient):
        await Retry(5, lambda: None).run(transaction)
    assert transaction.runs == 1


@pytest.mark.parametrize("fault", [SYNTAX, NULL, NO_COLUMN, NO_RIGHT])
async def test_a_permanent_error_is_raised_as_it_is(fault: Exception) -> None:
    """The process ends with it instead of retrying for ever."""
    with pytest.raises(type(fault)):
        await Retry(5, lambda: None).run(Failing(fault, times=99))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Provide a database with two customers."""
    async with migrated(database_url, "club", METADATA) as database:
        async with database.write() as connection:
            rows = [decode_account(account(customer_id=customer)).row() for customer in ("c-1", "c-2")]
            await connection.execute(insert(REFERENCE.account).values(rows))
        yield database


async def test_two_transactions_that_lock_in_opposite_order_both_succeed(database: Database) -> None:
    """The database breaks a real deadlock, and a retry succeeds."""
    table = REFERENCE.account
    first_locks: list[str] = []

    def transaction(order: tuple[str, str]) -> Callable[[], Coroutine[Any, Any, None]]:
        async def run() -> None:
            async with database.write() as connection:
                for customer in order:
                    await connection.execute(
                        update(table)
                        .where(table.c.brand_id == "northbet", table.c.customer_id == customer)
                        .values(revision=table.c.revision + 1)
                    )
                    first_locks.append(customer)
                    # Time for the other transaction to take its own first lock.
                    await asyncio.sleep(0.1 if len(first_locks) <= 2 else 0)

        return lambda: Retry(5, lambda: None).run(run)

    await asyncio.gather(transaction(("c-1", "c-2"))(), transaction(("c-2", "c-1"))())
    async with database.read() as connection:
        revisions = (await connection.execute(select(table.c.revision))).scalars().all()
    assert revisions == [3, 3]
