"""What a person can decide about a reward in review, and about a stopped provider."""

from datetime import timedelta

import pytest

from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.decisions import Decisions, RewardVersion
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import FREE_BET, PayoutHarness, key_of

MINUTE = timedelta(minutes=1)


async def in_review(harness: PayoutHarness) -> Decisions:
    """Put c-1's reward into review, by a refusal of the provider."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "refuse")
    fulfilling = harness.open()
    await harness.run_worker(fulfilling)
    assert await harness.state("c-1") is FulfilmentState.REVIEW
    return Decisions(fulfilling.uow)


async def test_a_retry_sends_it_under_the_same_key(harness: PayoutHarness) -> None:
    """A refused reward can be sent again, once a person has dealt with the reason."""
    decisions = await in_review(harness)
    await decisions.retry(key_of("c-1"), "sam")
    await harness.run_worker(harness.open(), 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.providers["sportsbook"].handler.ledger.effects() == {key_of("c-1"): 1}


async def test_a_retry_is_of_the_revision_that_was_seen(harness: PayoutHarness) -> None:
    """What has changed since, also by a retry that came back, is not sent on the same decision."""
    decisions = await in_review(harness)
    seen = (await harness.find("c-1")).revision
    await decisions.retry(key_of("c-1"), "sam", seen)
    harness.arm_fault("sportsbook", "refuse")
    await harness.run_worker(harness.open())
    assert await harness.state("c-1") is FulfilmentState.REVIEW
    with pytest.raises(InvalidDecision, match="it has changed since the decision"):
        await decisions.retry(key_of("c-1"), "sam", seen)
    assert await harness.state("c-1") is FulfilmentState.REVIEW


async def test_a_retry_finds_an_unrecorded_credit(harness: PayoutHarness) -> None:
    """The provider is asked about the key before a retry, so that a retry is never a second credit."""
    decisions = await in_review(harness)
    reward = (await harness.find("c-1")).credit
    registered = harness.open().registry.find("sportsbook")
    assert registered is not None
    await registered.provider.credit(reward)
    await decisions.retry(key_of("c-1"), "sam")
    await harness.run_worker(harness.open(), 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


async def test_a_person_can_record_a_credit(harness: PayoutHarness) -> None:
    """A person who has seen the credit at the provider records it, and is named in the record."""
    decisions = await in_review(harness)
    await decisions.credited(key_of("c-1"), "sam", "R-77")
    one = await harness.find("c-1")
    assert (one.state, one.reference) == (FulfilmentState.CREDITED, "R-77")
    last = (await harness.attempts("c-1"))[-1]
    assert (last.step, last.outcome, last.detail) == ("decision", "credited", "sam: R-77")


async def test_only_what_is_in_review_can_be_decided(harness: PayoutHarness) -> None:
    """A decision about a reward that is not in review is refused."""
    await harness.owe("c-1")
    decisions = Decisions(harness.open().uow)
    for key in (key_of("c-1"), "no such key"):
        with pytest.raises(InvalidDecision):
            await decisions.retry(key, "sam")
        with pytest.raises(InvalidDecision):
            await decisions.credited(key, "sam", "R-77")


async def test_a_review_without_a_reward_cannot_be_sent(harness: PayoutHarness) -> None:
    """A reward in review without a known reward cannot be sent."""
    await harness.owe("c-1", None)
    fulfilling = harness.open()
    await harness.run_worker(fulfilling)
    with pytest.raises(InvalidDecision):
        await Decisions(fulfilling.uow).retry(key_of("c-1"), "sam")


async def test_a_stopped_provider_pays_after_it_is_resumed(harness: PayoutHarness) -> None:
    """The rewards of a resumed provider are paid."""
    fulfilling = harness.open()
    decisions = Decisions(fulfilling.uow)
    await decisions.stop("sportsbook", "sam", "maintenance")
    await harness.owe("c-1")
    await harness.run_worker(fulfilling)
    assert await harness.state("c-1") is FulfilmentState.CONFIRMED
    await decisions.resume("sportsbook", "sam")
    await harness.run_worker(fulfilling)
    assert await harness.state("c-1") is FulfilmentState.CREDITED


async def test_unsent_rewards_of_a_version_are_held(harness: PayoutHarness) -> None:
    """Rewards of a held version go to review; all others are paid once the provider is resumed."""
    fulfilling = harness.open()
    decisions = Decisions(fulfilling.uow)
    await decisions.stop("sportsbook", "sam", "a wrong reward")
    await harness.owe("c-1")
    await harness.owe("c-2", FREE_BET | {"config_version": 2})
    await harness.run_worker(fulfilling)
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 2), "sam") == 1
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 2), "sam") == 0
    await decisions.resume("sportsbook", "sam")
    await harness.run_worker(harness.open(), 2, pause=MINUTE)
    assert (await harness.state("c-1"), await harness.state("c-2")) == (
        FulfilmentState.CREDITED,
        FulfilmentState.REVIEW,
    )
    last = (await harness.attempts("c-2"))[-1]
    assert (last.step, last.outcome, last.detail) == ("decision", "hold", "sam")
    assert harness.effects("c-2") == 0


async def test_a_held_reward_can_be_paid_after_all(harness: PayoutHarness) -> None:
    """A person can have a held reward sent after all; a credited reward cannot be held."""
    fulfilling = harness.open()
    decisions = Decisions(fulfilling.uow)
    await decisions.stop("sportsbook", "sam", "a wrong reward")
    await harness.owe("c-1")
    await harness.run_worker(fulfilling)
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 1), "sam") == 1
    await decisions.resume("sportsbook", "sam")
    await decisions.retry(key_of("c-1"), "sam")
    await harness.run_worker(harness.open(), 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert await decisions.hold(RewardVersion("northbet", "fb-5", 1), "sam") == 0
