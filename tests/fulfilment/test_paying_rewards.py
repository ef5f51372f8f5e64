"""Confirmed rewards reach their customers, through the provider that serves their kind."""

from datetime import timedelta

import pytest
from till import BONUS, CASH, FREE_BET, SPINS, Till, key_of

from simulator.providers.serve import ProviderKind
from subgraphs.fulfilment.state.state_machine import FulfilmentState


@pytest.mark.parametrize(
    ("kind", "reward"),
    [("sportsbook", FREE_BET), ("games", SPINS), ("wallet", CASH), ("wallet", BONUS)],
)
async def test_a_reward_is_paid_by_the_provider_of_its_kind(
    till: Till, kind: ProviderKind, reward: dict[str, object]
) -> None:
    """Each kind goes to the provider that serves it, once, and its reference is kept."""
    await till.owe("c-1", reward)
    await till.work(till.open())
    one = await till.find("c-1")
    assert one.state is FulfilmentState.CREDITED
    assert one.provider == kind
    assert one.reference is not None
    assert till.providers[kind].handler.books.effects() == {key_of("c-1"): 1}


async def test_it_is_paid_on_each_engine(each_till: Till) -> None:
    """The whole way works on SQLite and on MariaDB."""
    for number in range(12):
        await each_till.owe(f"c-{number}")
    await each_till.work(each_till.open())
    assert {await each_till.state(f"c-{number}") for number in range(12)} == {FulfilmentState.CREDITED}
    assert all(each_till.effects(f"c-{number}") == 1 for number in range(12))


async def test_nothing_is_paid_before_the_choice_is_final(till: Till) -> None:
    """A choice that may still change pays nothing; the final one does."""
    await till.add_account("c-1")
    await till.choose("c-1", SPINS, final=False)
    await till.qualify("c-1")
    worker = till.open()
    await till.work(worker, 3, pause=timedelta(minutes=10))
    assert await till.state("c-1") is FulfilmentState.CONFIRMED
    await till.choose("c-1", FREE_BET)
    await till.work(worker)
    assert till.providers["sportsbook"].handler.books.effects() == {key_of("c-1"): 1}
    assert till.providers["games"].handler.books.effects() == {}


async def test_nothing_is_paid_before_the_week_is_confirmed(till: Till) -> None:
    """A provisional qualification is no fulfilment yet."""
    await till.add_account("c-1")
    await till.choose("c-1")
    await till.qualify("c-1", "provisional")
    await till.work(till.open())
    assert await till.look("c-1") is None


async def test_a_confirmation_that_comes_again_pays_nothing_more(till: Till) -> None:
    """The same week confirmed at a later revision is the same reward."""
    await till.owe("c-1")
    worker = till.open()
    await till.work(worker)
    await till.qualify("c-1")
    await till.work(worker)
    assert till.effects("c-1") == 1


async def test_a_final_choice_is_never_replaced(till: Till) -> None:
    """What is said after the final word is not heard."""
    await till.add_account("c-1")
    await till.choose("c-1", FREE_BET)
    await till.choose("c-1", CASH)
    await till.qualify("c-1")
    await till.work(till.open())
    assert (await till.find("c-1")).provider == "sportsbook"


async def test_an_unknown_account_waits(till: Till) -> None:
    """Until the account arrives nobody can tell whether the customer may be paid: not paid, not stopped."""
    await till.choose("c-1")
    await till.qualify("c-1")
    worker = till.open()
    await till.work(worker)
    assert ((await till.find("c-1")).state, (await till.find("c-1")).reason) == (
        FulfilmentState.CONFIRMED,
        "ACCOUNT_UNKNOWN",
    )
    await till.add_account("c-1")
    await till.work(worker, 2, pause=timedelta(minutes=10))
    assert await till.state("c-1") is FulfilmentState.CREDITED


async def test_a_reward_over_the_limit_waits_for_a_person(till: Till) -> None:
    """A provider's limit for one reward is kept."""
    await till.owe("c-1", FREE_BET | {"value_minor": 10_001})
    await till.work(till.open())
    assert ((await till.find("c-1")).state, (await till.find("c-1")).reason) == (
        FulfilmentState.REVIEW,
        "OVER_LIMIT",
    )
    assert till.effects("c-1") == 0


async def test_a_customer_without_a_reward_is_shown_to_a_person(till: Till) -> None:
    """A week that is confirmed, and has nothing to be paid, is in review."""
    await till.owe("c-1", None)
    await till.work(till.open())
    assert ((await till.find("c-1")).state, (await till.find("c-1")).reason) == (
        FulfilmentState.REVIEW,
        "NO_REWARD",
    )


async def test_a_reward_that_nobody_pays_waits(till: Till) -> None:
    """A kind without a provider stays where it is, and is paid once there is one."""
    till.configure("sportsbook", kinds=("bet_boost",))
    await till.owe("c-1")
    await till.work(till.open())
    assert (await till.find("c-1")).reason == "NO_PROVIDER"
    till.configure("sportsbook", kinds=("free_bet",))
    await till.work(till.open(), 2, pause=timedelta(minutes=10))
    assert await till.state("c-1") is FulfilmentState.CREDITED
