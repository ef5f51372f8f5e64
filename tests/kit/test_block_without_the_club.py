"""A block that is not the club's: no schemes, weeks, accounts or brands, and no word of theirs."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from consumers.stream.broker.source import Bounds
from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.group.cursors import Cursors
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA as DATABASES
from furlong.serve.live_updates import stored_states
from furlong.workers.consumer_process import longest_grace
from subgraphs.club_kit.topics import ACCOUNT_TOPIC
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.graphql.subscriptions import Events
from subgraphs.kit.live.event_bus import MemoryBus
from subgraphs.kit.live.rereading import Rereading
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.live.watches import customer_key, public_key
from subgraphs.kit.mutations.effect import Answer, Verdict
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.records.brand_locks import lock_brands
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.settings import UpstreamSettings
from tests.support.database_probe import contents, migrate
from tests.support.notices import BLOCK, DISMISSED_TOPIC, NOTICE_TOPIC
from tests.support.notices.app import create_subgraph
from tests.support.notices.customer_data import erasure_of
from tests.support.notices.models import BRAND_LOCK, DISMISSAL, METADATA, NOTICE, OUTBOX
from tests.support.notices.records import dismissed, erased, notice
from tests.support.notices.recovery import create_recovery
from tests.support.notices.service import NoticeService, Register
from tests.support.notices.wiring import create_consumer
from tests.support.subgraphs.club_fixture import ClubFixture, session, session_settings

NOW: Final = datetime(2026, 3, 25, 14, tzinfo=UTC)
PATIENCE_SECONDS: Final = 180.0
MARIADB: Final = pytest.param("mariadb", marks=pytest.mark.mariadb)
OWNER: Final = Owner("northbet", "c-1")
FOLLOW: Final = 'subscription { noticeUpdated(noticeId: "n-1") { version notice { text } } }'
DISMISS: Final = (
    'mutation ($key: ID!, $id: ID! = "n-1")'
    ' { dismissNotice(brand: "northbet", noticeId: $id, key: $key) { errors { code } } }'
)


@dataclass
class Notices:
    """The block: its subgraph and the sink of its consumer over one database."""

    settings: DatabaseSettings
    subgraph: Subgraph
    consumer: Consumer
    bus: MemoryBus
    register: Register
    offsets: dict[str, int] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """Return the database."""
        return self.subgraph.database

    @property
    def service(self) -> NoticeService:
        """Return what carries out its changes."""
        service: NoticeService = self.subgraph.make_context.keywords["service"]  # type: ignore[attr-defined]  # a partial
        return service

    async def apply(self, *records: Record) -> None:
        """Apply records of one topic as the stream would."""
        topic = self.consumer.app.by_name[records[0].topic]
        first = self.offsets.get(topic.name, 0)
        numbered = [
            Record(record.topic, 0, first + place, record.key, record.value, record.headers, record.timestamp)
            for place, record in enumerate(records)
        ]
        await self.consumer.sink.apply(
            Batch(topic, [PartitionRecords(Partition(topic.name, 0, "g-1"), first, numbered)])
        )
        self.offsets[topic.name] = first + len(records)

    async def ask(self, document: str, customer: str | None = None, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer without errors."""
        answer = await self.subgraph.execute(document, variables, None, session(customer))
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def dismiss(self, key: str, **variables: str) -> list[str]:
        """Dismiss a notice as a customer; return the codes of the errors."""
        data = await self.ask(DISMISS, OWNER.customer, key=key, **variables)
        return [error["code"] for error in data["dismissNotice"]["errors"]]

    async def follow(self) -> Events:
        """Subscribe to a notice."""
        return await self.subgraph.prepare_subscription(FOLLOW, None)({}, {}, None)


@pytest.fixture(params=["sqlite", MARIADB])
async def notices(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Notices]:
    """Yield the block over a new database, once on each engine."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    mariadb = None
    if request.param == "mariadb":
        mariadb = request.getfixturevalue("mariadb")
        url = mariadb.fresh_url()
    settings, clock, register = DatabaseSettings(url=url), ManualClock(NOW), Register()
    await migrate(settings, "notices", METADATA)
    bus = MemoryBus(is_complete=True)
    verifier = SessionVerifier.from_settings(session_settings(), clock)
    live = LiveSettings(interval_seconds=0)
    parts = SubgraphParts(settings, UpstreamSettings(), verifier, clock, bus=bus, live=live)
    changed = bus.customers_changed
    consumer = create_consumer(settings, StreamSettings(), CollectorRegistry(), clock, changed=changed)
    async with AsyncExitStack() as stack:
        subgraph = create_subgraph(parts, register)
        stack.push_async_callback(bus.close)
        stack.push_async_callback(subgraph.close)
        stack.push_async_callback(consumer.close)
        yield Notices(settings, subgraph, consumer, bus, register)
    if mariadb is not None:
        mariadb.drop(url)


async def next_text(events: Events) -> str | None:
    """Return the text of the notice that the next event has."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        event: Any = await anext(events)
    assert "errors" not in event, event
    shown = event["data"]["noticeUpdated"]["notice"]
    return None if shown is None else str(shown["text"])


