"""What must not be paid is not; what was paid already stays, and a person is told (F5, A14)."""

from datetime import timedelta

import pytest
from till import REWARDS, Till, key_of

from simulator.providers.serve import KINDS, ProviderKind
from subgraphs.fulfilment.state.state_machine import FulfilmentState

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
async def test_an_excluded_customer_is_not_paid(till: Till, change: dict[str, object], reason: str) -> None:
    """Whatever makes a customer ineligible stops the reward at once, and for good."""
    await till.owe("c-1")
    await till.add_account("c-1", **change)
    one = await till.find("c-1")
    assert (one.state, one.reason) == (FulfilmentState.INELIGIBLE, reason)
    await till.add_account("c-1")
    await till.work(till.open(), 3, pause=MINUTE)
    assert await till.state("c-1") is FulfilmentState.INELIGIBLE
    assert till.effects("c-1") == 0


async def test_who_is_excluded_before_the_confirmation_is_not_paid(till: Till) -> None:
    """An account that is known to be excluded when the week is confirmed stops the reward there."""
    await till.add_account("c-1", rg_state="self_excluded")
    await till.choose("c-1")
    await till.qualify("c-1")
    assert await till.state("c-1") is FulfilmentState.INELIGIBLE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
async def test_an_exclusion_while_in_doubt_is_settled_with_the_provider(
    till: Till, kind: ProviderKind, fault: str
) -> None:
    """Sent, and no answer: cancelled where it had not happened; where it had, it stays, with a flag."""
    await till.owe("c-1", REWARDS[kind])
    till.upset(kind, fault, times=2)  # type: ignore[arg-type] - one of the names
    worker = till.open()
    await till.work(worker)
    await till.add_account("c-1", rg_state="self_excluded")
    assert await till.state("c-1") is FulfilmentState.EXCLUDING
    await till.work(worker, 3, pause=MINUTE)
    one = await till.find("c-1")
    if fault == "timeout_before":
        assert (one.state, till.effects("c-1")) == (FulfilmentState.INELIGIBLE, 0)
    else:
        assert (one.state, till.effects("c-1")) == (FulfilmentState.CREDITED, 1)
        assert one.flag == "CREDITED_WHILE_EXCLUDING"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancelled_key_is_never_credited(till: Till, kind: ProviderKind) -> None:
    """What was on its way while it was cancelled is refused by the provider when it arrives."""
    await till.owe("c-1", REWARDS[kind])
    till.upset(kind, "timeout_before", times=2)
    worker = till.open()
    await till.work(worker)
    await till.add_account("c-1", rg_state="self_excluded")
    await till.work(worker, 3, pause=MINUTE)
    late = await worker.registry.find(kind).provider.credit((await till.find("c-1")).credit)  # type: ignore[union-attr] - it is there
    assert late.outcome.value == "cancelled"
    assert till.effects("c-1") == 0


async def test_a_qualification_taken_back_before_the_credit_pays_nothing(till: Till) -> None:
    """A late void takes the week below its target: no reward (F5)."""
    await till.owe("c-1")
    await till.qualify("c-1", "revoked")
    await till.work(till.open(), 2, pause=MINUTE)
    assert await till.state("c-1") is FulfilmentState.REVOKED
    assert till.effects("c-1") == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_qualification_taken_back_after_the_credit_raises_a_flag(
    till: Till, kind: ProviderKind
) -> None:
    """After the credit nothing is taken back; the flag is there and told to the others (F5)."""
    await till.owe("c-1", REWARDS[kind])
    worker = till.open()
    await till.work(worker)
    await till.qualify("c-1", "revoked")
    await till.work(worker, 2, pause=MINUTE)
    one = await till.find("c-1")
    assert (one.state, one.flag) == (FulfilmentState.CREDITED, "REVOKED_AFTER_CREDIT")
    assert till.effects("c-1") == 1
    assert '"flag": "REVOKED_AFTER_CREDIT"' in (await till.told())[-1].value
    asked = till.providers[kind].handler.books.requests(key_of("c-1"))
    assert [one["method"] for one in asked] == ["CREDIT"]


async def test_a_qualification_taken_back_while_in_doubt_is_settled_with_the_provider(till: Till) -> None:
    """Sent, no answer, taken back: the provider cancels what it had not done."""
    await till.owe("c-1")
    till.upset("sportsbook", "timeout_before", times=2)
    worker = till.open()
    await till.work(worker)
    await till.qualify("c-1", "revoked")
    await till.work(worker, 3, pause=MINUTE)
    assert await till.state("c-1") is FulfilmentState.REVOKED
    assert till.effects("c-1") == 0


async def test_a_revoked_week_that_is_confirmed_again_is_for_a_person(till: Till) -> None:
    """It is not paid by itself: the flag tells."""
    await till.owe("c-1")
    await till.qualify("c-1", "revoked")
    await till.qualify("c-1")
    one = await till.find("c-1")
    assert (one.state, one.flag) == (FulfilmentState.REVOKED, "CONFIRMED_AGAIN")


async def test_a_review_without_a_provider_ends_with_the_exclusion(till: Till) -> None:
    """Nobody was ever asked to pay it: there is nothing to cancel."""
    await till.owe("c-1", None)
    worker = till.open()
    await till.work(worker)
    await till.add_account("c-1", rg_state="self_excluded")
    await till.work(worker)
    assert await till.state("c-1") is FulfilmentState.INELIGIBLE
