"""Confirmed rewards are credited by the provider that serves their kind."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from foundation.storage.clock import ClockDiffers
from subgraphs.fulfilment.models import FULFILMENT, GLOBAL_STATE
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import BONUS, CASH, FREE_BET, SPINS, PayoutHarness, key_of
from tests.support.skewed_clock import SkewedClock
from tests.support.subgraphs.kill_switch import turn


@pytest.mark.parametrize(
    ("kind", "reward"),
    [("sportsbook", FREE_BET), ("games", SPINS), ("wallet", CASH), ("wallet", BONUS)],
)
async def test_a_reward_is_paid_by_the_provider_of_its_kind(
    harness: PayoutHarness, kind: str, reward: dict[str, object]
) -> None:
    """Each kind of reward is credited once by the provider that serves it, and its reference is stored."""
    await harness.owe("c-1", reward)
    await harness.run_worker(harness.open())
    one = await harness.find("c-1")
    assert one.state is FulfilmentState.CREDITED
    assert one.provider == kind
    assert one.reference is not None
    assert harness.providers[kind].handler.ledger.effects() == {key_of("c-1"): 1}


@pytest.mark.parametrize("poisoned", [0, 2])
async def test_a_reward_that_nobody_can_read_keeps_no_other_waiting(
    harness: PayoutHarness, poisoned: int
) -> None:
    """It is looked at again when its lease has ended; the others are paid at once."""
    for number in range(3):
        await harness.owe(f"c-{number}")
    worker = harness.open()
    async with worker.database.write() as connection:
        mine = update(FULFILMENT).where(FULFILMENT.c.customer_id == f"c-{poisoned}")
        await connection.execute(mine.values(state="?"))
    await harness.run_worker(worker)
    others = [f"c-{number}" for number in range(3) if number != poisoned]
    assert [await harness.state(other) for other in others] == [FulfilmentState.CREDITED] * 2


async def test_it_is_paid_on_each_engine(each_harness: PayoutHarness) -> None:
    """Paying works on SQLite and on MariaDB."""
    for number in range(12):
        await each_harness.owe(f"c-{number}")
    await each_harness.run_worker(each_harness.open())
    assert {await each_harness.state(f"c-{number}") for number in range(12)} == {FulfilmentState.CREDITED}
    assert all(each_harness.effects(f"c-{number}") == 1 for number in range(12))


async def test_nothing_is_paid_before_the_choice_is_final(harness: PayoutHarness) -> None:
    """A choice that may still change pays nothing; a final choice does."""
    await harness.add_account("c-1")
    await harness.choose("c-1", SPINS, final=False)
    await harness.qualify("c-1")
    worker = harness.open()
    await harness.run_worker(worker, 3, pause=timedelta(minutes=10))
    assert await harness.state("c-1") is FulfilmentState.CONFIRMED
    await harness.choose("c-1", FREE_BET)
    await harness.run_worker(worker)
    assert harness.providers["sportsbook"].handler.ledger.effects() == {key_of("c-1"): 1}
    assert harness.providers["games"].handler.ledger.effects() == {}


async def test_nothing_is_paid_before_the_week_is_confirmed(harness: PayoutHarness) -> None:
    """A provisional qualification is no fulfilment yet."""
    await harness.add_account("c-1")
    await harness.choose("c-1")
    await harness.qualify("c-1", "provisional")
    await harness.run_worker(harness.open())
    assert await harness.find_or_none("c-1") is None


async def test_a_confirmation_that_comes_again_pays_nothing_more(harness: PayoutHarness) -> None:
    """A week that is confirmed again at a later revision has the same reward."""
    await harness.owe("c-1")
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.qualify("c-1")
    await harness.run_worker(worker)
    assert harness.effects("c-1") == 1


async def test_a_final_choice_is_never_replaced(harness: PayoutHarness) -> None:
    """Choices after the final one are ignored."""
    await harness.add_account("c-1")
    await harness.choose("c-1", FREE_BET)
    await harness.choose("c-1", CASH)
    await harness.qualify("c-1")
    await harness.run_worker(harness.open())
    assert (await harness.find("c-1")).provider == "sportsbook"


async def test_an_unknown_account_waits(harness: PayoutHarness) -> None:
    """Until the account arrives, the reward is neither paid nor stopped."""
    await harness.choose("c-1")
    await harness.qualify("c-1")
    worker = harness.open()
    await harness.run_worker(worker)
    assert ((await harness.find("c-1")).state, (await harness.find("c-1")).reason) == (
        FulfilmentState.CONFIRMED,
        "ACCOUNT_UNKNOWN",
    )
    await harness.add_account("c-1")
    await harness.run_worker(worker, 2, pause=timedelta(minutes=10))
    assert await harness.state("c-1") is FulfilmentState.CREDITED


async def test_a_reward_over_the_limit_waits_for_a_person(harness: PayoutHarness) -> None:
    """A reward above the provider's limit waits for a person."""
    await harness.owe("c-1", FREE_BET | {"value_minor": 10_001})
    await harness.run_worker(harness.open())
    assert ((await harness.find("c-1")).state, (await harness.find("c-1")).reason) == (
        FulfilmentState.REVIEW,
        "OVER_LIMIT",
    )
    assert harness.effects("c-1") == 0


async def test_a_week_without_a_reward_goes_to_review(harness: PayoutHarness) -> None:
    """A confirmed week without a reward is in review."""
    await harness.owe("c-1", None)
    await harness.run_worker(harness.open())
    assert ((await harness.find("c-1")).state, (await harness.find("c-1")).reason) == (
        FulfilmentState.REVIEW,
        "NO_REWARD",
    )


async def test_a_reward_without_a_provider_waits(harness: PayoutHarness) -> None:
    """A reward of a kind without a provider waits, and is paid once there is one."""
    harness.configure("sportsbook", kinds=("bet_boost",))
    harness.configure("house", kinds=("cash",))
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    assert (await harness.find("c-1")).reason == "NO_PROVIDER"
    harness.configure("sportsbook", kinds=("free_bet",))
    await harness.run_worker(harness.open(), 2, pause=timedelta(minutes=10))
    assert await harness.state("c-1") is FulfilmentState.CREDITED


async def test_nothing_is_paid_while_the_brand_is_switched_off(harness: PayoutHarness) -> None:
    """The reward waits, with the reason; once the brand is on again, it is paid once."""
    await harness.owe("c-1")
    worker = harness.open()
    database = worker.uow.database
    await turn(database, GLOBAL_STATE, 1, off=True)
    await harness.run_worker(worker, 3, pause=timedelta(minutes=10))
    waiting = await harness.find("c-1")
    assert (waiting.state, waiting.reason) == (FulfilmentState.CONFIRMED, "CLUB_PAUSED")
    assert harness.effects("c-1") == 0
    await turn(database, GLOBAL_STATE, 2, off=False)
    await harness.run_worker(worker, 3, pause=timedelta(minutes=10))
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.parametrize("minutes", [5, -5])
async def test_a_worker_whose_clock_is_wrong_pays_nothing(harness: PayoutHarness, minutes: int) -> None:
    """Fast or slow, it leaves rewards to others, and its health says why."""
    await harness.owe("c-1")
    wrong = harness.open(clock=SkewedClock(harness.clock, timedelta(minutes=minutes)))
    with pytest.raises(ClockDiffers):
        await wrong.worker.run_once()
    assert harness.effects("c-1") == 0
    assert "this machine's clock is 300 s" in (await wrong.health())["waits_for"]
    await harness.run_worker(harness.open())
    assert harness.effects("c-1") == 1
