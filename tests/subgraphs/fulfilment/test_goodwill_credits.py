"""Goodwill credits go the way of rewards: one credit in the provider's ledger, whatever happens."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from consumers.fulfilment.messages import decode_goodwill
from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.stream.errors import Poison
from consumers.stream.topics import Message, Outcome
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.goodwill import GoodwillRepository, goodwill_key
from subgraphs.fulfilment.models import GOODWILL_CREDIT, OUTBOX, REFERENCE
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.payout.steps import CallbackResult, RedemptionTracker
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.kit.domain.keys import Owner
from tests.support.consumers.sample_messages import goodwill
from tests.support.fulfilment.payout_harness import CASH, FREE_BET, PayoutHarness
from tests.support.fulfilment.worker_processes import worker_processes

KEY = goodwill_key("northbet", "g-1")


async def decide(harness: PayoutHarness, *bodies: dict[str, Any]) -> Outcome:
    """Apply messages that were just decided, as the consumer does."""
    now = harness.clock.now().isoformat().replace("+00:00", "Z")
    records = [goodwill(**({"decided_at": now} | body)) for body in bodies]
    writer = ReferenceWriter(REFERENCE, harness.database.dialect)
    reducer = FulfilmentReducer(harness.service, writer, harness.clock)
    async with harness.database.write() as connection:
        return await reducer.goodwill(
            connection, [Message(record, decode_goodwill(record)) for record in records]
        )


async def credit(harness: PayoutHarness, key: str = KEY) -> Fulfilment:
    """Return a credit as it is stored."""
    async with harness.database.read() as connection:
        return (await FulfilmentRepository(GOODWILL_CREDIT).by_keys(connection, [key]))[key]


def effects(harness: PayoutHarness, key: str = KEY) -> int:
    """Return how many credits the providers have made under a key."""
    return sum(provider.handler.ledger.effects().get(key, 0) for provider in harness.providers.values())


async def test_a_credit_is_paid_once_beside_the_weeks_reward(each_harness: PayoutHarness) -> None:
    """Repeated messages and workers at once: one entry in the provider's journal, and equal ledgers."""
    harness = each_harness
    await harness.owe("c-1")
    first = {"credit_id": "g-1", "decided_at": harness.clock.now().isoformat()}
    second = first | {"credit_id": "g-2", "reward": CASH}
    await decide(harness, first, second, first)
    again = await decide(harness, first, first | {"cause": "COMPLAINT"})
    assert (again.duplicates, len(again.conflicts)) == (2, 1)
    workers = [harness.open() for _ in range(3)]
    await asyncio.gather(*(harness.run_worker(worker) for worker in workers))
    assert (effects(harness), effects(harness, goodwill_key("northbet", "g-2"))) == (1, 1)
    assert harness.effects("c-1") == 1
    found = await credit(harness)
    assert (found.state.value, found.provider) == ("CREDITED", "sportsbook")
    for kind, number in (("sportsbook", 2), ("wallet", 1)):
        registered = workers[0].registry.find(kind)
        assert registered is not None
        report = await workers[0].reconciliation.compare(registered, harness.clock.now().date())
        assert (report.compared, report.differences) == (number, ())
    weeks = {row.key for row in await harness.published()}
    assert weeks == {"northbet:c-1"}
    async with harness.database.read() as connection:
        costs = await GoodwillRepository().costs(connection, "northbet")
        facts = await connection.scalar(select(OUTBOX.outbox.c.value).limit(1))
    assert {(cost.stage, cost.kind, cost.value_minor) for cost in costs} == {
        ("outstanding", "free_bet", 500),
        ("used", "cash", 500),
    }
    assert facts is not None
    used = RedemptionTracker(workers[0].uow).receive("sportsbook", KEY, CreditOutcome.USED, found.created_at)
    assert await used is CallbackResult.APPLIED
    assert (await credit(harness)).state.value == "USED"


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("step", ["begun", "answered"])
async def test_a_worker_killed_at_a_step_leaves_one_credit(
    harness: PayoutHarness, tmp_path: Path, step: str
) -> None:
    """Between the decision and the payment, and between the payment and its record."""
    await harness.add_account("c-1")
    await decide(harness, {})
    with worker_processes(harness, tmp_path) as workers:
        await workers.death(workers.start(step))
    harness.clock.advance(timedelta(minutes=2))
    await harness.run_worker(harness.open())
    assert (await credit(harness)).state.value == "CREDITED"
    assert effects(harness) == 1


async def test_who_is_excluded_after_the_decision_gets_nothing(harness: PayoutHarness) -> None:
    """Whether it comes before the message or after it, or ends again; an older one does not matter."""
    await harness.add_account("c-1", rg_state="self_excluded")
    harness.clock.advance(timedelta(hours=1))
    await harness.add_account("c-1")
    harness.clock.advance(timedelta(hours=1))
    await decide(harness, {})
    decided = harness.clock.now()
    harness.clock.advance(timedelta(minutes=1))
    await harness.add_account("c-2", rg_state="self_excluded")
    harness.clock.advance(timedelta(minutes=1))
    await harness.add_account("c-2")
    await decide(harness, {"customer_id": "c-2", "credit_id": "g-2", "decided_at": decided.isoformat()})
    await decide(harness, {"customer_id": "c-3", "credit_id": "g-3"})
    await harness.add_account("c-3", status="closed")
    await harness.run_worker(harness.open())
    assert (await credit(harness)).state.value == "CREDITED"
    for name, reason in (("g-2", "SELF_EXCLUDED"), ("g-3", "ACCOUNT_CLOSED")):
        found = await credit(harness, goodwill_key("northbet", name))
        assert (found.state.value, found.reason) == ("INELIGIBLE", reason)
        assert effects(harness, found.key) == 0


async def test_an_old_decision_waits_for_a_person(harness: PayoutHarness) -> None:
    """After a loss its message is read again: the provider may have forgotten the key."""
    await harness.add_account("c-1")
    long_ago = harness.clock.now() - timedelta(days=60)
    await harness.receive_account("c-1", 2, long_ago)
    await decide(harness, {"decided_at": long_ago.isoformat()})
    fulfilling = harness.open()
    await harness.run_worker(fulfilling)
    assert (await credit(harness)).reason == "CONFIRMED_TOO_LONG_AGO"
    assert await Decisions(fulfilling.uow).retry_all("CONFIRMED_TOO_LONG_AGO", "a person") == 1
    await harness.run_worker(fulfilling)
    assert effects(harness) == 1


async def test_an_erased_customer_is_paid_nothing_more(harness: PayoutHarness) -> None:
    """The row stays, without words about the person."""
    await harness.add_account("c-1")
    await decide(harness, {})
    async with harness.database.write() as connection:
        await GoodwillRepository().stop_for_erasure(connection, Owner("northbet", "c-1"))
    await harness.run_worker(harness.open())
    async with harness.database.read() as connection:
        row = (await connection.execute(select(GOODWILL_CREDIT))).one()
    assert (row.state, row.explanation, effects(harness)) == ("INELIGIBLE", "", 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"credit_id": ""},
        {"cause": "because"},
        {"explanation": ""},
        {"reward": FREE_BET | {"value_minor": 0}},
        {"reward": None},
        {"iso_week": "2026-W54"},
        {"decided_at": "2026-03-26T12:00:00"},
    ],
)
def test_what_is_no_goodwill_is_poison(changes: dict[str, Any]) -> None:
    """Nothing of a message is believed that the contract does not allow."""
    with pytest.raises(Poison):
        decode_goodwill(goodwill(**changes))
