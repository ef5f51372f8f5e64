"""However a provider fails, a reward is credited once or goes to review (F2, F4, F6, F7)."""

import asyncio
import random
from datetime import timedelta

import pytest

from simulator.providers.faults import ProviderFaultName
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import (
    CASH,
    EACH_API,
    FREE_BET,
    REWARDS,
    SPINS,
    PayoutHarness,
    club_of,
    key_of,
)

MINUTE = timedelta(minutes=1)
PASSING: tuple[ProviderFaultName, ...] = (
    "busy",
    "too_many",
    "error",
    "error_after",
    "reset_before",
    "reset_after",
    "timeout_before",
    "timeout_after",
    "slow",
    "html",
    "duplicate",
)


@EACH_API
@pytest.mark.parametrize("fault", PASSING)
async def test_a_passing_fault_leaves_one_credit(
    harness: PayoutHarness, kind: str, fault: ProviderFaultName
) -> None:
    """After a passing fault, before or after the credit, there is one credit, and it is recorded."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, fault, times=3)
    await harness.run_worker(harness.open(), 4, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@EACH_API
@pytest.mark.parametrize(("fault", "reason"), [("refuse", "REFUSED"), ("conflict", "CONFLICT")])
async def test_a_refused_credit_goes_to_review(
    harness: PayoutHarness, kind: str, fault: ProviderFaultName, reason: str
) -> None:
    """A refused credit is not tried again automatically."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, fault)
    await harness.run_worker(harness.open(), 4, pause=MINUTE)
    one = await harness.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.REVIEW, reason)
    assert harness.effects("c-1") == 0


@EACH_API
async def test_a_pending_credit_is_asked_about_until_it_is_credited(
    harness: PayoutHarness, kind: str
) -> None:
    """An accepted credit is not a credit yet: the provider is asked until it is credited."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, "pending")
    worker = harness.open()
    await harness.run_worker(worker, 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.FULFILLING
    harness.providers[kind].handler.ledger.change(key_of("c-1"), "credited", harness.clock.now())
    await harness.run_worker(worker, 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.parametrize("fault", ["wrong_amount", "wrong_currency", "wrong_customer"])
@EACH_API
async def test_a_mismatch_stops_the_provider(
    harness: PayoutHarness, kind: str, fault: ProviderFaultName
) -> None:
    """After a credit of another amount, currency or customer nothing more is sent to the provider (F6)."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, fault)
    worker = harness.open()
    await harness.run_worker(worker)
    one = await harness.find("c-1")
    assert one.state is FulfilmentState.REVIEW
    assert (one.reason or "").startswith("MISMATCH")
    await harness.owe("c-2", REWARDS[kind])
    await harness.run_worker(worker, 3, pause=MINUTE)
    assert await harness.state("c-2") is FulfilmentState.CONFIRMED
    assert harness.effects("c-2") == 0


@EACH_API
async def test_wrong_credentials_stop_the_provider_and_lose_nothing(
    harness: PayoutHarness, kind: str
) -> None:
    """A provider that refuses our credentials is not called again until a person resumes it."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, "denied", times=2)
    worker = harness.open()
    await harness.run_worker(worker, 3, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.FULFILLING
    assert len(harness.providers[kind].handler.ledger.requests(key_of("c-1"))) == 1


@pytest.mark.parametrize("in_flight", [1, 3])
async def test_concurrent_calls_stay_within_the_limit(harness: PayoutHarness, in_flight: int) -> None:
    """A provider's limit of concurrent calls is used, and not exceeded."""
    under_way, most = 0, 0

    def counted(step: str) -> None:
        nonlocal under_way, most
        under_way += {"sending": 1, "answered": -1}.get(step, 0)
        most = max(most, under_way)

    harness.configure("sportsbook", in_flight=in_flight)
    harness.arm_fault("sportsbook", "slow", times=9, late_seconds=0.02)
    for number in range(9):
        await harness.owe(f"c-{number}")
    await harness.run_worker(harness.open(counted))
    assert (most, under_way) == (in_flight, 0)
    assert all(harness.effects(f"c-{number}") == 1 for number in range(9))