async def test_its_rows_are_read_by_a_key_of_their_own(notices: Notices) -> None:
    """Together, in one statement; the key is neither a customer's nor a club's."""
    await notices.apply(notice("n-1", text="one", fee_minor=2**40), notice("n-2", text="two"))
    data = await notices.ask(
        '{ a: notice(noticeId: "n-1") { text feeMinor } b: notice(noticeId: "n-9") { text }'
        ' c: notice(noticeId: "n-2") { text } }'
    )
    assert data == {"a": {"text": "one", "feeMinor": 2**40}, "b": None, "c": {"text": "two"}}
    page = await notices.ask(
        '{ notices(ids: ["n-2", "n-1", "n-3"]) { nodes { id } pageInfo { hasNextPage endCursor } } }'
    )
    assert page["notices"] == {
        "nodes": [{"id": "n-2"}, {"id": "n-1"}],
        "pageInfo": {"hasNextPage": True, "endCursor": "n-1"},
    }


async def test_a_message_of_the_platform_has_no_brand(notices: Notices) -> None:
    """Its row neither, and the newest revision stays, in whatever order they come."""
    await notices.apply(notice("n-1", revision=2, text="new"), notice("n-1", revision=1, text="old"))
    assert (await contents(notices.database, NOTICE))["notice"] == [("n-1", 2, "new", 0)]


async def test_a_stream_of_something_public_follows_the_commits_of_the_consumer(notices: Notices) -> None:
    """The notice is of the topic's key, which no customer has."""
    events = await notices.follow()
    assert await next_text(events) is None
    await notices.apply(notice("n-1", text="one"))
    assert await next_text(events) == "one"
    await notices.apply(notice("n-1", revision=2, text="two"), notice("n-2"))
    assert await next_text(events) == "two"
    await events.aclose()
    assert not notices.bus.watches


async def test_a_lost_notice_of_something_public_is_found_by_reading_again(
    notices: Notices, club_fixture: ClubFixture
) -> None:
    """A block reads what it has declared: the club takes no public key for a customer's."""
    await club_fixture.add_northbet(OWNER.customer)
    await notices.apply(notice("n-1", text="one"))
    watches = notices.bus.watches
    keys = [customer_key(OWNER), public_key(NOTICE_TOPIC, b"n-1"), public_key("other.v1", b"n-1")]
    watched = [watches.open(key) for key in keys]
    assert watches.brands == ("northbet",)
    blocks: Sequence[Subgraph] = (club_fixture.club, club_fixture.rewards, notices.subgraph)
    states = [await block.stored(keys) for block in blocks if block.stored is not None]
    assert [[state is not None for state in of_block] for of_block in states] == [
        [True, False, False],
        [True, False, False],
        [False, True, False],
    ]
    rereading = Rereading(watches, stored_states(blocks), 1.0, 1_000)
    await rereading.look(keys)
    before = [watch.take() for watch in watched]
    async with notices.database.write() as connection:
        await connection.execute(NOTICE.update().values(text="two"))
    await rereading.look(keys)
    assert (before, [watch.take() for watch in watched]) == ([1, 1, 1], [0, 1, 0])


async def test_its_changes_take_effect_elsewhere_and_have_codes_of_their_own(notices: Notices) -> None:
    """Confirmed, refused, unknown and repeated: no word of the club's upstream is among them."""
    assert await notices.dismiss("k-1") == []
    assert await notices.dismiss("k-1") == []
    assert await notices.dismiss("k-1", id="n-2") == ["IDEMPOTENCY_REUSED"]
    notices.register.answers = [Answer(Verdict.REFUSED, "CLOSED"), Answer(Verdict.REFUSED, "NOT_MEMBER")]
    assert await notices.dismiss("k-2") == ["SUSPENDED"]
    assert await notices.dismiss("k-2") == ["SUSPENDED"]
    assert await notices.dismiss("k-3") == ["DECLINED"]
    assert len((await contents(notices.database, DISMISSAL))["dismissal"]) == 1
    async with notices.database.read() as connection:
        facts = await Outbox(OUTBOX).waiting_for(connection, DISMISSED_TOPIC)
    assert [(fact.key, fact.headers["brand"]) for fact in facts] == [("northbet:c-1", "northbet")]
    data = await notices.ask(DISMISS, key="k-4")
    assert data["dismissNotice"]["errors"] == [{"code": "UNAUTHENTICATED"}]


