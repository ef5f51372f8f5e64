"""A null value on the account topic erases a person, whatever records come before and after it."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from backoffice.support.privacy.customer_data import ERASURES
from consumers.messages.accounts import decode_account_or_erasure
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from foundation.storage.cells.cell import customer_key, partition_of
from foundation.storage.cells.pseudonym import PSEUDONYM_PREFIX
from foundation.storage.clock import SystemClock
from furlong.install.crm_import import Rejected, plan_import
from subgraphs.club import models as club
from subgraphs.fulfilment import models as fulfilment
from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress import models as progress
from subgraphs.progress.ledger.reconciliation import Reconciliation
from subgraphs.rewards import models as rewards
from tests.erasure.archive import (
    GONE_AT,
    MODELS,
    QUALIFICATION,
    Archive,
    life_of,
    moved,
    told,
    tombstone,
)
from tests.support.consumers.sample_messages import account, bet, membership, scheme

SINCE = GONE_AT + timedelta(hours=1)
NOT_A_PERSONS = {"comparison"}
"""The last customer that was compared with the upstream: overwritten in the next round."""


def after(record: Any, **changes: Any) -> Any:
    """Return the same records, dated after the erasure."""
    return record(occurred_at=SINCE.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes)


async def waiting(archive: Archive) -> list[tuple[str, str, str]]:
    """Return topic, key and value of what the club has not published yet, ordered."""
    facts = await archive.rows("club", club.OUTBOX.outbox)
    return sorted((fact["topic"], fact["key"], fact["value"]) for fact in facts)


@pytest.mark.parametrize("name", MODELS)
def test_every_table_about_customers_has_a_rule(name: str) -> None:
    """Every table must have a rule for erasure, also one that is added later."""
    tables = {table.name for table in MODELS[name].METADATA.sorted_tables if "customer_id" in table.c}
    ruled = {rule.table for rule in ERASURES[name]("sqlite", Pseudonyms(b"", 24)).rules}
    assert tables - NOT_A_PERSONS == {table.name for table in ruled if "customer_id" in table.c}


async def test_an_erased_person_is_named_nowhere(archive: Archive) -> None:
    """No row, dead letter, intent or waiting fact names them, except the key that clears the topics."""
    await archive.fill("person-1")
    before = await archive.naming("person-1")
    assert len(before) > 20
    await archive.apply(tombstone("person-1"))
    assert set(await archive.naming("person-1")) == {"club.outbox", "wallet.outbox"}
    assert await waiting(archive) == [("club.membership.v1", "northbet:person-1", "")]


@pytest.mark.parametrize("versions", [1, 2], ids=["has one", "had one"])
@pytest.mark.parametrize(
    "draws", [{"control_per_mille": 200}, {"trial_reward_id": "fb-9", "trial_per_mille": 500}]
)
async def test_where_customers_were_drawn_the_topic_of_draws_is_cleared(
    archive: Archive, draws: dict[str, Any], versions: int
) -> None:
    """Whether or not the draw is still recorded; elsewhere the topic need not exist."""
    later = {"effective_from": "2026-03-16T00:00:00Z", "issued_at": "2026-03-10T00:00:00Z"}
    drawn = [scheme(version=2, **draws, **later), scheme(version=3, **later)]
    await archive.apply(*drawn[:versions], *life_of("person-1"), tombstone("person-1"))
    assert await waiting(archive) == [
        (topic, "northbet:person-1", "") for topic in ("club.control.v1", "club.membership.v1")
    ]


async def test_others_stay_as_they_are(archive: Archive) -> None:
    """Other customers keep their rows, also those whose id begins alike."""
    await archive.fill("person-12")
    before = await archive.dump()
    await archive.fill("person-1")
    await archive.apply(tombstone("person-1"))
    kept = {table: [row for row in rows if "person-12" in row] for table, rows in before.items()}
    assert {t: [r for r in rows if "person-12" in r] for t, rows in (await archive.dump()).items()} == kept


async def test_what_money_and_law_need_stays_under_one_pseudonym(archive: Archive) -> None:
    """The same in all databases, so that a credit can still be traced to its cause, and in one cell."""
    await archive.fill("person-1")
    await archive.apply(tombstone("person-1"))
    kept = (
        ("club", club.MEMBERSHIP_EVENT),
        ("rewards", rewards.REWARD_CHOICE),
        ("progress", progress.OUTCOME),
        ("progress", progress.LATE_DECISION),
        ("progress", progress.CRM_QUALIFIER),
        ("fulfilment", fulfilment.FULFILMENT),
        ("fulfilment", fulfilment.CHOICE),
    )
    customer_ids = [[row["customer_id"] for row in await archive.rows(name, table)] for name, table in kept]
    assert all(customer_ids)
    pseudonyms = {row for rows in customer_ids for row in rows}
    (pseudonym,) = pseudonyms
    assert pseudonym.startswith(PSEUDONYM_PREFIX)
    partitions = {partition_of(customer_key("northbet", one), 24) for one in (pseudonym, "person-1")}
    assert len(partitions) == 1, "a pseudonym is in its customer's partition"


async def test_a_replay_of_everything_brings_nobody_back(archive: Archive) -> None:
    """A replay restores nobody: once, twice, or without the tombstone, which another run may have read."""
    await archive.fill("person-1")
    await archive.apply(tombstone("person-1"))
    erased = await archive.dump()
    for records in ([*life_of("person-1"), tombstone("person-1")], life_of("person-1")):
        await archive.apply(*records)
        assert await archive.dump() == erased


@pytest.mark.parametrize("seed", range(6))
async def test_the_order_of_topics_does_not_matter(archive: Archive, seed: int) -> None:
    """If records arrive in any order, except that accounts keep theirs, nobody is left."""
    random_ = random.Random(seed)  # noqa: S311 - an order of records
    records = [*life_of("person-1"), tombstone("person-1")]
    accounts = iter([record for record in records if record.topic == "club.account-status.v1"])
    random_.shuffle(records)
    await archive.apply(
        *(next(accounts) if record.topic == "club.account-status.v1" else record for record in records)
    )
    assert set(await archive.naming("person-1")) <= {"club.outbox", "wallet.outbox"}


async def test_bets_and_facts_that_are_applied_at_the_same_time_leave_nobody(archive: Archive) -> None:
    """Of two concurrent transactions in a database, the second sees what the first has done."""
    await archive.apply(*life_of("person-1")[:3])
    told = [
        *(bet(customer_id="person-1", bet_id=f"b-at-once-{number}") for number in range(12)),
        *life_of("person-1")[5:],
        membership(customer_id="person-1", version=2),
    ]
    told.insert(6, tombstone("person-1"))

    async def again_and_again(name: str, record: Record) -> None:
        for _ in range(20):
            try:
                return await archive.apply_in(name, record)
            except DBAPIError:  # as the stream does when the database ends one of two that wait for another
                await asyncio.sleep(0.05)
        raise AssertionError(record.topic)

    await asyncio.gather(*(again_and_again(name, record) for name in MODELS for record in told))
    assert set(await archive.naming("person-1")) <= {"club.outbox", "wallet.outbox"}


async def test_whoever_comes_back_is_a_new_person(archive: Archive) -> None:
    """They have the bets placed since the erasure and no others, and a replay changes nothing."""
    again = [
        after(account, customer_id="person-1", revision=3),
        after(membership, customer_id="person-1", version=1, since="2026-03-27T13:00:00Z"),
        after(bet, customer_id="person-1", bet_id="b-new", placed_at="2026-03-27T13:00:00Z"),
    ]
    await archive.apply(*life_of("person-1"), tombstone("person-1"), *again)
    everything = [*life_of("person-1"), tombstone("person-1"), *again]
    for _ in range(2):
        ((stored),) = await archive.rows("progress", progress.CONTRIBUTION)
        assert (stored["bet_id"], stored["customer_id"]) == ("b-new", "person-1")
        (total,) = await archive.rows("progress", progress.PROGRESS)
        assert total["total_minor"] == 500
        for name, model in MODELS.items():
            assert [row["revision"] for row in await archive.rows(name, model.REFERENCE.account)] == [3]
        assert [row["opted_in"] for row in await archive.rows("progress", progress.MEMBERSHIP)] == [True]
        await archive.apply(*everything)


async def test_bets_of_a_new_person_may_come_before_the_tombstone(archive: Archive) -> None:
    """Topics are read concurrently, so bets placed after the erasure are kept and counted."""
    new = after(bet, customer_id="person-1", bet_id="b-new", placed_at="2026-03-27T13:00:00Z")
    await archive.apply(*life_of("person-1"), new, tombstone("person-1"))
    (total,) = await archive.rows("progress", progress.PROGRESS)
    assert (total["customer_id"], total["total_minor"], total["counted_bets"]) == ("person-1", 500, 1)
    database = archive.databases["progress"]
    reconciliation = Reconciliation(database, database.dialect, _Never())
    assert [drift async for drift in reconciliation.drift()] == []


async def test_an_account_and_its_erasure_in_one_batch(archive: Archive) -> None:
    """Both are applied in their order, and the last one counts."""
    first, second = life_of("person-1")[:2]
    back = after(account, customer_id="person-1", revision=3)
    for name, model in MODELS.items():
        await archive.apply_batch(name, [first, second, tombstone("person-1")])
        assert await archive.rows(name, model.REFERENCE.account) == []
        await archive.apply_batch(name, [first, second, tombstone("person-1"), back])
        assert [row["revision"] for row in await archive.rows(name, model.REFERENCE.account)] == [3]


async def test_a_person_can_be_erased_twice(archive: Archive) -> None:
    """Each erasure uses another pseudonym, even if both persons had qualified in the same week."""
    again = [
        after(account, customer_id="person-1", revision=3),
        told("club.qualification.v1", QUALIFICATION, "person-1", occurred_at="2026-03-27T13:30:00Z"),
    ]
    second = moved(tombstone("person-1"), timedelta(hours=2))
    await archive.apply(*life_of("person-1"), tombstone("person-1"), *again, second)
    assert set(await archive.naming("person-1")) <= {"club.outbox", "wallet.outbox"}
    kept = await archive.rows("fulfilment", fulfilment.QUALIFICATION)
    assert len({row["customer_id"] for row in kept}) == 2


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ("CONFIRMED", ("INELIGIBLE", "ERASED")),
        ("FULFILLING", ("REVIEW", "ERASED")),
        ("REVIEW", ("REVIEW", "ERASED")),
        ("CREDITED", ("CREDITED", None)),
        ("REVOKED", ("REVOKED", None)),
    ],
)
async def test_no_reward_of_an_erased_person_is_sent_any_more(
    archive: Archive, state: str, left: tuple[str, str | None]
) -> None:
    """A reward that may have been sent waits for a person; a credited one keeps its key in the books."""
    await archive.apply(*life_of("person-1"))
    ((before),) = await archive.rows("fulfilment", fulfilment.FULFILMENT)
    async with archive.databases["fulfilment"].write() as connection:
        await connection.execute(fulfilment.FULFILMENT.update().values(state=state))
    await archive.apply(tombstone("person-1"))
    (kept,) = await archive.rows("fulfilment", fulfilment.FULFILMENT)
    assert ((kept["state"], kept["reason"]), kept["key"], kept["next_at"]) == (left, before["key"], None)
    assert kept["lease"] > before["lease"]


async def test_a_reward_of_an_erased_person_cannot_be_sent_again(archive: Archive) -> None:
    """There is nobody to send it to, but the provider's outcome can still be recorded."""
    await archive.apply(*life_of("person-1"))
    async with archive.databases["fulfilment"].write() as connection:
        await connection.execute(fulfilment.FULFILMENT.update().values(state="FULFILLING"))
    await archive.apply(tombstone("person-1"))
    (kept,) = await archive.rows("fulfilment", fulfilment.FULFILMENT)
    uow = UnitOfWork.over(archive.databases["fulfilment"], FulfilmentSettings(), SystemClock())
    with pytest.raises(InvalidDecision, match="its customer was erased"):
        await Decisions(uow).retry(kept["key"], "ann")
    await Decisions(uow).credited(kept["key"], "ann", "r-1")
    (credited,) = await archive.rows("fulfilment", fulfilment.FULFILMENT)
    assert credited["state"] == "CREDITED"


