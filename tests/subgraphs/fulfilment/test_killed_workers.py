"""A worker that is killed at any step, or loses its lease, causes no lost and no second credit (F1, F3)."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import FREE_BET, REWARDS, PayoutHarness, key_of
from tests.support.fulfilment.worker_processes import worker_processes
from tests.support.long_form import LONG_FORM
from tests.support.processes.forked_programs import Program

AFTER_THE_LEASE = timedelta(minutes=2)
LONGER_THAN_THE_LEASE = 2.5
STEPS = ["leased", "begun", "sending", "inquiring", "answered", "settling", "settled"]
SEEDS = range(100 if LONG_FORM else 1)
"""In the long form, 100 on each of two engines."""


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("step", ["leased", "begun", "sending", "answered", "settling", "settled"])
async def test_a_worker_killed_at_a_step_leaves_one_credit(
    harness: PayoutHarness, tmp_path: Path, step: str
) -> None:
    """Whatever was recorded by then, the next worker leads it to one credit."""
    await harness.owe("c-1")
    with worker_processes(harness, tmp_path) as workers:
        await workers.death(workers.start(step))
    harness.clock.advance(AFTER_THE_LEASE)
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("kind", ["sportsbook", "wallet"])
async def test_a_worker_killed_while_the_provider_credits_leaves_one_credit(
    harness: PayoutHarness, tmp_path: Path, kind: str
) -> None:
    """If the credit happens after the worker's death, the next worker finds it."""
    await harness.owe("c-1", REWARDS[kind])
    provider = harness.providers[kind]
    harness.arm_fault(provider.kind, "timeout_after", times=10)

    async def credited() -> bool:
        return harness.effects("c-1") == 1

    with worker_processes(harness, tmp_path) as workers:
        process = workers.start()
        await harness.until(credited, "the provider has credited")
        process.kill()
        process.wait()
    provider.handler.faults.clear()
    harness.clock.advance(AFTER_THE_LEASE)
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.usefixtures("processes")
async def test_a_success_after_the_crash_is_found(harness: PayoutHarness, tmp_path: Path) -> None:
    """If a pending credit is settled after the worker's death, the next worker finds it."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "pending")
    with worker_processes(harness, tmp_path) as workers:
        await workers.death(workers.start("answered"))
    harness.providers["sportsbook"].handler.ledger.change(key_of("c-1"), "credited", harness.clock.now())
    harness.clock.advance(AFTER_THE_LEASE)
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("step", ["cancelling", "cancelled"])
async def test_a_worker_killed_while_it_cancels_pays_nothing(
    harness: PayoutHarness, tmp_path: Path, step: str
) -> None:
    """The next worker completes the cancellation."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "timeout_before", times=2)
    await harness.run_worker(harness.open())
    await harness.add_account("c-1", rg_state="self_excluded")
    with worker_processes(harness, tmp_path) as workers:
        await workers.death(workers.start(step))
    harness.clock.advance(AFTER_THE_LEASE)
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.INELIGIBLE
    assert harness.effects("c-1") == 0


@pytest.mark.usefixtures("processes")
async def test_two_workers_pay_each_reward_once(each_harness: PayoutHarness, tmp_path: Path) -> None:
    """Two processes over one database pay each reward once."""
    customers = [f"c-{number}" for number in range(30)]
    for customer in customers:
        await each_harness.owe(customer, FREE_BET)

    async def all_credited() -> bool:
        return {await each_harness.state(customer) for customer in customers} == {FulfilmentState.CREDITED}

    with worker_processes(each_harness, tmp_path) as workers:
        workers.start()
        workers.start()
        await each_harness.until(all_credited, f"all are credited: {workers.logs()}")
    assert [each_harness.effects(customer) for customer in customers] == [1] * len(customers)


async def test_a_worker_that_was_frozen_past_its_lease_writes_nothing(harness: PayoutHarness) -> None:
    """If another worker has taken over meanwhile, the late answer is not recorded (F3)."""
    await harness.owe("c-1")
    frozen, awake = harness.open(), harness.open()
    while await frozen.worker._route_due():
        pass
    leased = (await frozen.uow.lease("sportsbook", 1))[0]
    registered = frozen.registry.find("sportsbook")
    assert registered is not None
    begun = (await frozen.worker._steps[0].sender.begin(next(iter(frozen.registry)), [leased]))[0]
    harness.clock.advance(AFTER_THE_LEASE)
    await harness.run_worker(awake)
    credited = await harness.find("c-1")
    answer = await frozen.worker._steps[0].sender._send(registered, begun)
    await frozen.worker._steps[0].sender._settle(registered, begun, answer)
    assert answer.code == "LEASE_TOO_SHORT"
    assert await harness.find("c-1") == credited
    assert harness.effects("c-1") == 1


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("seed", SEEDS)
async def test_workers_killed_and_frozen_at_random_credit_everybody_once(
    each_harness: PayoutHarness, tmp_path: Path, seed: int
) -> None:
    """After kills, freezes and provider faults at once, every customer has one credit (F1, F2, F3)."""
    harness = each_harness
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    customers = [f"c-{number}" for number in range(20)]
    for place, customer in enumerate(customers):
        await harness.owe(customer, list(REWARDS.values())[place % 3])
    for kind, provider in harness.providers.items():
        provider.handler.faults.chance = random.Random(seed)  # noqa: S311 - the same
        provider.handler.faults.rates = {"timeout_after": 0.3, "reset_after": 0.2, "duplicate": 0.1}
        harness.configure(kind, in_flight=2, breaker_failures=1000, timeout_seconds=0.2)
    lease = {"FURLONG_FULFILMENT_LEASE_SECONDS": "2"}

    async def all_credited() -> bool:
        return {await harness.state(customer) for customer in customers} == {FulfilmentState.CREDITED}

    with worker_processes(harness, tmp_path) as workers:
        for _ in range(3):
            doomed, frozen = workers.start(chance.choice(STEPS), **lease), workers.start(**lease)
            await harness.until(_either(all_credited, doomed), "a worker died, or all was done")
            frozen.send_signal(signal.SIGSTOP)
            await asyncio.sleep(LONGER_THAN_THE_LEASE)
            frozen.send_signal(signal.SIGCONT)
        for provider in harness.providers.values():
            provider.handler.faults.clear()
        workers.start(**lease)
        await harness.until(all_credited, f"all are credited with seed {seed}: {workers.logs()}")
    assert [harness.effects(customer) for customer in customers] == [1] * len(customers)


def _either(holds: Callable[[], Awaitable[bool]], process: Program) -> Callable[[], Awaitable[bool]]:
    async def either() -> bool:
        return process.poll() is not None or await holds()

    return either
