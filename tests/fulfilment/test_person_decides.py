"""What a person can do about a reward in review, and about a provider that was stopped."""

from datetime import timedelta

import pytest
from till import FREE_BET, Till, key_of

from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.decisions import Decisions, RewardVersion
from subgraphs.fulfilment.state.state_machine import FulfilmentState

MINUTE = timedelta(minutes=1)


async def in_review(till: Till) -> Decisions:
    """A reward of c-1 that the provider refused once."""
    await till.owe("c-1")
    till.upset("sportsbook", "refuse")
    fulfilling = till.open()
    await till.work(fulfilling)
    assert await till.state("c-1") is FulfilmentState.REVIEW
    return Decisions(fulfilling.uow)


async def test_a_retry_sends_it_under_the_same_key(till: Till) -> None:
    """What was refused may be sent again, once a person has seen to the reason."""
    decisions = await in_review(till)
    await decisions.retry(key_of("c-1"), "sam")
    await till.work(till.open(), 2, pause=MINUTE)
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.providers["sportsbook"].handler.books.effects() == {key_of("c-1"): 1}


async def test_a_retry_after_a_credit_that_nobody_heard_of_finds_it(till: Till) -> None:
    """The provider is asked before it is sent to: a retry is never a second credit."""
    decisions = await in_review(till)
    reward = (await till.find("c-1")).credit
    registered = till.open().registry.find("sportsbook")
    assert registered is not None
    await registered.provider.credit(reward)
    await decisions.retry(key_of("c-1"), "sam")
    await till.work(till.open(), 2, pause=MINUTE)
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


async def test_a_persons_word_is_taken(till: Till) -> None:
    """Who has seen the credit at the provider's says so, and is on record."""
    decisions = await in_review(till)
    await decisions.credited(key_of("c-1"), "sam", "R-77")
    one = await till.find("c-1")
    assert (one.state, one.reference) == (FulfilmentState.CREDITED, "R-77")
    last = (await till.attempts("c-1"))[-1]
    assert (last.step, last.outcome, last.detail) == ("decision", "credited", "sam: R-77")


async def test_only_what_is_in_review_can_be_decided(till: Till) -> None:
    """A reward that goes its own way cannot be pushed off it."""
    await till.owe("c-1")
    decisions = Decisions(till.open().uow)
    for key in (key_of("c-1"), "no such key"):
        with pytest.raises(InvalidDecision):
            await decisions.retry(key, "sam")
        with pytest.raises(InvalidDecision):
            await decisions.credited(key, "sam", "R-77")


async def test_a_review_without_a_reward_cannot_be_sent(till: Till) -> None:
    """Nobody knows what to send."""
    await till.owe("c-1", None)
    fulfilling = till.open()
    await till.work(fulfilling)
    with pytest.raises(InvalidDecision):
        await Decisions(fulfilling.uow).retry(key_of("c-1"), "sam")


async def test_a_stopped_provider_goes_on_when_told(till: Till) -> None:
    """What waited for it is paid then."""
    fulfilling = till.open()
    decisions = Decisions(fulfilling.uow)
    await decisions.stop("sportsbook", "sam", "maintenance")
    await till.owe("c-1")
    await till.work(fulfilling)
    assert await till.state("c-1") is FulfilmentState.CONFIRMED
    await decisions.resume("sportsbook", "sam")
    await till.work(fulfilling)
    assert await till.state("c-1") is FulfilmentState.CREDITED


async def test_what_was_not_sent_of_a_version_is_held(till: Till) -> None:
    """With its provider stopped nothing is sent; the version's rewards go to review, all others are paid."""
    fulfilling = till.open()
    decisions = Decisions(fulfilling.uow)
    await decisions.stop("sportsbook", "sam", "a wrong reward")
    await till.owe("c-1")
    await till.owe("c-2", FREE_BET | {"config_version": 2})
    await till.work(fulfilling)
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 2), "sam") == 1
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 2), "sam") == 0
    await decisions.resume("sportsbook", "sam")
    await till.work(till.open(), 2, pause=MINUTE)
    assert (await till.state("c-1"), await till.state("c-2")) == (
        FulfilmentState.CREDITED,
        FulfilmentState.REVIEW,
    )
    last = (await till.attempts("c-2"))[-1]
    assert (last.step, last.outcome, last.detail) == ("decision", "hold", "sam")
    assert till.effects("c-2") == 0


async def test_what_is_held_may_be_paid_after_all(till: Till) -> None:
    """A person lets it go, and it is sent as any other; what was credited meanwhile cannot be held."""
    fulfilling = till.open()
    decisions = Decisions(fulfilling.uow)
    await decisions.stop("sportsbook", "sam", "a wrong reward")
    await till.owe("c-1")
    await till.work(fulfilling)
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 1), "sam") == 1
    await decisions.resume("sportsbook", "sam")
    await decisions.retry(key_of("c-1"), "sam")
    await till.work(till.open(), 2, pause=MINUTE)
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 1), "sam") == 0
