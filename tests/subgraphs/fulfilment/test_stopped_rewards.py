"""Stopped rewards are not paid; credited rewards stay credited, with a flag for a person (F5, A14)."""

from datetime import timedelta

import pytest

from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import EACH_API, REWARDS, PayoutHarness, key_of

MINUTE = timedelta(minutes=1)
EXCLUSIONS = (
    ({"rg_state": "self_excluded"}, "SELF_EXCLUDED"),
    ({"rg_state": "restricted"}, "RG_RESTRICTED"),
    ({"promo_restricted": True}, "PROMO_RESTRICTED"),
    ({"status": "closed"}, "ACCOUNT_CLOSED"),
    ({"status": "suspended"}, "SUSPENDED"),
    ({"verified": False}, "UNVERIFIED"),
    ({"jurisdiction": "MT"}, "JURISDICTION"),
)


@pytest.mark.parametrize(("change", "reason"), EXCLUSIONS)
async def test_an_excluded_customer_is_not_paid(
    harness: PayoutHarness, change: dict[str, object], reason: str
) -> None:
    """Any reason for ineligibility stops the reward at once and for ever."""
    await harness.owe("c-1")
    await harness.add_account("c-1", **change)
    one = await harness.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.INELIGIBLE, reason)
    await harness.add_account("c-1")
    await harness.run_worker(harness.open(), 3, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.INELIGIBLE
    assert harness.effects("c-1") == 0


async def test_a_customer_excluded_before_the_confirmation_is_not_paid(harness: PayoutHarness) -> None:
    """If the customer is excluded when the week is confirmed, the reward is stopped at once."""
    await harness.add_account("c-1", rg_state="self_excluded")
    await harness.choose("c-1")
    await harness.qualify("c-1")
    assert await harness.state("c-1") is FulfilmentState.INELIGIBLE


@EACH_API
@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
async def test_an_exclusion_while_in_doubt_is_settled_with_the_provider(
    harness: PayoutHarness, kind: str, fault: str
) -> None:
    """A reward in doubt is cancelled if it was not credited; otherwise the credit stays, with a flag."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, fault, times=2)  # type: ignore[arg-type]  # one of the names
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.add_account("c-1", rg_state="self_excluded")
    assert await harness.state("c-1") is FulfilmentState.EXCLUDING
    await harness.run_worker(worker, 3, pause=MINUTE)
    one = await harness.find("c-1")
    if fault == "timeout_before":
        assert (one.state, harness.effects("c-1")) == (FulfilmentState.INELIGIBLE, 0)
    else:
        assert (one.state, harness.effects("c-1")) == (FulfilmentState.CREDITED, 1)
        assert one.flag == "CREDITED_WHILE_EXCLUDING"


@EACH_API
async def test_a_cancelled_key_is_never_credited(harness: PayoutHarness, kind: str) -> None:
    """A request that arrives after the cancellation is refused by the provider."""
    await harness.owe("c-1", REWARDS[kind])
    harness.arm_fault(kind, "timeout_before", times=2)
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.add_account("c-1", rg_state="self_excluded")
    await harness.run_worker(worker, 3, pause=MINUTE)
    late = await worker.registry.find(kind).provider.credit((await harness.find("c-1")).credit)  # type: ignore[union-attr]  # it is there
    assert late.outcome.value == "cancelled"
    assert harness.effects("c-1") == 0


async def test_a_qualification_taken_back_before_the_credit_pays_nothing(harness: PayoutHarness) -> None:
    """If a late void takes the week below its target, nothing is paid (F5)."""
    await harness.owe("c-1")
    await harness.qualify("c-1", "revoked")
    await harness.run_worker(harness.open(), 2, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.REVOKED
    assert harness.effects("c-1") == 0


@EACH_API
async def test_a_qualification_taken_back_after_the_credit_raises_a_flag(
    harness: PayoutHarness, kind: str
) -> None:
    """After the credit nothing is taken back; the flag is stored and published (F5)."""
    await harness.owe("c-1", REWARDS[kind])
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.qualify("c-1", "revoked")
    await harness.run_worker(worker, 2, pause=MINUTE)
    one = await harness.find("c-1")
    assert (one.state, one.flag) == (FulfilmentState.CREDITED, "REVOKED_AFTER_CREDIT")
    assert harness.effects("c-1") == 1
    assert '"flag": "REVOKED_AFTER_CREDIT"' in (await harness.published())[-1].value
    asked = harness.providers[kind].handler.ledger.requests(key_of("c-1"))
    assert [request["method"] for request in asked] == ["CREDIT"]


async def test_a_qualification_taken_back_while_in_doubt_is_settled_with_the_provider(
    harness: PayoutHarness,
) -> None:
    """A reward in doubt whose qualification is revoked is cancelled at the provider."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "timeout_before", times=2)
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.qualify("c-1", "revoked")
    await harness.run_worker(worker, 3, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.REVOKED
    assert harness.effects("c-1") == 0


async def test_a_revoked_week_that_is_confirmed_again_is_for_a_person(harness: PayoutHarness) -> None:
    """A revoked reward that is confirmed again is not paid, but flagged."""
    await harness.owe("c-1")
    await harness.qualify("c-1", "revoked")
    await harness.qualify("c-1")
    one = await harness.find("c-1")
    assert (one.state, one.flag) == (FulfilmentState.REVOKED, "CONFIRMED_AGAIN")


async def test_a_review_without_a_provider_ends_with_the_exclusion(harness: PayoutHarness) -> None:
    """A reward in review without a provider is stopped without a call."""
    await harness.owe("c-1", None)
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.add_account("c-1", rg_state="self_excluded")
    await harness.run_worker(worker)
    assert await harness.state("c-1") is FulfilmentState.INELIGIBLE
