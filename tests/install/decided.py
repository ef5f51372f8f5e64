"""Decisions for all nodes: taken in the back office's database, and applied as the rewards consumer does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import delete

from backoffice.content.models import CONTENT_ITEM, CONTENT_REVISION
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.models import OUTBOX, SUBJECT
from backoffice.metadata import NAME
from backoffice.models import METADATA
from consumers.messages.global_events.message import decode_global
from consumers.messages.global_events.states import State
from consumers.rewards.decisions import RewardDecisions
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.rewards.models import GLOBAL_STATE
from tests.support.database_probe import migrated
from tests.support.subgraphs.club_fixture import ClubFixture


@asynccontextmanager
async def backoffice_of(club_fixture: ClubFixture) -> AsyncIterator[Database]:
    """Open the back office's database of a fixture; empty, unless the rewards know of it."""
    async with migrated(club_fixture.url, NAME, METADATA) as database:
        if not await club_fixture.count(club_fixture.rewards, GLOBAL_STATE):
            async with database.write() as connection:
                for table in (SUBJECT, OUTBOX.outbox, CONTENT_ITEM, CONTENT_REVISION):
                    await connection.execute(delete(table))
        yield database


async def decide(club_fixture: ClubFixture, brand: str, states: Sequence[State], now: datetime) -> None:
    """Decide states, and apply their messages to the rewards database."""
    async with backoffice_of(club_fixture) as backoffice:
        decisions = GlobalDecisions()
        async with backoffice.write() as connection:
            for state in states:
                await decisions.decide(connection, brand, state, by="test", at=now, again=True)
        await apply_decided(club_fixture, backoffice, now)


async def apply_decided(club_fixture: ClubFixture, backoffice: Database, now: datetime) -> None:
    """Apply all decisions of the back office, in order, as the rewards consumer does."""
    async with backoffice.read() as connection:
        decided = await GlobalDecisions().repository.all(connection)
    records = [
        Record("club.global.v1", 0, offset, one.key.encode(), one.message().encode())
        for offset, one in enumerate(decided)
    ]
    messages = [Message(record, decode_global(record)) for record in records]
    reducer = RewardDecisions(ManualClock(now)).reducer
    async with club_fixture.rewards.database.write() as connection:
        await reducer.apply(connection, messages)
