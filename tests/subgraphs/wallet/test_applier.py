"""Callers of one process share batches, and each gets the outcome of its own transfers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from subgraphs.wallet.ledger.applier import MAX_BATCH, MAX_WAITING, CombiningApplier
from subgraphs.wallet.ledger.errors import LedgerBusy, OutcomeUnknown
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import (
    CreateTransferResult,
    CreateTransferStatus,
    Transfer,
    TransferFlags,
)
from tests.support.database_probe import statements_of
from tests.support.wallet.ledgers import STERLING, FaultyDatabase, account, opened_database, opened_ledger

POISON = 13
"""The code of transfers that the database refuses here."""


def move(id_: str, code: int = 1, flags: int = 0) -> Transfer:
    """Return a transfer between the two accounts."""
    return Transfer(
        id=id_,
        debit_account_id="house",
        credit_account_id="ann",
        amount=1,
        ledger=STERLING,
        code=code,
        flags=int(flags),
    )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[FaultyDatabase]:
    """A database of its own."""
    async with opened_database(database_url) as it:
        yield it


@pytest.fixture
async def ledger(database: FaultyDatabase) -> AsyncIterator[Ledger]:
    """A ledger with two accounts."""
    async with opened_ledger(database) as it:
        await it.create_accounts([account("house"), account("ann")])
        yield it


async def test_callers_share_batches(database: FaultyDatabase, ledger: Ledger) -> None:
    """A hundred callers need a few transactions, and each gets its own result."""
    with statements_of(database) as sent:
        results = await asyncio.gather(
            *(ledger.create_transfer(move(f"t{number % 90}")) for number in range(100))
        )
    assert [result.status for result in results].count(CreateTransferStatus.CREATED) == 90
    assert {result.status for result in results[90:]} == {CreateTransferStatus.EXISTS}
    assert [result.timestamp for result in results[90:]] == [result.timestamp for result in results[:10]]
    locks = [statement for statement in sent if "account.last_timestamp" in statement]
    assert 1 <= len(locks) <= 4
    (house, _) = sorted(await ledger.lookup_accounts(["house", "ann"]), key=lambda one: one.id, reverse=True)
    assert house.debits_posted == 90


async def test_a_cancelled_caller_does_not_cancel_its_transfer(ledger: Ledger) -> None:
    """It has been asked for."""
    calls = [asyncio.create_task(ledger.create_transfer(move(f"t{number}"))) for number in range(3)]
    await asyncio.sleep(0)
    calls[1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await ledger.close()
    assert calls[1].cancelled()
    assert [one.id for one in await ledger.lookup_transfers(["t0", "t1", "t2"])] == ["t0", "t1", "t2"]


async def test_an_unanswered_commit_is_told_as_unknown_to_all(
    database: FaultyDatabase, ledger: Ledger
) -> None:
    """Whether it took place or not: an id tells, and the same request may be sent again."""
    for commit, is_there in (("unanswered", True), ("lost", False)):
        database.commit = commit
        ids = [f"{commit}-{number}" for number in range(2)]
        outcomes = await asyncio.gather(
            ledger.create_transfers([move(id_) for id_ in ids]), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown]
        assert len(await ledger.lookup_transfers(ids)) == (2 if is_there else 0)
        again = await ledger.create_transfers([move(id_) for id_ in ids])
        expected = CreateTransferStatus.EXISTS if is_there else CreateTransferStatus.CREATED
        assert {result.status for result in again} == {expected}


async def test_a_refused_request_does_not_fail_its_neighbours(
    database: FaultyDatabase, ledger: Ledger
) -> None:
    """What the database does not take fails alone, though it was in one batch with others."""
    async with database.write() as connection:
        refusal = "SELECT RAISE(ABORT, 'refused');"
        if database.dialect != "sqlite":
            refusal = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused';"
        condition = "" if database.dialect != "sqlite" else f" WHEN NEW.code={POISON}"
        if database.dialect != "sqlite":
            refusal = f"IF NEW.code={POISON} THEN {refusal} END IF;"
        await connection.exec_driver_sql(
            f"CREATE TRIGGER poison BEFORE INSERT ON transfer FOR EACH ROW{condition} BEGIN {refusal} END"
        )
    outcomes = await asyncio.gather(
        ledger.create_transfer(move("first")),  # alone in its batch: the others come while it is settled
        ledger.create_transfer(move("good")),
        ledger.create_transfer(move("bad", POISON)),
        ledger.create_transfer(move("good too")),
        return_exceptions=True,
    )
    refused = [isinstance(outcome, DBAPIError) for outcome in outcomes]
    assert refused == [False, False, True, False]
    assert len(await ledger.lookup_transfers(["first", "good", "bad", "good too"])) == 3


@pytest.mark.parametrize(
    "transfer",
    [
        move("x" * 65),
        move("grüße"),
        move("a\nb"),
        move("t", code=2**16),
        Transfer(id="t", amount=-1),
        Transfer(id="t", amount=2**53),
        Transfer(id="t", timeout=2**32),
    ],
)
async def test_what_cannot_be_stored_is_refused_at_once(ledger: Ledger, transfer: Transfer) -> None:
    """It never gets into a batch."""
    with pytest.raises(ValueError, match="must be"):
        await ledger.create_transfer(transfer)


@pytest.mark.mariadb
async def test_a_connection_that_the_server_has_closed_is_replaced(mariadb_url: str) -> None:
    """It stays open between batches, and a server closes what is idle: nobody is told."""
    async with opened_database(mariadb_url) as database, opened_ledger(database) as ledger:
        await ledger.create_accounts([account("house"), account("ann")])
        async with database.read() as connection:
            own = await connection.scalar(text("SELECT CONNECTION_ID()"))
            of_database = "SELECT id FROM information_schema.processlist WHERE db=DATABASE()"
            others = {row[0] for row in await connection.execute(text(of_database))} - {own}
            assert others
            for other in others:
                await connection.execute(text(f"KILL {other}"))
        assert (await ledger.create_transfer(move("t"))).status is CreateTransferStatus.CREATED


class Batches:
    """Takes batches in the place of a store, one by one as the test permits."""

    def __init__(self) -> None:
        self.sizes: list[list[int]] = []
        self.permitted = asyncio.Semaphore(0)

    async def apply(
        self, requests: Sequence[Sequence[Transfer]], committing: Callable[[], None]
    ) -> list[list[CreateTransferResult]]:
        """Note the batch, and wait."""
        self.sizes.append([len(request) for request in requests])
        await self.permitted.acquire()
        committing()
        return [
            [CreateTransferResult(1, CreateTransferStatus.CREATED) for _ in request] for request in requests
        ]


async def test_a_request_is_never_divided() -> None:
    """A chain that does not fit goes into the next batch, whole, and nothing overtakes it."""
    batches = Batches()
    applier = CombiningApplier(batches.apply)
    sizes = [1, MAX_BATCH - 2, 3, 1]
    calls = [
        asyncio.create_task(
            applier.create_transfers(
                [move(f"t{call}-{number}", flags=TransferFlags.LINKED) for number in range(size)]
            )
        )
        for call, size in enumerate(sizes)
    ]
    for _ in range(4):
        batches.permitted.release()
    answers = await asyncio.gather(*calls)
    assert [len(results) for results in answers] == sizes
    assert [size for batch in batches.sizes for size in batch] == sizes
    assert max(sum(batch) for batch in batches.sizes) <= MAX_BATCH
    assert [3, 1] in batches.sizes


async def test_no_more_wait_than_there_is_room_for() -> None:
    """Beyond that, a caller is told at once that nothing was written."""
    batches = Batches()
    applier = CombiningApplier(batches.apply)
    many = [move(f"t{number}") for number in range(MAX_BATCH)]
    calls = [asyncio.create_task(applier.create_transfers(many)) for _ in range(MAX_WAITING // MAX_BATCH)]
    await asyncio.sleep(0)
    with pytest.raises(LedgerBusy):
        await applier.create_transfers(many)
    with pytest.raises(ValueError, match="at most"):
        await applier.create_transfers([*many, move("more")])
    for _ in calls:
        batches.permitted.release()
    await asyncio.gather(*calls)
    await applier.close()
