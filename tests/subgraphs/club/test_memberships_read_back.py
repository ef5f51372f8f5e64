"""No version of a membership is used again after the club's database was lost or restored; on each engine."""

import json
from datetime import datetime, timedelta

from sqlalchemy import select

from consumers.club.reducers import MembershipReducer
from consumers.messages.memberships import decode_membership
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club.membership.membership import MembershipEvent, MembershipKind, Origin
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import MEMBERSHIP_EVENT, METADATA, OUTBOX
from tests.support.database_probe import migrated
from tests.support.subgraphs.club_samples import NOW, OWNER

IN, OUT = MembershipKind.OPTED_IN, MembershipKind.OPTED_OUT
REPOSITORY = MembershipRepository(MEMBERSHIP_EVENT)


async def change(database: Database, kind: MembershipKind, at: datetime) -> None:
    """Let the customer opt in or out."""
    async with database.write() as connection:
        await REPOSITORY.append(connection, OWNER, kind, upstream_key=str(at), at=at, origin=Origin.CUSTOMER)


async def published(database: Database) -> list[Record]:
    """Return what the club has published."""
    async with database.read() as connection:
        rows = await connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id))
        return [Record(row.topic, 0, row.id, row.key.encode(), row.value.encode()) for row in rows]


async def read_back(database: Database, *records: Record) -> None:
    """Apply the club's own messages, as its consumer does."""
    reducer = MembershipReducer(ManualClock(NOW))
    async with database.write() as connection:
        await reducer.memberships(
            connection, [Message(record, decode_membership(record)) for record in records]
        )


async def lose(database: Database) -> None:
    """Empty the tables."""
    async with database.write() as connection:
        await connection.execute(MEMBERSHIP_EVENT.delete())
        await connection.execute(OUTBOX.outbox.delete())


def versions(records: list[Record]) -> list[tuple[int, str]]:
    """Return version and change of messages."""
    bodies = [json.loads(record.value or b"") for record in records]
    return [(body["version"], body["change"]) for body in bodies]


async def test_the_next_version_is_above_all_published_ones(database_url: str) -> None:
    """Of the topic only the last message of the customer is left."""
    async with migrated(database_url, "club", METADATA) as database:
        for hours, kind in enumerate((IN, OUT, IN)):
            await change(database, kind, NOW + timedelta(hours=hours))
        *_, last = await published(database)
        await lose(database)
        await read_back(database, last)
        await change(database, OUT, NOW + timedelta(hours=5))
        assert versions(await published(database)) == [(4, "opted_out")]


async def test_what_was_done_before_the_topic_was_read_back_holds(database_url: str) -> None:
    """Its version was used, so others ignore it: it is published again, above all that was published."""
    async with migrated(database_url, "club", METADATA) as database:
        for hours, kind in enumerate((IN, OUT, IN)):
            await change(database, kind, NOW + timedelta(hours=hours))
        *_, last = await published(database)
        await lose(database)
        await change(database, IN, NOW + timedelta(hours=5))
        await change(database, OUT, NOW + timedelta(hours=6))
        await read_back(database, last)
        assert versions(await published(database)) == [(1, "opted_in"), (2, "opted_out"), (4, "opted_out")]
        async with database.read() as connection:
            events = await REPOSITORY.events(connection, {OWNER})
        assert events[OWNER][-1] == MembershipEvent(4, OUT, NOW + timedelta(hours=6))
