"""Several writers at once: members of the group that hold different partitions."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import decode_account
from consumers.messages.schemes import decode_scheme
from consumers.progress.messages import decode_bet
from consumers.progress.reducers import ProgressReducer
from consumers.stream.database.retry import Retry
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.counting.contribution import Contribution
from subgraphs.progress.counting.rulebook import KnownCustomers
from subgraphs.progress.ledger.ledger import Ledger, ledger_of
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.models import BET_CLAIM, CONTRIBUTION, METADATA, PROGRESS, REFERENCE
from tests.support.consumers.sample_messages import account, bet, scheme
from tests.support.database_probe import contents, migrated

CUSTOMERS = 8
PLACES = [{"jurisdiction": "GB", "currency": "GBP"}, {"jurisdiction": "IE", "currency": "EUR"}]


def _parts(database: Database) -> tuple[ProgressReducer, Ledger]:
    ledger = ledger_of(database.dialect)
    return ProgressReducer(ledger, ReferenceWriter(REFERENCE, database.dialect), SystemClock()), ledger


async def _commit(database: Database, apply: Any, decode: Callable[[Record], Any], *records: Record) -> None:
    messages = [Message(record, decode(record)) for record in records]

    async def transaction() -> None:
        async with database.write() as connection:
            await apply(connection, messages)

    await Retry(20, lambda: None).run(transaction)


async def _unchanged(database: Database, again: Callable[[AsyncConnection], Awaitable[None]]) -> bool:
    before = await contents(database, CONTRIBUTION, PROGRESS)
    async with database.write() as connection:
        await again(connection)
    return before == await contents(database, CONTRIBUTION, PROGRESS)


async def test_bets_are_judged_by_the_account_that_changes_at_the_same_time(database_url: str) -> None:
    """Whichever commits first, in the end each bet counts by the stored account."""
    async with migrated(database_url, "progress", METADATA) as database:
        apply, ledger = _parts(database)
        await _commit(
            database, apply.schemes, decode_scheme, *(scheme(version=1, **place) for place in PLACES)
        )
        work = []
        for round_ in range(1, 7):
            place = PLACES[round_ % 2]
            moves = [account(customer_id=f"c-{n}", revision=round_, **place) for n in range(CUSTOMERS)]
            stakes = [
                bet(customer_id=f"c-{n}", bet_id=f"b-{n}-{round_}", currency=("GBP", "EUR")[n % 2])
                for n in range(CUSTOMERS)
            ]
            work += [
                _commit(database, apply.accounts, decode_account, *moves),
                _commit(database, apply.bets, decode_bet, *stakes[::2]),
                _commit(database, apply.bets, decode_bet, *stakes[1::2]),
            ]
        await asyncio.gather(*work)
        owners = [Owner("northbet", f"c-{n}") for n in range(CUSTOMERS)]
        assert len((await contents(database, CONTRIBUTION))["contribution"]) == 6 * CUSTOMERS
        assert await _unchanged(database, lambda connection: ledger.reassess_customers(connection, owners))


async def _while_open(
    database: Database, apply: Any, messages: list[Message[Any]], other: Awaitable[None]
) -> None:
    """Apply messages, and give the other transaction time to interfere before they are committed."""
    async with database.write() as connection:
        await apply(connection, messages)
        running = asyncio.ensure_future(other)
        await asyncio.sleep(0.3)
    await running


class Dawdling(LedgerRepository):
    """Gives other writers time between the assessment of bets and their storage."""

    async def add(self, connection: AsyncConnection, entries: Collection[Contribution]) -> None:
        """Wait before adding."""
        await asyncio.sleep(0.3)
        await LedgerRepository.add(self, connection, entries)


async def test_an_account_waits_for_bets_that_are_being_judged(database_url: str) -> None:
    """Otherwise it would not find them, and they would keep an outdated assessment."""
    async with migrated(database_url, "progress", METADATA) as database:
        apply, ledger = _parts(database)
        slow = ProgressReducer(
            replace(ledger, repository=Dawdling.of(database.dialect)), apply.writer, apply.clock
        )
        await _commit(database, apply.schemes, decode_scheme, *(scheme(**place) for place in PLACES))
        judging = asyncio.ensure_future(_commit(database, slow.bets, decode_bet, bet(currency="EUR")))
        await asyncio.sleep(0.1)
        await _commit(database, apply.accounts, decode_account, account(**PLACES[1]))
        await judging
        assert [row[3] for row in (await contents(database, PROGRESS))["progress"]] == [500]


async def test_bets_wait_for_an_account_that_is_being_changed(database_url: str) -> None:
    """Otherwise they would be assessed by outdated facts."""
    async with migrated(database_url, "progress", METADATA) as database:
        apply, _ = _parts(database)
        await _commit(database, apply.schemes, decode_scheme, *(scheme(**place) for place in PLACES))
        moved = account(**PLACES[1])
        stake = _commit(database, apply.bets, decode_bet, bet(currency="EUR"))
        await _while_open(database, apply.accounts, [Message(moved, decode_account(moved))], stake)
        assert [row[3] for row in (await contents(database, PROGRESS))["progress"]] == [500]


async def test_a_bet_that_another_writer_added_first_is_not_taken_over(database_url: str) -> None:
    """Adding it fails, so the transaction starts again and sees whose bet it is."""
    async with migrated(database_url, "progress", METADATA) as database:
        apply, ledger = _parts(database)
        await _commit(database, apply.schemes, decode_scheme, scheme())
        async with database.read() as connection:
            rules = await ledger.lock_rulebook(connection, ["northbet"], exclusive=False)
        for customer, outcome in (("c-1", nullcontext()), ("c-2", pytest.raises(IntegrityError))):
            entry = rules.assess([decode_bet(bet(customer_id=customer)).bet()], KnownCustomers())
            with outcome:
                async with database.write() as connection:
                    await ledger.repository.add(connection, [entry])
        assert [row[2] for row in (await contents(database, CONTRIBUTION))["contribution"]] == ["c-1"]


async def test_of_two_customers_that_claim_one_bet_at_once_one_has_it(database_url: str) -> None:
    """Whichever commits first has the bet, once, and both claims are kept."""
    async with migrated(database_url, "progress", METADATA) as database:
        apply, _ = _parts(database)
        await _commit(database, apply.schemes, decode_scheme, scheme())
        claims = [
            _commit(database, apply.bets, decode_bet, bet(bet_id=f"b-{n}", customer_id=f"c-{customer}"))
            for n in range(10)
            for customer in range(2)
        ]
        await asyncio.gather(*claims)
        stored = await contents(database, BET_CLAIM, CONTRIBUTION, PROGRESS)
        holders = [row[2] for row in stored["contribution"]]
        assert [{holder, row[2]} for holder, row in zip(holders, stored["bet_claim"], strict=True)] == [
            {"c-0", "c-1"}
        ] * 10
        assert {row[1]: row[4] for row in stored["progress"]} == Counter(holders)
