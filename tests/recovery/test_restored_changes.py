"""A restore brings no change back that its customer has replaced since the backup.

Customers' changes are in doubt when the backup is taken, while others go on. Most of them are confirmed
afterwards, and replaced by newer ones; then the databases are lost. What must hold is counted from the
upstream's own journal.
"""

import asyncio
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from consumers.club.wiring import create_consumer as club_consumer
from consumers.rewards.wiring import create_consumer as rewards_consumer
from consumers.stream.consumer import App
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.backup.backup import back_up, restore
from furlong.backup.database_recovery import DatabaseRecovery, lines
from furlong.databases import METADATA
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.identity import identify
from furlong.workers.outbox_worker import OUTBOXES
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.kit.mutations.recovery import ComparedChanges
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.models import REWARD_CHOICE
from tests.recovery.changing_customers import ChangingCustomer, customers
from tests.support.database_probe import migrate
from tests.support.long_form import LONG_FORM
from tests.support.recovery.harness import BRAND, UNDISTURBED, RecoveryHarness, harness_over
from tests.support.subgraphs.club_samples import NOW, good_account

OF_EACH_KIND: Final = 12 if LONG_FORM else 3
CONSUMERS: Final = {"club": club_consumer, "rewards": rewards_consumer}
MINUTE: Final = timedelta(minutes=1)
AFTER_THE_LOSS: Final = NOW + timedelta(hours=1)


@dataclass(slots=True)
class Installation:
    """Databases, their upstream and their topics, over several starts of the programs."""

    settings: DatabaseSettings
    folder: Path
    log: list[Record] = field(default_factory=list)

    @asynccontextmanager
    async def started(self, *, again: bool = False) -> AsyncIterator[RecoveryHarness]:
        """Run the programs, by default on empty databases."""
        again_at = AFTER_THE_LOSS if again else None
        async with harness_over(self.settings.url, self.folder, again_at=again_at) as harness:
            yield harness

    async def publish(self, harness: RecoveryHarness) -> None:
        """Move the outboxes to the topics."""
        for subgraph in (harness.club_fixture.club, harness.club_fixture.rewards):
            outbox = Outbox(OUTBOXES[subgraph.name])
            async with subgraph.database.write() as connection:
                waiting = await outbox.waiting(connection, 10_000)
                await outbox.remove(connection, [one.id for one in waiting])
            self.log += [
                Record(one.topic, 0, one.id, one.key.encode(), one.value.encode()) for one in waiting
            ]

    def app(self, name: str, harness: RecoveryHarness) -> App:
        """Return a subgraph's consumer application."""
        make = CONSUMERS[name]
        return make(self.settings, StreamSettings(), CollectorRegistry(), harness.club_fixture.clock).app

    def topics(self, harness: RecoveryHarness) -> set[str]:
        """Return the topics that the consumers read."""
        return {topic for name in CONSUMERS for topic in self.app(name, harness).by_name}

    async def read_back(self, harness: RecoveryHarness) -> None:
        """Apply the topics, as the consumers do after a restore."""
        for subgraph in (harness.club_fixture.club, harness.club_fixture.rewards):
            app = self.app(subgraph.name, harness)
            for record in self.log:
                if (topic := app.by_name.get(record.topic)) is not None:
                    async with subgraph.database.write() as connection:
                        await topic.apply(connection, [Message(record, topic.decode(record))])

    def journal(self) -> list[dict[str, Any]]:
        """Return all changes of the upstream's record, oldest first, from its file."""
        with closing(sqlite3.connect(self.folder / "upstream.sqlite")) as file:
            file.row_factory = sqlite3.Row
            rows = file.execute("SELECT * FROM journal WHERE outcome = 'applied' ORDER BY seq")
            return [dict(row) for row in rows]

    def forget_keys(self) -> None:
        """Let the upstream forget all idempotency keys."""
        with closing(sqlite3.connect(self.folder / "upstream.sqlite")) as file:
            file.execute("DELETE FROM answered")
            file.commit()


@pytest.fixture
async def installation(database_url: str, tmp_path: Path) -> Installation:
    """Provide migrated databases of one installation, on each engine."""
    settings = DatabaseSettings(url=database_url)
    for name, metadata in METADATA.items():
        await migrate(settings, name, metadata)
    await identify(settings, METADATA)
    return Installation(settings, tmp_path)


async def carry_on(customer: ChangingCustomer, until: asyncio.Event) -> None:
    """Join and leave again and again."""
    while not until.is_set():
        await customer.switch()


async def live_until_the_loss(
    installation: Installation, harness: RecoveryHarness, *, published: bool
) -> list[ChangingCustomer]:
    """Take a backup in the middle of all changes, and go on after it; return the customers."""
    found = customers(harness, OF_EACH_KIND, seed=OF_EACH_KIND)
    others = [ChangingCustomer(harness.of(f"c-other-{number}"), "join", "busy", 0) for number in range(3)]
    owners = [customer.harness.owner for customer in (*found, *others)]
    await harness.club_fixture.add_accounts(dict.fromkeys(owners, good_account()))
    await asyncio.gather(*(customer.begin() for customer in found))
    saved = asyncio.Event()
    others_live = asyncio.gather(*(carry_on(customer, saved) for customer in others))
    await installation.publish(harness)
    await back_up(installation.settings, installation.folder / "backup", ManualClock(NOW))
    harness.advance(MINUTE)
    await asyncio.gather(*(customer.change_again() for customer in found))
    saved.set()
    await others_live
    if published:
        await installation.publish(harness)
    return found


