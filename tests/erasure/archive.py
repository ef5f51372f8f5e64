"""All databases of an installation, to which each consumer applies the records of its topics."""

import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData, insert, select

from consumers.stream.consumer import App
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.consumer_process import create_consumer
from subgraphs.bets import models as bets
from subgraphs.block_list import BLOCKS
from subgraphs.club import models as club
from subgraphs.fulfilment import models as fulfilment
from subgraphs.lobby import models as lobby
from subgraphs.progress import models as progress
from subgraphs.rewards import models as rewards
from subgraphs.wallet import models as wallet
from tests.support.consumers.sample_messages import (
    account,
    adjustment,
    bet,
    goodwill,
    membership,
    reward,
    scheme,
)
from tests.support.database_probe import migrate, migrated

MODELS: Final[Mapping[str, Any]] = {
    "club": club,
    "rewards": rewards,
    "progress": progress,
    "fulfilment": fulfilment,
    "wallet": wallet,
    "bets": bets,
    "lobby": lobby,
}
GONE_AT: Final = datetime(2026, 3, 27, 12, tzinfo=UTC)
"""Friday of 2026-W13."""

CHOICE: Final = {
    "schema": "club.choice/1",
    "brand_id": "northbet",
    "iso_week": "2026-W13",
    "revision": 1,
    "final": True,
    "source": "chosen",
    "reward": {
        "reward_id": "fb-5",
        "config_version": 1,
        "kind": "free_bet",
        "product": "betting",
        "value_minor": 500,
        "spins": None,
        "currency": "GBP",
        "expiry_days": 7,
        "wagering_multiple": 0,
    },
    "occurred_at": "2026-03-26T10:00:00Z",
}
QUALIFICATION: Final = {
    "schema": "club.qualification/1",
    "brand_id": "northbet",
    "iso_week": "2026-W13",
    "revision": 1,
    "status": "confirmed",
    "total_minor": 2500,
    "target_minor": 2500,
    "currency": "GBP",
    "occurred_at": "2026-03-26T10:00:00Z",
}
OUTCOME: Final = {
    "schema": "club.outcomes/1",
    "brand_id": "northbet",
    "iso_week": "2026-W13",
    "revision": 1,
    "state": "CONFIRMED",
    "occurred_at": "2026-03-26T10:00:00Z",
}


def bet_of(customer: str) -> str:
    """Return a bet's id that does not contain the customer's id."""
    return f"b-{zlib.crc32(customer.encode())}"


def told(topic: str, body: Mapping[str, Any], customer: str, **changes: Any) -> Record:
    """Return a record of one of our own topics."""
    whole = (
        {"event_id": str(uuid5(NAMESPACE_URL, f"{topic}-{customer}"))}
        | dict(body)
        | {"customer_id": customer}
        | changes
    )
    return Record(topic, 0, 0, f"northbet:{customer}".encode(), json.dumps(whole).encode())


def tombstone(customer: str, at: datetime = GONE_AT, topic: str = "club.account-status.v1") -> Record:
    """Return a null value under a customer's key."""
    return Record(topic, 0, 0, f"northbet:{customer}".encode(), None, timestamp=at)


def life_of(customer: str) -> list[Record]:
    """Return the records about a customer who has qualified and chosen, in order."""
    at = {"customer_id": customer}
    return [
        account(**at),
        account(**at, revision=2, occurred_at="2026-03-21T09:00:00Z"),
        membership(**at),
        bet(**at, bet_id=bet_of(customer), stake_minor=2500, counting_stake_minor=2500),
        bet(**at, bet_id=f"{bet_of(customer)}-2"),
        told("club.choice.v1", CHOICE, customer),
        told("club.qualification.v1", QUALIFICATION, customer),
        told("club.outcomes.v1", OUTCOME, customer),
        adjustment(**at, adjustment_id=f"a-{bet_of(customer)}"),
        goodwill(**at, credit_id=f"g-{bet_of(customer)}", decided_at="2026-03-25T12:00:00Z"),
    ]


