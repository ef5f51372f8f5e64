"""The block of notes: messages in any order, each customer's own notes, and erasure."""

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import jsonschema
import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.app import create_subgraph
from furlong.new.notes.consumer.messages import decode_note
from furlong.new.notes.consumer.wiring import create_consumer
from furlong.new.notes.customer_data import erasure_of
from furlong.new.notes.models import METADATA, NOTE
from furlong.new.notes.retention import KEPT, create_rounds
from furlong.new.notes.simulated import messages
from simulator.world import load_world
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.rounds import WorkerParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.database_probe import migrate
from tests.support.subgraphs.club_fixture import session, session_settings

CONTRACT: Final = Path(__file__).resolve().parents[2] / "furlong/new/notes/contract.json"
NOW: Final = datetime(2026, 3, 25, 14, tzinfo=UTC)
SHOWN: Final = '{ notes(brand: "northbet") { id text } }'


def note(customer: str, note_id: str, *, revision: int = 1, text: str = "text", at: datetime = NOW) -> Record:
    """Return a record of a note to a customer of Northbet."""
    body = {
        "schema": "platform.note/1",
        "brand_id": "northbet",
        "customer_id": customer,
        "note_id": note_id,
        "revision": revision,
        "text": text,
        "written_at": at.isoformat().replace("+00:00", "Z"),
    }
    event = str(uuid5(NAMESPACE_URL, json.dumps(body)))
    value = json.dumps({"event_id": event, **body}).encode()
    headers = (("schema", b"platform.note/1"),)
    return Record(NOTE_TOPIC, 0, 0, f"northbet:{customer}".encode(), value, headers)


@dataclass
class Notes:
    """The block: its subgraph and its consumer over one database."""

    settings: DatabaseSettings
    subgraph: Subgraph
    consumer: Consumer
    offset: Iterator[int] = field(default_factory=itertools.count)

    async def apply(self, *records: Record) -> None:
        """Apply records one after the other, as the stream would."""
        topic = self.consumer.app.by_name[NOTE_TOPIC]
        for record in records:
            offset = next(self.offset)
            placed = Record(
                record.topic, 0, offset, record.key, record.value, record.headers, record.timestamp
            )
            await self.consumer.sink.apply(
                Batch(topic, [PartitionRecords(Partition(topic.name, 0, "g-1"), offset, [placed])])
            )

    async def shown(self, customer: str | None) -> dict[str, str]:
        """Return the texts that a customer sees, by id, in their order."""
        answer: Any = await self.subgraph.execute(SHOWN, {}, None, session(customer))
        assert "errors" not in answer, answer
        return {one["id"]: one["text"] for one in answer["data"]["notes"]}


@pytest.fixture
async def notes(database_url: str) -> AsyncIterator[Notes]:
    """Provide the block over a new database, once on each engine."""
    settings, clock = DatabaseSettings(url=database_url), ManualClock(NOW)
    await migrate(settings, "notes", METADATA)
    verifier = SessionVerifier.from_settings(session_settings(), clock)
    subgraph = create_subgraph(SubgraphParts(settings, UpstreamSettings(), verifier, clock))
    consumer = create_consumer(settings, StreamSettings(), CollectorRegistry(), clock)
    yield Notes(settings, subgraph, consumer)
    await consumer.close()
    await subgraph.close()


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
async def test_the_newest_revision_stays_in_any_order(notes: Notes, order: tuple[int, ...]) -> None:
    """Repeated or late, a message changes nothing."""
    records = [note("c-1", "n-1", revision=number, text=f"text {number}") for number in order]
    await notes.apply(*records, *records)
    assert await notes.shown("c-1") == {"n-1": "text 3"}


async def test_each_customer_sees_their_own(notes: Notes) -> None:
    """The newest first; a visitor without a session sees none."""
    later = NOW + timedelta(minutes=1)
    await notes.apply(note("c-1", "n-1"), note("c-1", "n-2", text="later", at=later), note("c-2", "n-3"))
    assert list((await notes.shown("c-1")).items()) == [("n-2", "later"), ("n-1", "text")]
    assert await notes.shown("c-2") == {"n-3": "text"}
    assert await notes.shown(None) == {}


async def test_what_is_no_note_becomes_a_dead_letter(notes: Notes) -> None:
    """It does not stop the others."""
    broken = note("c-1", "n-1", revision=0)
    await notes.apply(broken, note("c-1", "n-2"))
    assert await notes.shown("c-1") == {"n-2": "text"}


async def test_an_erased_customers_notes_are_gone_and_do_not_come_back(notes: Notes) -> None:
    """A message from before the erasure, which is read again, is about nobody."""
    record = note("c-1", "n-1")
    await notes.apply(record, note("c-2", "n-2"))
    database = notes.subgraph.database
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(notes.settings))
    async with database.write() as connection:
        assert await erasure.erase(connection, Owner("northbet", "c-1"), NOW, NOW)
    await notes.apply(record)
    async with database.read() as connection:
        assert [row.customer_id for row in await connection.execute(select(NOTE))] == ["c-2"]


async def test_old_notes_are_deleted(notes: Notes) -> None:
    """A year after they were written, and not before."""
    await notes.apply(
        note("c-1", "n-1", at=NOW - KEPT - timedelta(seconds=1)), note("c-1", "n-2", at=NOW - KEPT)
    )
    rounds = create_rounds(WorkerParts(notes.settings, ManualClock(NOW)))
    assert await rounds.round() == {"deletion": 0}
    await rounds.close()
    assert list(await notes.shown("c-1")) == ["n-2"]


def test_what_the_simulator_publishes_is_as_the_contract_says() -> None:
    """Its consumer reads it, too."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    (message,) = messages(load_world(), Random(1), NOW)  # noqa: S311 - not secret
    (again,) = messages(load_world(), Random(1), NOW)  # noqa: S311 - after a restart
    assert json.loads(message.value)["note_id"] != json.loads(again.value)["note_id"]
    jsonschema.validate(json.loads(message.value), contract)
    record = Record(message.topic, 0, 0, message.key, message.value, message.headers)
    assert decode_note(record).revision == 1


def test_the_contract_names_the_fields_of_the_message() -> None:
    """What the decoder reads is what the contract promises."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    body = json.loads(note("c-1", "n-1").value or b"")
    assert set(contract["required"]) == set(contract["properties"]) == set(body)
