"""Loading a world makes a plan, publishes schemes and stores content; loading again changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from jsonschema import Draft202012Validator

from backoffice.rules.scheme_versions import Scheme
from furlong.demo.embedded_broker import PARTITIONS, EmbeddedBroker
from furlong.install.load import LoadPlan, apply_load, plan_load
from furlong.install.world import Brand, World, WorldError, read_world
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import SCHEME_TOPIC
from subgraphs.rewards.models import REWARD_CONTENT
from tests.install.decided import apply_decided, backoffice_of
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 12, tzinfo=UTC)
CONTRACT = json.loads((ROOT / "contracts/club.scheme.v1.schema.json").read_text(encoding="utf-8"))


class Refused(Exception):
    """The error of a broker that does not accept a message."""


@dataclass(slots=True)
class Outbox:
    """Stands in for a producer: records messages, or refuses to deliver them."""

    refuses: bool = False
    sent: list[tuple[bytes, dict[str, Any]]] = field(default_factory=list)

    async def send(self, _topic: str, value: bytes, key: bytes, **_rest: Any) -> "asyncio.Future[None]":
        """Accept a message; its delivery is known later."""
        self.sent.append((key, json.loads(value)))
        delivery: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.refuses:
            delivery.set_exception(Refused())
        else:
            delivery.set_result(None)
        return delivery

    async def flush(self) -> None:
        """Return at once: everything is delivered or refused."""


@pytest.fixture
def world() -> World:
    """Return the demo's world."""
    return read_world(ROOT / "furlong/world.yaml")


@pytest.fixture
async def producer(embedded_broker: EmbeddedBroker) -> AsyncIterator[AIOKafkaProducer]:
    """Provide a producer for the embedded broker."""
    await asyncio.to_thread(embedded_broker.create_topics, [SCHEME_TOPIC])
    producer = AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap)
    await producer.start()
    yield producer
    await producer.stop()


async def plan(club_fixture: ClubFixture, world: World, now: datetime = NOW) -> LoadPlan:
    """Return what loading a world would do."""
    return await plan_load(world, club_fixture.club.database, club_fixture.rewards.database, now)


async def load(club_fixture: ClubFixture, world: World, now: datetime = NOW) -> LoadPlan:
    """Load a world, and apply the messages as the club's consumer does."""
    planned, outbox = await plan(club_fixture, world, now), Outbox()
    async with backoffice_of(club_fixture) as backoffice:
        await apply_load(planned, outbox, backoffice, now)
        await apply_decided(club_fixture, backoffice, now)
    await consume(club_fixture, [body for _, body in outbox.sent])
    return planned


async def consume(club_fixture: ClubFixture, bodies: list[dict[str, Any]]) -> None:
    """Store schemes and brands as the club's consumer does."""
    brands, schemes = [], []
    for body in bodies:
        at = datetime.fromisoformat(body["occurred_at"])
        issued_at = datetime.fromisoformat(body["issued_at"])
        times = {"occurred_at": at, "zone_issued_at": issued_at}
        brands.append({"brand_id": body["brand_id"], **times, **body["brand"]})
        terms = {f"terms_{name}": value for name, value in body["terms"].items()}
        known = {name: body[name] for name in REFERENCE["club"].scheme.columns.keys() if name in body}  # noqa: SIM118 - a collection of columns, whose keys are names
        effective_from = datetime.fromisoformat(body["effective_from"])
        others = {"issued_at": issued_at, "effective_from": effective_from, "event_scope": body["events"]}
        schemes.append(known | terms | others)
    writer = ReferenceWriter(REFERENCE["club"], club_fixture.club.database.dialect)
    async with club_fixture.club.database.write() as connection:
        await writer.store_schemes(connection, brands, schemes)


def marks(planned: LoadPlan) -> set[str]:
    """Return which kinds of lines a plan has: new, changed, unchanged."""
    return {line[0] for line in planned.lines()}


def changed(world: World, *, brand: dict[str, Any] | None = None, **scheme: Any) -> World:
    """Return a world whose first brand or first scheme differs."""
    first = world.brands[0]
    schemes = (Scheme(**(first.schemes[0].model_dump() | scheme)), *first.schemes[1:])
    altered = Brand(**(first.model_dump() | (brand or {}) | {"schemes": [s.model_dump() for s in schemes]}))
    return World(brands=(altered, *world.brands[1:]))