@dataclass
class Archive:
    """The databases of the subgraphs, and the apps that fill them."""

    url: str
    databases: dict[str, Database]
    apps: dict[str, App]

    async def apply(self, *records: Record) -> None:
        """Apply each record with every consumer that reads its topic, in a transaction of its own."""
        for record in records:
            for name in self.apps:
                await self.apply_in(name, record)

    async def apply_in(self, name: str, *records: Record) -> None:
        """Apply records with one consumer, each in a transaction of its own."""
        for record in records:
            topic = self.apps[name].by_name.get(record.topic)
            if topic is not None:
                async with self.databases[name].write() as connection:
                    await topic.apply(connection, [Message(record, topic.decode(record))])

    async def apply_batch(self, name: str, records: Sequence[Record]) -> None:
        """Apply records of one topic with one consumer, as one batch."""
        topic = self.apps[name].by_name[records[0].topic]
        async with self.databases[name].write() as connection:
            await topic.apply(connection, [Message(record, topic.decode(record)) for record in records])

    async def insert(self, name: str, table: Any, *rows: Mapping[str, Any]) -> None:
        """Insert rows that no consumer writes."""
        async with self.databases[name].write() as connection:
            for row in rows:
                await connection.execute(insert(table).values(**row))

    async def rows(self, name: str, table: Any) -> list[dict[str, Any]]:
        """Return all rows of a table."""
        async with self.databases[name].read() as connection:
            result = await connection.execute(select(table).order_by(*table.primary_key))
            return [dict(row) for row in result.mappings()]

    async def dump(self) -> dict[str, list[str]]:
        """Return every row of every database as text, by subgraph and table."""
        return {
            f"{name}.{table.name}": [repr(tuple(row.values())) for row in await self.rows(name, table)]
            for name, model in MODELS.items()
            for table in metadata_of(model).sorted_tables
        }

    async def naming(self, customer: str) -> dict[str, list[str]]:
        """Return the rows that name a customer."""
        found = {
            table: [row for row in rows if customer in row] for table, rows in (await self.dump()).items()
        }
        return {table: rows for table, rows in found.items() if rows}

    async def fill(self, customer: str) -> None:
        """Apply a customer's records, and insert the rows that are written in other ways."""
        await self.apply(*life_of(customer))
        at = datetime(2026, 3, 26, 9, tzinfo=UTC)
        key = {"brand_id": "northbet", "customer_id": customer}
        intent = key | {
            "upstream_key": bet_of(customer),
            "operation": "optIn",
            "client_key": "a-key",
            "slot": "membership",
            "body_hash": "x",
            "request": {"path": f"/v1/brands/northbet/customers/{customer}/membership"},
            "status": "pending",
            "created_at": at,
        }
        week = key | {"iso_week": "2026-W13"}
        bet_key = {"brand_id": "northbet", "bet_id": bet_of(customer)}
        late = {"iso_week": "2026-W13", "counted_minor": 0, "would_count_minor": 100, "customer_id": customer}
        event = key | {"version": 2, "kind": "opted_in", "upstream_key": bet_of(customer), "at": at}
        await self.insert("club", club.INTENT, intent)
        await self.insert("rewards", rewards.INTENT, intent)
        await self.insert("club", club.MEMBERSHIP_EVENT, event)
        chosen = {"reward_id": "fb-5", "config_version": 1, "version": 1, "chosen_at": at}
        await self.insert("rewards", rewards.REWARD_CHOICE, week | {"iso_week": "2026-W12"} | chosen)
        imported = {"staked_minor": 5, "currency": "GBP", "source": "a.csv", "imported_at": at}
        await self.insert("progress", progress.CRM_QUALIFIER, week | {"iso_week": "2026-W01"} | imported)
        waiting = {"revision": 2, "occurred_at": at, "closed_at": at, "would_be": "COUNTED"}
        await self.insert("progress", progress.LATE_REVISION, bet_key | late | waiting)
        decided = {"revision": 2, "accepted": True, "decided_by": "ann", "why": "late", "decided_at": at}
        await self.insert("progress", progress.LATE_DECISION, bet_key | late | decided)
        await self.insert("progress", progress.REPAIR, week | {"repaired_at": at})
        for name, model in MODELS.items():
            await self._letters(name, model, customer, at)

    async def _letters(self, name: str, model: Any, customer: str, at: datetime) -> None:
        quoted = json.dumps(customer)
        values = [
            (f"northbet:{customer}".encode(), b"{"),
            (None, f'{{"brand_id": "northbet", "customer_id": {quoted}}}'.encode()),
            (None, f'{{"customer_id": {quoted}, broken'.encode()),
        ]
        letter = {"topic": "t", "partition": 0, "generation": "g", "reason": "?", "headers": []}
        async with self.databases[name].read() as connection:
            there = len((await connection.execute(select(model.STREAM.dead_letter.c.id))).all())
        rows = [
            letter | {"offset": there + place, "key": key, "value": value, "stored_at": at}
            for place, (key, value) in enumerate(values)
        ]
        await self.insert(name, model.STREAM.dead_letter, *rows)
        fact = {"topic": "t", "key": f"northbet:{customer}", "value": f"{{{quoted}}}", "headers": {}}
        await self.insert(name, model.OUTBOX.outbox, fact | {"written_at": at})


def metadata_of(model: Any) -> MetaData:
    """Return the tables of a subgraph."""
    metadata: MetaData = model.METADATA
    return metadata


def moved(record: Record, by: timedelta) -> Record:
    """Return a tombstone at another time."""
    assert record.timestamp is not None
    return replace(record, timestamp=record.timestamp + by)


@pytest.fixture
async def archive(database_url: str) -> AsyncIterator[Archive]:
    """Yield databases that contain the brand, its scheme and its reward."""
    settings = DatabaseSettings(url=database_url)
    for block in BLOCKS:  # commands ask for all databases
        if block.name not in MODELS:
            await migrate(settings, block.name, block.metadata)
    async with AsyncExitStack() as stack:
        databases = {
            name: await stack.enter_async_context(migrated(database_url, name, model.METADATA))
            for name, model in MODELS.items()
        }
        consumers = {
            name: create_consumer(name, settings, StreamSettings(), CollectorRegistry(), SystemClock())
            for name in MODELS
        }
        found = Archive(database_url, databases, {name: consumer.app for name, consumer in consumers.items()})
        await found.apply(scheme(), reward())
        yield found