async def test_a_key_that_may_be_forgotten_is_not_sent_again(harness: PayoutHarness) -> None:
    """A provider forgets its keys after a day: rewards still in doubt go to review (F4)."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "timeout_after", times=2)
    worker = harness.open()
    await harness.run_worker(worker)
    assert await harness.state("c-1") is FulfilmentState.FULFILLING
    harness.providers["sportsbook"].handler.ledger.forget()
    harness.clock.advance(timedelta(hours=25))
    await harness.run_worker(worker, 3, pause=MINUTE)
    one = await harness.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.REVIEW, "KEY_WINDOW_PASSED")
    assert harness.effects("c-1") == 1
    await Decisions(worker.uow).retry(key_of("c-1"), "sam")
    await harness.run_worker(worker, 3, pause=MINUTE)
    one = await harness.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.REVIEW, "KEY_WINDOW_PASSED")
    assert harness.effects("c-1") == 1


async def test_within_the_window_a_key_that_is_not_known_is_sent_again(harness: PayoutHarness) -> None:
    """A request that never arrived is sent again, under the same key."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "timeout_before", times=2)
    worker = harness.open()
    await harness.run_worker(worker)
    harness.clock.advance(timedelta(hours=23))
    await harness.run_worker(worker)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert set(harness.providers["sportsbook"].handler.ledger.effects()) == {key_of("c-1")}


async def test_after_many_attempts_a_person_decides(harness: PayoutHarness) -> None:
    """If a provider never answers, the reward goes to review in the end."""
    harness.settings = harness.settings.model_copy(update={"rounds": 3})
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "error", times=1000)
    harness.arm_fault("sportsbook", "error", times=1000, on="read")
    await harness.run_worker(harness.open(), 8, pause=MINUTE)
    one = await harness.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.REVIEW, "ATTEMPTS")


async def test_an_unavailable_provider_does_not_delay_others(harness: PayoutHarness) -> None:
    """Rewards of other providers are paid meanwhile, and the backlog is visible (F7)."""
    await harness.owe("c-1", SPINS)
    harness.arm_fault("games", "error", times=1000)
    harness.arm_fault("games", "error", times=1000, on="read")
    await harness.owe("c-2", FREE_BET)
    fulfilling = harness.open()
    await harness.run_worker(fulfilling, 2, pause=MINUTE)
    assert await harness.state("c-2") is FulfilmentState.CREDITED
    assert {"provider": "games", "state": "FULFILLING", "rewards": 1} in (await fulfilling.health())[
        "backlog"
    ]


async def test_a_broken_row_does_not_block_other_rewards(harness: PayoutHarness) -> None:
    """A row that the worker cannot handle goes to review in the end; the others are paid at once (F7)."""
    harness.settings = harness.settings.model_copy(update={"rounds": 3})
    await harness.owe("c-1")
    await harness.overwrite("c-1", provider="sportsbook")  # and no reward: nobody can have written that
    await harness.owe("c-2")
    worker = harness.open()
    await harness.run_worker(worker)
    assert await harness.state("c-2") is FulfilmentState.CREDITED
    await harness.run_worker(worker, 5, pause=2 * MINUTE)
    one = await harness.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.REVIEW, "ATTEMPTS")