async def test_everything_is_new_at_first(each_club: ClubFixture, world: World) -> None:
    """In an empty installation the plan adds each scheme, and each text in each language."""
    lines = list((await plan(each_club, world)).lines())
    assert "+ scheme northbet:GB:GBP:1" in lines
    assert "+ content lagunabet:eur-5 it-IT" in lines
    assert "+ budget northbet:bb-25 every week: 5000" in lines
    assert "+ brand northbet" in lines
    assert len(lines) == 2 + 2 + 6 + 2 * 4 + 1
    assert {line[0] for line in lines} == {"+"}


async def test_a_plan_changes_nothing(club_fixture: ClubFixture, world: World) -> None:
    """Planning, which is all that a dry run does, stores nothing."""
    await plan(club_fixture, world)
    assert await club_fixture.count(club_fixture.rewards, REWARD_CONTENT) == 0
    assert marks(await plan(club_fixture, world)) == {"+"}


async def test_loading_again_changes_nothing(each_club: ClubFixture, world: World) -> None:
    """The second time, content gets no new revision, and schemes keep the time of their first issue."""
    first = await load(each_club, world)
    rows = await each_club.count(each_club.rewards, REWARD_CONTENT)
    second = await load(each_club, world, LATER)
    assert marks(second) == {"="}
    assert await each_club.count(each_club.rewards, REWARD_CONTENT) == rows == 14
    for before, after in zip(first.schemes, second.schemes, strict=True):
        assert {name for name in after.body if after.body[name] != before.body[name]} == {
            "event_id",
            "occurred_at",
        }
    async with each_club.club.database.read() as connection:
        stored = await ReferenceRepository(REFERENCE["club"]).schemes(connection, ["northbet", "lagunabet"])
    assert {scheme.issued_at for schemes in stored.values() for scheme in schemes} == {NOW}


async def test_changed_content_becomes_the_next_revision(club_fixture: ClubFixture, world: World) -> None:
    """A changed title is one changed line and one more row, and customers see it from then on."""
    await load(club_fixture, world)
    content = [each.model_dump() for each in world.brands[0].content]
    content[0]["texts"]["en-GB"]["title"] = "A new title"
    planned = await load(club_fixture, changed(world, brand={"content": content}), LATER)
    assert [line for line in planned.lines() if line[0] != "="] == ["~ content northbet:fb-5 en-GB"]
    assert await club_fixture.count(club_fixture.rewards, REWARD_CONTENT) == 15


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"target_minor": 2600}, "target_minor"),
        ({"bet_types": ["single"]}, "bet_types"),
        ({"effective_from": LATER}, "effective_from"),
        ({"grace_minutes": 1}, "grace_minutes"),
        ({"default_reward_id": None}, "default_reward_id"),
        ({"events": {"sports": ["golf"]}}, "events"),
        ({"terms": {"version": "2026-1", "summary": "Other.", "url": "/terms"}}, "terms"),
    ],
    ids=str,
)
async def test_a_changed_scheme_version_is_refused(
    club_fixture: ClubFixture, world: World, change: dict[str, Any], named: str
) -> None:
    """A loaded version never changes: the error names it and what differs."""
    await load(club_fixture, world)
    with pytest.raises(WorldError, match=rf"northbet:GB:GBP:1 .*{named}.*Add one"):
        await plan(club_fixture, changed(world, **change), LATER)


async def test_a_version_that_counts_some_events_is_loaded_once(
    club_fixture: ClubFixture, world: World
) -> None:
    """What counts is part of a version that never changes; the order of its ids is none."""
    scopes = ({"sports": ["golf", "tennis"]}, {"sports": ["tennis", "golf"], "legs": "all"})
    await load(club_fixture, changed(world, events=scopes[0]))
    assert marks(await load(club_fixture, changed(world, events=scopes[1]), LATER)) == {"="}
    async with club_fixture.club.database.read() as connection:
        stored = await ReferenceRepository(REFERENCE["club"]).schemes(connection, ["northbet"])
    assert [scheme.events for scheme in stored["northbet"]] == [EventScope.of(sports=["golf", "tennis"])]