async def test_an_old_export_of_the_crm_brings_nobody_back(archive: Archive, tmp_path: Path) -> None:
    """Rows of weeks before the erasure are rejected; later weeks belong to a new person."""
    await archive.apply(*life_of("person-1"), tombstone("person-1"))
    file = tmp_path / "a.csv"
    header = "brand,customer,week,staked,currency\n"
    file.write_text(header + "northbet,person-1,2026-W10,25,GBP\nnorthbet,person-1,2026-W13,25,GBP\n")
    database = archive.databases["progress"]
    erasure = ERASURES["progress"](database.dialect, Pseudonyms(b"", 24))
    now = GONE_AT + timedelta(days=30)
    plan = await plan_import(file, database, archive.databases["rewards"], now, erasure)
    assert plan.rejected == [Rejected(2, "customer 'person-1' was erased on 2026-03-27")]
    assert [row.qualifier.club.iso_week for row in plan.rows] == ["2026-W13"]


async def test_a_week_is_not_paid_a_second_time_to_a_new_person(archive: Archive) -> None:
    """A customer's id and week have at most one credit, ever."""
    await archive.apply(*life_of("person-1"), tombstone("person-1"))
    again = told("club.qualification.v1", QUALIFICATION, "person-1", occurred_at="2026-03-27T13:30:00Z")
    await archive.apply(after(account, customer_id="person-1", revision=3), again)
    (only,) = await archive.rows("fulfilment", fulfilment.FULFILMENT)
    assert only["customer_id"].startswith(PSEUDONYM_PREFIX)


