"""A worker that is killed at any step, or loses its lease, costs nobody anything (F1, F3)."""

import asyncio
import random
import signal
import subprocess
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from till import FREE_BET, LONG_FORM, REWARDS, Till, key_of
from worker_processes import worker_processes

from subgraphs.fulfilment.state.state_machine import FulfilmentState

AFTER_THE_LEASE = timedelta(minutes=2)
LONGER_THAN_THE_LEASE = 2.5
STEPS = ["leased", "begun", "sending", "inquiring", "answered", "settling", "settled"]
SEEDS = range(100 if LONG_FORM else 1)
"""On each of two engines: 200 histories in the long form."""


@pytest.mark.parametrize("step", ["leased", "begun", "sending", "answered", "settling", "settled"])
async def test_a_worker_killed_at_a_step_leaves_one_credit(till: Till, tmp_path: Path, step: str) -> None:
    """Whatever was written down by then, the next worker brings it to the one right end."""
    await till.owe("c-1")
    with worker_processes(till, tmp_path) as workers:
        await workers.death(workers.start(step))
    till.clock.advance(AFTER_THE_LEASE)
    await till.work(till.open())
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


@pytest.mark.parametrize("kind", ["sportsbook", "wallet"])
async def test_a_worker_killed_while_the_provider_credits_leaves_one_credit(
    till: Till, tmp_path: Path, kind: str
) -> None:
    """The credit happened, and nobody was left to hear of it."""
    await till.owe("c-1", REWARDS[kind])  # type: ignore[index] - one of the kinds
    provider = till.providers[kind]  # type: ignore[index] - the same
    till.upset(provider.kind, "timeout_after", times=10)

    async def credited() -> bool:
        return till.effects("c-1") == 1

    with worker_processes(till, tmp_path) as workers:
        process = workers.start()
        await till.until(credited, "the provider has credited")
        process.kill()
        process.wait()
    provider.handler.faults.clear()
    till.clock.advance(AFTER_THE_LEASE)
    await till.work(till.open())
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


async def test_a_success_after_the_crash_is_found(till: Till, tmp_path: Path) -> None:
    """Accepted, then the worker died, then it was credited: the next worker finds it."""
    await till.owe("c-1")
    till.upset("sportsbook", "pending")
    with worker_processes(till, tmp_path) as workers:
        await workers.death(workers.start("answered"))
    till.providers["sportsbook"].handler.books.change(key_of("c-1"), "credited", till.clock.now())
    till.clock.advance(AFTER_THE_LEASE)
    await till.work(till.open())
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


@pytest.mark.parametrize("step", ["cancelling", "cancelled"])
async def test_a_worker_killed_while_it_cancels_pays_nothing(till: Till, tmp_path: Path, step: str) -> None:
    """An exclusion is carried through by the next worker."""
    await till.owe("c-1")
    till.upset("sportsbook", "timeout_before", times=2)
    await till.work(till.open())
    await till.add_account("c-1", rg_state="self_excluded")
    with worker_processes(till, tmp_path) as workers:
        await workers.death(workers.start(step))
    till.clock.advance(AFTER_THE_LEASE)
    await till.work(till.open())
    assert await till.state("c-1") is FulfilmentState.INELIGIBLE
    assert till.effects("c-1") == 0


async def test_two_workers_pay_each_reward_once(each_till: Till, tmp_path: Path) -> None:
    """Two processes over one database share the work."""
    customers = [f"c-{number}" for number in range(30)]
    for customer in customers:
        await each_till.owe(customer, FREE_BET)

    async def all_credited() -> bool:
        return {await each_till.state(customer) for customer in customers} == {FulfilmentState.CREDITED}

    with worker_processes(each_till, tmp_path) as workers:
        workers.start()
        workers.start()
        await each_till.until(all_credited, f"all are credited: {workers.logs()}")
    assert [each_till.effects(customer) for customer in customers] == [1] * len(customers)


async def test_a_worker_that_was_frozen_past_its_lease_writes_nothing(till: Till) -> None:
    """Another has taken over meanwhile: the late answer is not written, and does no harm (F3)."""
    await till.owe("c-1")
    frozen, awake = till.open(), till.open()
    while await frozen.worker._route_due():
        pass
    leased = (await frozen.uow.lease("sportsbook", 1))[0]
    registered = frozen.registry.find("sportsbook")
    assert registered is not None
    begun = (await frozen.worker._sender.begin(next(iter(frozen.registry)), [leased]))[0]
    till.clock.advance(AFTER_THE_LEASE)
    await till.work(awake)
    credited = await till.find("c-1")
    answer = await frozen.worker._sender._send(registered, begun)
    await frozen.worker._sender._settle(registered, begun, answer)
    assert answer.code == "LEASE_TOO_SHORT"
    assert await till.find("c-1") == credited
    assert till.effects("c-1") == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_workers_killed_and_frozen_at_random_credit_everybody_once(
    each_till: Till, tmp_path: Path, seed: int
) -> None:
    """Kills, freezes and failing providers at once; in the end everybody has one credit (F1, F2, F3)."""
    till = each_till
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    customers = [f"c-{number}" for number in range(20)]
    for place, customer in enumerate(customers):
        await till.owe(customer, list(REWARDS.values())[place % 3])
    for kind, provider in till.providers.items():
        provider.handler.faults.chance = random.Random(seed)  # noqa: S311 - the same
        provider.handler.faults.rates = {"timeout_after": 0.3, "reset_after": 0.2, "duplicate": 0.1}
        till.configure(kind, in_flight=2, breaker_failures=1000, timeout_seconds=0.2)
    lease = {"FURLONG_FULFILMENT_LEASE_SECONDS": "2"}

    async def all_credited() -> bool:
        return {await till.state(customer) for customer in customers} == {FulfilmentState.CREDITED}

    with worker_processes(till, tmp_path) as workers:
        for _ in range(3):
            doomed, frozen = workers.start(chance.choice(STEPS), **lease), workers.start(**lease)
            await till.until(_either(all_credited, doomed), "a worker died, or all was done")
            frozen.send_signal(signal.SIGSTOP)
            await asyncio.sleep(LONGER_THAN_THE_LEASE)
            frozen.send_signal(signal.SIGCONT)
        for provider in till.providers.values():
            provider.handler.faults.clear()
        workers.start(**lease)
        await till.until(all_credited, f"all are credited with seed {seed}: {workers.logs()}")
    assert [till.effects(customer) for customer in customers] == [1] * len(customers)


def _either(
    holds: Callable[[], Awaitable[bool]], process: subprocess.Popen[bytes]
) -> Callable[[], Awaitable[bool]]:
    async def either() -> bool:
        return process.poll() is not None or await holds()

    return either