async def test_a_change_in_doubt_is_settled_by_recovery(notices: Notices) -> None:
    """By the effect alone, whatever that is."""
    notices.register.answers = [Answer(Verdict.UNKNOWN)]
    assert await notices.dismiss("k-1") == ["PENDING"]
    clock = notices.subgraph.clock
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(minutes=1))

    async with AsyncExitStack() as stack:
        parts = RecoveryParts(stack, notices.settings, UpstreamSettings(), clock)
        step = await create_recovery(parts, notices.register).settle_some(None)
    assert (step.settled, step.in_doubt) == (1, 0)
    assert len((await contents(notices.database, DISMISSAL))["dismissal"]) == 1
    assert await notices.dismiss("k-1") == []


async def test_a_customer_is_erased_without_accounts(notices: Notices) -> None:
    """By the null value of the account topic; later facts of earlier times find the customer erased."""
    await notices.apply(dismissed("c-1", "n-1", NOW), dismissed("c-2", "n-1", NOW))
    assert await notices.dismiss("k-1", id="n-2") == []
    await notices.apply(erased("c-1", NOW + timedelta(minutes=1)))
    await notices.apply(
        dismissed("c-1", "n-3", NOW + timedelta(seconds=30)),
        dismissed("c-1", "n-4", NOW + timedelta(minutes=2)),
    )
    rows = (await contents(notices.database, DISMISSAL))["dismissal"]
    assert sorted(row[1:3] for row in rows) == [("c-1", "n-4"), ("c-2", "n-1")]
    async with notices.database.read() as connection:
        assert await Outbox(OUTBOX).waiting_for(connection, DISMISSED_TOPIC) == []


@pytest.mark.parametrize("notices", [MARIADB], indirect=True)
async def test_a_fact_and_an_erasure_exclude_one_another(notices: Notices) -> None:
    """A fact that has found nobody erased is committed before the customer is, and is erased as well."""
    erasure = erasure_of(notices.database.dialect, Pseudonyms.from_settings(notices.settings))

    async def erase() -> None:
        async with notices.database.write() as connection:
            await erasure.erase(connection, OWNER, NOW + timedelta(hours=1), NOW)

    for customer in ("c-1", "c-2"):  # the second time, the brand has its row
        async with notices.database.write() as connection:
            assert not await erasure.of_erased(connection, [((OWNER.brand, customer), NOW)])
            erasing = asyncio.create_task(erase())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await asyncio.shield(erasing)
            row = (OWNER.brand, customer, "n-1", NOW)
            await connection.execute(DISMISSAL.insert().values(row))
        await erasing
    rows = (await contents(notices.database, DISMISSAL))["dismissal"]
    assert [row[1] for row in rows] == ["c-2"]


@pytest.mark.parametrize("notices", [MARIADB], indirect=True)
async def test_facts_of_one_brand_do_not_wait_for_one_another(notices: Notices) -> None:
    """Their locks are shared, once the brand has its row."""

    async def lock() -> None:
        async with notices.database.write() as connection:
            await lock_brands(connection, ["northbet"], exclusive=False, named=BRAND_LOCK)

    await lock()
    async with notices.database.write() as connection, asyncio.timeout(PATIENCE_SECONDS):
        await lock_brands(connection, ["northbet"], exclusive=False, named=BRAND_LOCK)
        await lock()
        assert list(await connection.scalars(select(BRAND_LOCK.c.brand_id))) == ["northbet"]


async def test_a_block_without_schemes_needs_no_grace(
    notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`furlong consume` asks for the longest grace of all schemes before it begins."""
    monkeypatch.setattr("furlong.workers.consumer_process.METADATA", {**DATABASES, "notices": METADATA})
    assert await longest_grace(notices.settings, "notices") == timedelta(0)


def test_what_depends_on_nothing_is_read_while_all_accounts_are(notices: Notices) -> None:
    """Facts of customers wait until those who were erased are known, also to other members."""
    topics = notices.consumer.app.by_name
    bounds = {Partition(name, 0, "g-1"): Bounds(0, 5) for name in topics}
    cursors = Cursors.at_positions(topics, dict.fromkeys(bounds, 0), bounds, 0.0)

    def readable() -> set[str]:
        return {partition.topic for partition in cursors.readable(1.0)}

    assert readable() == {NOTICE_TOPIC, ACCOUNT_TOPIC}
    cursors[Partition(ACCOUNT_TOPIC, 0, "g-1")].advance(5, 1.0)
    assert readable() == set(topics)
    cursors.awaited = {Partition(ACCOUNT_TOPIC, 1, "g-1"): 5}
    assert readable() == {NOTICE_TOPIC, ACCOUNT_TOPIC}


@pytest.mark.usefixtures("processes")
def test_no_module_of_the_club_is_imported() -> None:
    """Neither by the kit's parts nor by the block's, but for the messages of accounts, which erase."""
    code = (
        f"import sys; from {BLOCK.package} import BLOCK\n"
        "BLOCK.create_subgraph, BLOCK.metadata, BLOCK.erasure_of, BLOCK.history, BLOCK.table_rules\n"
        "print(*sorted(name for name in sys.modules if name.startswith('subgraphs.club')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