async def test_a_new_version_is_added(club_fixture: ClubFixture, world: World) -> None:
    """A version with another number is new, and the previous one stays unchanged."""
    await load(club_fixture, world)
    first = world.brands[0]
    newer = first.schemes[0].model_copy(update={"version": 2, "target_minor": 3000})
    brand = first.model_copy(update={"schemes": (*first.schemes, newer)})
    planned = await load(club_fixture, World(brands=(brand, *world.brands[1:])), LATER)
    lines = list(planned.lines())
    assert {"= scheme northbet:GB:GBP:1", "+ scheme northbet:GB:GBP:2"} <= set(lines)


async def test_a_changed_brand_goes_out_with_its_known_schemes(
    club_fixture: ClubFixture, world: World
) -> None:
    """A brand's facts travel with its schemes, so loading them again publishes the changed facts."""
    await load(club_fixture, world)
    change = {"name": "Northbet II", "locales": ["en-GB", "it-IT"]}
    planned = await load(club_fixture, changed(world, brand=change), LATER)
    assert [line for line in planned.lines() if line[0] != "="] == [
        "~ brand northbet: name Northbet becomes Northbet II; locales en-GB becomes en-GB, it-IT"
    ]
    async with club_fixture.club.database.read() as connection:
        stored = (await ReferenceRepository(REFERENCE["club"]).brands(connection, ["northbet"]))["northbet"]
    assert (stored.name, stored.locales) == ("Northbet II", ("en-GB", "it-IT"))


async def test_the_time_zone_of_a_brand_is_refused_in_words(each_club: ClubFixture, world: World) -> None:
    """The error says what is refused, why, and what to do instead; nothing is published."""
    await load(each_club, world)
    with pytest.raises(
        WorldError, match=r"Europe/London.*Europe/Dublin.*boundaries of open weeks.*another id"
    ):
        await plan(each_club, changed(world, brand={"time_zone": "Europe/Dublin"}), LATER)


async def test_messages_keep_the_contract(club_fixture: ClubFixture, world: World) -> None:
    """Every scheme message is valid by its JSON Schema, and its key agrees with its body."""
    validator = Draft202012Validator(CONTRACT, format_checker=Draft202012Validator.FORMAT_CHECKER)
    messages = (await plan(club_fixture, world)).schemes
    for message in messages:
        body = json.loads(json.dumps(message.body))
        assert [error.message for error in validator.iter_errors(body)] == []
        names = ("brand_id", "jurisdiction", "currency", "version")
        assert message.key == ":".join(str(body[name]) for name in names)
    assert len(messages) == 2


async def test_schemes_go_out_on_kafka(
    club_fixture: ClubFixture, world: World, producer: AIOKafkaProducer, embedded_broker: EmbeddedBroker
) -> None:
    """Loading publishes one message per scheme, with key and headers that agree with the body."""
    planned = await plan(club_fixture, world)
    async with backoffice_of(club_fixture) as backoffice:
        await apply_load(planned, producer, backoffice, NOW)
    consumer = AIOKafkaConsumer(bootstrap_servers=embedded_broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(SCHEME_TOPIC, number) for number in range(PARTITIONS)])
    records = [await asyncio.wait_for(consumer.getone(), 30) for _ in planned.schemes]
    await consumer.stop()
    found = {record.key.decode(): json.loads(record.value) for record in records}
    assert found == {message.key: message.body for message in planned.schemes}
    for record in records:
        headers, body = dict(record.headers), json.loads(record.value)
        assert headers["schema"].decode() == body["schema"] == "club.scheme/1"
        assert headers["brand"].decode() == body["brand_id"]


async def test_a_message_that_is_not_delivered_is_no_success(club_fixture: ClubFixture, world: World) -> None:
    """If the broker refuses a message, loading fails instead of reporting success."""
    planned = await plan(club_fixture, world)
    async with backoffice_of(club_fixture) as backoffice:
        with pytest.raises(Refused):
            await apply_load(planned, Outbox(refuses=True), backoffice, NOW)