async def test_a_disabled_provider_is_not_asked(harness: PayoutHarness) -> None:
    """A disabled provider's rewards wait, and are paid once it is enabled again (F7)."""
    harness.configure("sportsbook", enabled=False)
    await harness.owe("c-1", FREE_BET)
    await harness.owe("c-2", CASH)
    await harness.run_worker(harness.open(), 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CONFIRMED
    assert await harness.state("c-2") is FulfilmentState.CREDITED
    harness.configure("sportsbook", enabled=True)
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.CREDITED


async def test_an_open_breaker_pauses_calls(harness: PayoutHarness) -> None:
    """An open breaker sends nothing; after its rest it admits one call."""
    harness.configure("sportsbook", breaker_failures=2, breaker_rest_seconds=1000.0)
    for number in range(5):
        await harness.owe(f"c-{number}")
    harness.arm_fault("sportsbook", "error", times=1000)
    harness.arm_fault("sportsbook", "error", times=1000, on="read")
    harness.configure("sportsbook", in_flight=1)
    fulfilling = harness.open()
    await harness.run_worker(fulfilling, 5, pause=MINUTE)
    assert len(harness.providers["sportsbook"].handler.ledger.requests()) == 2
    assert (await fulfilling.health())["providers"]["sportsbook"]["resting"]


async def test_a_credit_is_recorded_although_its_row_was_locked(each_harness: PayoutHarness) -> None:
    """If the row is locked when the answer comes, the answer is still recorded, without another call."""
    await each_harness.owe("c-1")
    each_harness.configure("sportsbook", timeout_seconds=10.0)
    each_harness.arm_fault("sportsbook", "slow", late_seconds=1.0)
    fulfilling = each_harness.open(lock_wait_seconds=1)
    working = asyncio.create_task(each_harness.run_worker(fulfilling))

    async def credited() -> bool:
        return each_harness.effects("c-1") == 1

    await each_harness.until(credited, "the provider has credited")
    async with each_harness.database.write() as connection:
        await FulfilmentRepository().of_clubs(connection, [club_of("c-1")], for_update=True)
        await asyncio.sleep(2.5)
    await working
    assert await each_harness.state("c-1") is FulfilmentState.CREDITED
    ledger = each_harness.providers["sportsbook"].handler.ledger
    assert [asked["method"] for asked in ledger.requests(key_of("c-1"))] == ["CREDIT"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_bad_night_credits_everybody_once(harness: PayoutHarness, seed: int) -> None:
    """With a fifth of the answers lost, cut off or sent twice each, every reward is credited once (F2)."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for kind, provider in harness.providers.items():
        faults = provider.handler.faults
        faults.chance = chance
        faults.rates = {
            "timeout_after": 0.2,
            "reset_after": 0.2,
            "duplicate": 0.2,
            "busy": 0.1,
        }
        harness.configure(kind, timeout_seconds=0.1, breaker_failures=1000)
    customers = [f"c-{number}" for number in range(15)]
    for place, customer in enumerate(customers):
        await harness.owe(customer, list(REWARDS.values())[place % 3])
    fulfilling = harness.open()
    for _ in range(60):  # a slow machine misses the timeout by itself, too
        await harness.run_worker(fulfilling)
        harness.clock.advance(MINUTE)
        states = {await harness.state(customer) for customer in customers}
        if states == {FulfilmentState.CREDITED}:
            break
    assert states == {FulfilmentState.CREDITED}
    assert [harness.effects(customer) for customer in customers] == [1] * len(customers)


@EACH_API
@pytest.mark.parametrize("fault", ["busy", "too_many"])
async def test_a_provider_that_asks_to_wait_is_left_alone(
    harness: PayoutHarness, kind: str, fault: ProviderFaultName
) -> None:
    """`Retry-After` is kept with the reward: not even another worker sends it earlier, and once then."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, fault, times=100, retry_after="3600")
    await harness.run_worker(harness.open())
    asked = len(harness.providers[kind].handler.ledger.requests())
    await harness.run_worker(harness.open(), 6, pause=9 * MINUTE)
    assert len(harness.providers[kind].handler.ledger.requests()) == asked
    harness.providers[kind].handler.faults.clear()
    harness.clock.advance(15 * MINUTE)
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


async def test_a_provider_cannot_ask_to_wait_beyond_its_memory(harness: PayoutHarness) -> None:
    """When it may have forgotten the key, a person decides, and no provider delays that."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "busy", times=100, retry_after="864000")
    await harness.run_worker(harness.open())
    one = await harness.find("c-1")
    assert one.sent_at is not None
    assert one.next_at == one.sent_at + timedelta(hours=24)
