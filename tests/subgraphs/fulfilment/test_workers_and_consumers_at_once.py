"""Workers pay while consumers stop and revoke: in any order, journals and states agree."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from consumers.stream.database.retry import Retry
from subgraphs.fulfilment.state.state_machine import PAID, STOPPED, UNSENT
from tests.support.fulfilment.payout_harness import FREE_BET, PayoutHarness

CUSTOMERS = [f"c-{number}" for number in range(24)]


async def say(harness: PayoutHarness, customer: str, chance: random.Random) -> None:
    """Apply an event about a customer, in transactions that are repeated after conflicts."""
    events: list[Callable[[], Awaitable[None]]] = [
        lambda: harness.add_account(customer, rg_state="self_excluded"),
        lambda: harness.qualify(customer, "revoked"),
        lambda: harness.qualify(customer),
        lambda: harness.add_account(customer),
    ]
    await asyncio.sleep(chance.random())
    await Retry(20, lambda: None).run(chance.choice(events))


async def test_stopping_and_paying_at_the_same_time_agree(each_harness: PayoutHarness) -> None:
    """Every reward is either credited once and recorded so, or stopped and never credited."""
    chance = random.Random(7)  # noqa: S311 - repeatable on purpose
    for customer in CUSTOMERS:
        await each_harness.owe(customer, FREE_BET)
    each_harness.providers["sportsbook"].handler.faults.rates = {
        "slow": 0.3,
        "reset_after": 0.2,
        "reset_before": 0.2,
    }
    each_harness.settings = each_harness.settings.model_copy(
        update={"retry_seconds": 0.05, "retry_limit_seconds": 0.2, "rounds": 1000}
    )
    each_harness.configure("sportsbook", breaker_failures=1000, in_flight=3, timeout_seconds=0.5)
    stop = asyncio.Event()
    working = [asyncio.create_task(each_harness.open().worker.run_until(stop)) for _ in range(2)]
    await asyncio.gather(*(say(each_harness, customer, chance) for customer in CUSTOMERS))
    each_harness.providers["sportsbook"].handler.faults.clear()

    async def settled() -> bool:
        states = {await each_harness.state(customer) for customer in CUSTOMERS}
        return states <= PAID | STOPPED

    await each_harness.until(settled, "every reward has come to its end")
    stop.set()
    await asyncio.gather(*working)
    for customer in CUSTOMERS:
        one = await each_harness.find(customer)
        assert each_harness.effects(customer) == (1 if one.state in PAID else 0), one
        assert one.state not in UNSENT
