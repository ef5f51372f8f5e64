"""Several processes' ledgers on one MariaDB: whatever they do at once, it is as if done one after another."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import asdict
from sqlalchemy import text

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.limits import AMOUNT_MAX
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.ledger.transfers import (
    CreateTransferResult,
    CreateTransferStatus,
    Transfer,
    TransferFlags,
)
from tests.subgraphs.wallet.model import LedgerModel
from tests.support.wallet.ledgers import STERLING, account, limited, opened_database, opened_ledger

pytestmark = pytest.mark.mariadb
F = TransferFlags
NAMES = ("house", "ann", "bob", "cat")
PROCESSES, CALLERS, REQUESTS = 3, 4, 25


@dataclass(slots=True)
class Journal:
    """What was asked for, what was answered, and what is known to be pending."""

    answered: list[tuple[list[Transfer], list[CreateTransferResult]]] = field(default_factory=list)
    pending: list[Transfer] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)

    async def ask(self, ledger: Ledger, asked: list[Transfer]) -> None:
        """Ask for transfers, and note the answer."""
        results = await ledger.create_transfers(asked)
        self.answered.append((asked, results))
        self.pending += [
            transfer
            for transfer, result in zip(asked, results, strict=True)
            if transfer.flags & F.PENDING and result.status is CreateTransferStatus.CREATED
        ]

    def draw(self, chance: random.Random) -> list[Transfer]:
        """Return a request: a transfer of any kind, a chain, or what somebody else has asked for already."""
        if self.answered and chance.random() < 0.1:
            return chance.choice(self.answered)[0]
        size = chance.choice([1, 1, 1, 2, 3])
        linked = size > 1 and chance.random() < 0.5
        return [
            self._transfer(chance, int(F.LINKED) if linked and at < size - 1 else 0) for at in range(size)
        ]

    def _transfer(self, chance: random.Random, flags: int) -> Transfer:
        id_ = f"t{next(self.numbers)}"
        if self.pending and chance.random() < 0.35:
            flags |= chance.choice([F.POST_PENDING_TRANSFER, F.VOID_PENDING_TRANSFER])
            amount = chance.choice([1, AMOUNT_MAX]) if flags & F.POST_PENDING_TRANSFER else 0
            return Transfer(id=id_, pending_id=chance.choice(self.pending).id, amount=amount, flags=flags)
        kinds = [0, 0, F.PENDING, F.PENDING, F.BALANCING_DEBIT, F.PENDING | F.CLOSING_CREDIT]
        flags |= chance.choice(kinds)
        debit, credit = chance.sample(NAMES, 2)
        timeout = chance.choice([0, 1, 60]) if flags & F.PENDING else 0
        if flags & F.CLOSING_CREDIT:
            timeout = 1  # so that not all accounts stay closed
        return Transfer(
            id=id_,
            debit_account_id=debit,
            credit_account_id=credit,
            amount=chance.randrange(1, 9),
            ledger=STERLING,
            code=1,
            flags=flags,
            timeout=timeout,
        )


async def test_what_is_done_at_once_is_as_if_done_in_the_order_of_timestamps(mariadb_url: str) -> None:
    """Replayed in that order, the model has the same results and balances; no rule was broken meanwhile."""
    journal = Journal()
    async with opened_database(mariadb_url) as database, AsyncExitStack() as stack:
        ledgers = [await stack.enter_async_context(opened_ledger(database))]
        for _ in range(PROCESSES - 1):
            other = Database(DatabaseSettings(url=mariadb_url), "wallet")
            stack.push_async_callback(other.close)
            ledgers.append(await stack.enter_async_context(opened_ledger(other)))
        opened = [
            account("house", AccountFlags.HISTORY),
            limited("ann"),
            limited("bob"),
            account("cat", AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS | AccountFlags.HISTORY),
        ]
        created = await ledgers[0].create_accounts(opened)
        model = LedgerModel()
        for one, result in zip(opened, created, strict=True):
            model.create_accounts([asdict(one)], result.timestamp)
        await _run_at_once(ledgers, journal)
        await ledgers[0].expire_pending()
        _replay(model, journal, await _expiries(database))
        accounts = {one.id: asdict(one) for one in await ledgers[0].lookup_accounts(NAMES)}
        assert accounts == model.accounts
        ids = [transfer.id for asked, _ in journal.answered for transfer in asked]
        assert {one.id: asdict(one) for one in await ledgers[0].lookup_transfers(ids)} == model.transfers
        assert await prove(database) == []
        _stays_within_rules(accounts)


async def _run_at_once(ledgers: Sequence[Ledger], journal: Journal) -> None:
    chance = random.Random(50)  # noqa: S311 - the same each time, but for who comes first

    async def call(ledger: Ledger) -> None:
        for _ in range(REQUESTS):
            await journal.ask(ledger, journal.draw(chance))

    async def sweep(ledger: Ledger) -> None:
        for _ in range(REQUESTS):
            await ledger.expire_pending(3)
            await asyncio.sleep(0.02)

    async def race(number: int) -> None:
        """Several processes create the same transfer at the same moment."""
        same = Transfer(
            id=f"race{number}",
            debit_account_id=NAMES[number % 2 * 3],
            credit_account_id="bob",
            amount=1,
            ledger=STERLING,
            code=1,
        )
        await asyncio.gather(*(journal.ask(ledger, [same]) for ledger in ledgers))

    callers = [call(ledger) for ledger in ledgers for _ in range(CALLERS)]
    sweepers = [sweep(ledger) for ledger in ledgers]
    await asyncio.gather(*callers, *sweepers, *(race(number) for number in range(10)))


async def _expiries(database: Database) -> list[tuple[int, str]]:
    async with database.read() as connection:
        rows = await connection.execute(
            text("SELECT ended_at, id FROM pending_transfer WHERE status='expired' ORDER BY ended_at")
        )
        return [(row[0], row[1]) for row in rows]


def _replay(model: LedgerModel, journal: Journal, expiries: list[tuple[int, str]]) -> None:
    """Do everything again in the order of timestamps; what was repeated is looked at in the end."""
    steps: list[tuple[int, list[Transfer], list[CreateTransferResult]]] = []
    repeated: list[tuple[Transfer, CreateTransferResult]] = []
    for asked, results in journal.answered:
        for chain, outcome in _chains(asked, results):
            if any(result.status.startswith(("exists", "id_already")) for result in outcome):
                repeated += zip(chain, outcome, strict=True)
            else:
                steps.append((outcome[0].timestamp, chain, outcome))
    for at, chain, outcome in sorted(steps, key=lambda step: step[0]):
        while expiries and expiries[0][0] < at:
            model.expire_one(expiries.pop(0)[1])
        expected = model.create_transfers_at([asdict(one) for one in chain], at)
        assert [(result.timestamp, result.status.value) for result in outcome] == expected
    for _, id_ in expiries:
        model.expire_one(id_)
    assert steps
    assert repeated
    for transfer, result in repeated:
        if result.status is CreateTransferStatus.EXISTS:
            assert model.transfers[transfer.id]["timestamp"] == result.timestamp
        elif result.status is CreateTransferStatus.ID_ALREADY_FAILED:
            assert transfer.id in model.failed
        else:
            assert result.status is CreateTransferStatus.LINKED_EVENT_FAILED


def _chains(
    asked: list[Transfer], results: list[CreateTransferResult]
) -> list[tuple[list[Transfer], list[CreateTransferResult]]]:
    chains: list[tuple[list[Transfer], list[CreateTransferResult]]] = []
    goes_on = False
    for transfer, result in zip(asked, results, strict=True):
        if not goes_on:
            chains.append(([], []))
        chains[-1][0].append(transfer)
        chains[-1][1].append(result)
        goes_on = bool(transfer.flags & F.LINKED)
    return chains


def _stays_within_rules(accounts: dict[str, Any]) -> None:
    for name in ("ann", "bob"):
        one = accounts[name]
        assert one["debits_pending"] + one["debits_posted"] <= one["credits_posted"]
    one = accounts["cat"]
    assert one["credits_pending"] + one["credits_posted"] <= one["debits_posted"]


async def test_an_id_has_one_outcome_whoever_asks(mariadb_url: str) -> None:
    """Of transfers with one id between other accounts at one moment, one is decided, or fails for ever."""
    async with opened_database(mariadb_url) as database, AsyncExitStack() as stack:
        others = [Database(DatabaseSettings(url=mariadb_url), "wallet") for _ in range(3)]
        for other in others:
            stack.push_async_callback(other.close)
        ledgers = [await stack.enter_async_context(opened_ledger(other)) for other in others]
        pairs = [(f"from{number}", f"to{number}") for number in range(3)]
        opened = [limited(pairs[0][0]), *(account(name) for pair in pairs[1:] for name in pair)]
        await ledgers[0].create_accounts([*opened, account(pairs[0][1])])
        for number in range(30):
            results = await asyncio.gather(
                *(
                    ledger.create_transfer(
                        Transfer(
                            id=f"same{number}",
                            debit_account_id=debit,
                            credit_account_id=credit,
                            amount=1,
                            ledger=STERLING,
                            code=1,
                        )
                    )
                    for ledger, (debit, credit) in zip(ledgers, pairs, strict=True)
                )
            )
            statuses = sorted(result.status for result in results)
            exists = await ledgers[0].lookup_transfers([f"same{number}"])
            if exists:
                assert statuses.count(CreateTransferStatus.CREATED) == 1
                assert statuses.count(CreateTransferStatus.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID) == 2
            else:
                assert statuses.count(CreateTransferStatus.EXCEEDS_CREDITS) == 1
                assert statuses.count(CreateTransferStatus.ID_ALREADY_FAILED) == 2
        assert await prove(database) == []