async def test_a_compacted_topic_that_has_only_the_tombstone_erases_as_well(archive: Archive) -> None:
    """Late facts about an erased person who was never known here are ignored."""
    await archive.apply(tombstone("person-1"), *life_of("person-1")[2:])
    assert set(await archive.naming("person-1")) <= {"club.outbox", "wallet.outbox"}


@pytest.mark.parametrize(
    "record",
    [
        replace(tombstone("person-1"), key=None),
        replace(tombstone("person-1"), key=b"northbet"),
        replace(tombstone("person-1"), key=b"north\xffbet:x"),
        replace(tombstone("person-1"), timestamp=None),
        replace(tombstone("person-1"), headers=(("brand", b"other"),)),
    ],
)
def test_a_null_value_that_names_nobody_is_poison(record: Any) -> None:
    """Such a null value erases nobody."""
    with pytest.raises(Poison):
        decode_account_or_erasure(record)


async def test_a_membership_topic_that_was_cleared_is_no_poison(archive: Archive) -> None:
    """Null values on the membership topic change nothing, because accounts decide who is erased."""
    await archive.apply(*life_of("person-1"))
    before = await archive.dump()
    await archive.apply(tombstone("person-1", topic="club.membership.v1"))
    assert await archive.dump() == before


class _Never:
    """A clock that must not be read."""

    def now(self) -> Any:
        """Fail."""
        raise AssertionError

    async def at(self, connection: Any) -> Any:  # noqa: ARG002 - as a clock names it
        """Fail."""
        raise AssertionError

    @property
    def machine(self) -> Any:
        """Fail."""
        raise AssertionError
