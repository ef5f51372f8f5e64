"""Parallel deposits never exceed a limit by a penny."""

import asyncio
from datetime import timedelta

import pytest

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.changes import Outcome
from subgraphs.wallet.limits.limit import LimitKind
from tests.subgraphs.wallet.limits.limit_store import NOW, OWNER, TABLES, LimitsFixture

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("seed", range(3))
async def test_parallel_deposits_use_a_limit_up_and_no_more(limits: LimitsFixture, seed: int) -> None:
    """Of many at once, as many pass as fit; what is left is less than any that was refused."""
    limit = 1_000
    await limits.ask(LimitKind.DEPOSIT_DAY, limit)
    amounts = [30 + number * (seed * 2 + 7) % 271 for number in range(40)]
    passed = await asyncio.gather(*(limits.pay_in(amount) for amount in amounts))
    used = await limits.used(LimitKind.DEPOSIT_DAY)
    assert used == sum(amount for amount, fits in zip(amounts, passed, strict=True) if fits)
    refused = [amount for amount, fits in zip(amounts, passed, strict=True) if not fits]
    assert limit - min(refused) < used <= limit


async def test_parallel_repetitions_of_a_deposit_count_once(limits: LimitsFixture) -> None:
    """Whoever sends it twice at once is told twice that it may be paid in."""
    await limits.ask(LimitKind.DEPOSIT_DAY, 100)
    passed = await asyncio.gather(*(limits.pay_in(100, claim_id="one") for _attempt in range(20)))
    assert all(passed)
    assert await limits.used(LimitKind.DEPOSIT_DAY) == 100


async def test_parallel_repetitions_of_a_request_are_done_once(limits: LimitsFixture) -> None:
    """Each is told what the first did, and the history has one row."""
    for number, kind in enumerate(LimitKind, start=1):  # the first time, connections are still opened
        asking = (limits.ask(kind, 100, key=kind.value) for _attempt in range(12))
        assert set(await asyncio.gather(*asking)) == {Outcome.SET}
        assert await limits.rows(TABLES.change) == number


async def test_parallel_first_deposits_of_many_customers_all_pass(limits: LimitsFixture) -> None:
    """Customers who are seen for the first time do not stand in each other's way."""
    owners = [Owner("northbet", f"c-{number % 12}") for number in range(60)]
    passed = await asyncio.gather(*(limits.pay_in(1, owner=owner) for owner in owners))
    assert all(passed)
    assert await limits.rows(TABLES.holder) == 12
    assert await limits.rows(TABLES.claim) == 60


async def test_a_lower_limit_holds_for_whatever_comes_after_it(limits: LimitsFixture) -> None:
    """Beside deposits, failures and arrivals, a limit is lowered: nothing passes above it from then on."""
    await limits.ask(LimitKind.DEPOSIT_DAY, 1_000)

    async def deposit(number: int) -> None:
        name = f"d-{number}"
        if await limits.pay_in(50, NOW + MINUTE, claim_id=name):
            if number % 3 == 0:
                await limits.give_back(name, NOW + MINUTE)
            else:
                await limits.received(name, NOW + MINUTE)

    async def lower() -> int:
        await limits.ask(LimitKind.DEPOSIT_DAY, 300, NOW + MINUTE)
        return await limits.used(LimitKind.DEPOSIT_DAY, NOW + MINUTE)

    _deposits, used_then = await asyncio.gather(
        asyncio.gather(*(deposit(number) for number in range(30))), lower()
    )
    assert await limits.used(LimitKind.DEPOSIT_DAY, NOW + MINUTE) <= max(used_then, 300)
    assert not await limits.pay_in(301, NOW + MINUTE)


async def test_parallel_stakes_lose_no_more_than_the_limit(limits: LimitsFixture) -> None:
    """Bets and games together."""
    await limits.ask(LimitKind.LOSS_DAY, 500)
    acts = [Act.BET, Act.GAME] * 15
    decisions = await asyncio.gather(*(limits.claim(act, 70) for act in acts))
    allowed = [decision for decision in decisions if getattr(decision, "allowed", False)]
    assert len(allowed) == 7
    assert await limits.used(LimitKind.LOSS_DAY) == 490


async def test_one_customers_limit_is_not_anothers(limits: LimitsFixture) -> None:
    """Also of the same name at another brand."""
    await limits.ask(LimitKind.DEPOSIT_DAY, 100)
    other = replace_brand(OWNER)
    assert await limits.pay_in(101, owner=other)
    assert not await limits.pay_in(101)


def replace_brand(owner: Owner) -> Owner:
    """Return the customer of the same name at another brand."""
    return owner._replace(brand="southbet")
