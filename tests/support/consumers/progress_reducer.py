"""The progress reducer over each database, as its tests drive it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from consumers.messages.accounts import decode_account
from consumers.messages.memberships import decode_membership
from consumers.messages.schemes import decode_scheme, decode_week
from consumers.progress.event_messages import decode_event_market, decode_offer
from consumers.progress.event_reducers import KnownEventReducer
from consumers.progress.messages import decode_adjustment, decode_bet
from consumers.progress.reducers import ProgressReducer
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.progress.ledger.event_changes import EventChanges
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import CONTRIBUTION, METADATA, REFERENCE
from subgraphs.progress.repository import ProgressRepository, Total
from tests.support.consumers.sample_messages import scheme
from tests.support.database_probe import contents, migrated

W13 = ClubKey("northbet", "2026-W13", "c-1")
W14 = ClubKey("northbet", "2026-W14", "c-1")
REASON = list(CONTRIBUTION.columns.keys()).index("reason")


@dataclass(frozen=True)
class Reducer:
    """A reducer of which each call applies a batch in a transaction of its own."""

    database: Database
    apply: ProgressReducer

    @property
    def events(self) -> KnownEventReducer:
        """Return what applies the messages about sports events."""
        return KnownEventReducer(EventChanges(self.apply.ledger))

    async def bets(self, *records: Record) -> Outcome:
        """Apply progress records."""
        return await self._run(self.apply.bets, [Message(record, decode_bet(record)) for record in records])

    async def accounts(self, *records: Record) -> Outcome:
        """Apply account-status records."""
        messages = [Message(record, decode_account(record)) for record in records]
        return await self._run(self.apply.accounts, messages)

    async def memberships(self, *records: Record) -> Outcome:
        """Apply membership records."""
        messages = [Message(record, decode_membership(record)) for record in records]
        return await self._run(self.apply.memberships, messages)

    async def schemes(self, *records: Record) -> Outcome:
        """Apply scheme records."""
        return await self._run(self.apply.schemes, [Message(r, decode_scheme(r)) for r in records])

    async def weeks(self, *records: Record) -> Outcome:
        """Apply records of opened weeks."""
        return await self._run(self.apply.weeks, [Message(r, decode_week(r)) for r in records])

    async def offers(self, *records: Record) -> Outcome:
        """Apply what offers' events are called."""
        return await self._run(self.events.offers, [Message(r, decode_offer(r)) for r in records])

    async def markets(self, *records: Record) -> Outcome:
        """Apply of which offers markets are."""
        return await self._run(self.events.markets, [Message(r, decode_event_market(r)) for r in records])

    async def adjustments(self, *records: Record) -> Outcome:
        """Apply records of adjustments."""
        return await self._run(self.apply.adjustments, [Message(r, decode_adjustment(r)) for r in records])

    async def totals(self, *keys: ClubKey) -> dict[ClubKey, Total]:
        """Read totals as the graph does."""
        async with self.database.read() as connection:
            return await ProgressRepository().totals(connection, keys)

    async def counted(self, key: ClubKey = W13) -> int:
        """Read one total."""
        return (await self.totals(key))[key].total_minor

    async def reasons(self) -> list[str]:
        """Read why each bet counts or not, in the order of bets."""
        rows = (await contents(self.database, CONTRIBUTION))["contribution"]
        return [row[REASON] for row in rows]

    async def _run(self, apply: Any, messages: Sequence[Message[Any]]) -> Outcome:
        async with self.database.write() as connection:
            return await apply(connection, messages)


@asynccontextmanager
async def opened_reducer(url: str) -> AsyncIterator[Reducer]:
    """Open a reducer over a database, new or not, that knows the brand and its first scheme."""
    async with migrated(url, "progress", METADATA) as database:
        writer = ReferenceWriter(REFERENCE, database.dialect)
        reducer = Reducer(database, ProgressReducer(ledger_of(database.dialect), writer, SystemClock()))
        await reducer.schemes(scheme())
        yield reducer


@pytest.fixture
async def reducer(database_url: str) -> AsyncIterator[Reducer]:
    """Provide a reducer over a new database."""
    async with opened_reducer(database_url) as reducer:
        yield reducer