def expected(journal: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the state that each path was last given, from the upstream's journal alone.

    It is without terms, which topics do not have, and without customers who left, whom we may not know.
    """
    last = {entry["path"]: json.loads(entry["body"]) for entry in journal}
    return members(
        {
            path: {name: value for name, value in state.items() if name != "terms_version"}
            for path, state in last.items()
        }
    )


def members(states: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return states without those of customers who left."""
    return {path: state for path, state in states.items() if state.get("state") != "opted_out"}


async def ours(harness: RecoveryHarness) -> dict[str, dict[str, Any]]:
    """Return our records, in the words of the upstream, from the rows alone; without customers who left."""
    event, choice = MEMBERSHIP_EVENT.c, REWARD_CHOICE.c
    async with harness.club_fixture.club.database.read() as connection:
        events = (await connection.execute(select(MEMBERSHIP_EVENT).order_by(event.version))).all()
    async with harness.club_fixture.rewards.database.read() as connection:
        choices = (await connection.execute(select(REWARD_CHOICE).order_by(choice.version))).all()
    of = f"/v1/brands/{BRAND}/customers/{{}}"
    states = {f"{of.format(row.customer_id)}/membership": {"state": row.kind} for row in events}
    return members(states) | {
        f"{of.format(row.customer_id)}/weeks/{row.iso_week}/choice": {
            "reward_id": row.reward_id,
            "config_version": row.config_version,
        }
        for row in choices
    }


async def recover(installation: Installation, harness: RecoveryHarness) -> ComparedChanges:
    """Recover both databases, whose consumers have read everything; return the changes in doubt."""
    upstream = UpstreamSettings(url=harness.club_fixture.upstream_url, timeout_seconds=60)
    with EmbeddedBroker() as broker:
        stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation)
        await asyncio.to_thread(broker.create_topics, sorted(installation.topics(harness)))
        recovery = DatabaseRecovery(installation.settings, stream, harness.club_fixture.clock, upstream)
        found = await recovery.recover(CONSUMERS, asyncio.Event(), pytest.fail)
    numbers = [astuple(one.changes) for one in found if one.changes]
    assert ["changes in doubt" in "".join(lines(one)) for one in found] == [True, True]
    return ComparedChanges(*map(sum, zip(*numbers, strict=True)))


ALL: Final = tuple(itertools.product(("recover", "worker", "click"), (True, False), (True, False)))
PAIRS: Final = tuple(case for place, case in enumerate(ALL) if place in {1, 2, 4, 7, 9, 10})
"""Each two of the three together, once."""


@pytest.mark.parametrize(("first", "published", "forgets"), ALL if LONG_FORM else PAIRS)
async def test_a_restore_brings_no_replaced_change_back(
    installation: Installation, first: str, *, forgets: bool, published: bool
) -> None:
    """Whoever comes first after a restore, only what nothing has replaced is sent, and both sides agree."""
    async with installation.started() as harness:
        found = await live_until_the_loss(installation, harness, published=published)
    before = installation.journal()
    await restore(installation.settings, installation.folder / "backup", ["club", "rewards"], replace=True)
    if forgets:
        installation.forget_keys()

    async with installation.started(again=True) as harness:
        if published:
            await installation.read_back(harness)
        made = Counter(row["customer"] for row in before)
        never_arrived = [one for one in found if one.newer is None and made[one.name] < one.changes]
        if first == "recover":
            compared = await recover(installation, harness)
            assert (compared.sent_later, compared.unknown) == (len(never_arrived), 0)
            # The backup may also have changes of the others, which were in doubt for a moment.
            assert compared.settled >= len(found) - len(never_arrived)
            assert installation.journal() == before
        if first == "click":
            for customer in found:
                again = ChangingCustomer(
                    harness.of(customer.name), customer.kind, customer.fault, 0, doubtful=customer.doubtful
                )
                assert await again.repeat() in ([], ["UPSTREAM_PENDING"])
        harness.advance(UNDISTURBED)
        assert (await harness.recovering().round()).in_doubt == 0
        after = installation.journal()[len(before) :]
        assert sorted(row["customer"] for row in after) == sorted(one.name for one in never_arrived)
        assert [row["key"] for row in after if row["key"] in {old["key"] for old in before}] == []
        last, stored = expected(installation.journal()), await ours(harness)
        for customer in found:
            assert of(customer, stored) == of(customer, last), customer
        async for _ in harness.comparing().compare_all():
            pass  # so that what nobody had in doubt is found too
        assert await ours(harness) == last


def of(customer: ChangingCustomer, states: Mapping[str, Any]) -> dict[str, Any]:
    """Return the states of one customer."""
    return {path: state for path, state in states.items() if f"/{customer.name}/" in path}
