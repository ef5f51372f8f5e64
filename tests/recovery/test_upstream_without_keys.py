"""An upstream that has no keys, or has forgotten them, still makes a change only once (M11, M12)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.recovery.harness import CHOICE, MEMBERSHIP, RecoveryHarness, harness_over, reasons

JOINED = {"optedIn": True, "pending": False, "version": 1}
LOST_ANSWERS = ["timeout_after", "reset_after"]
ASKED_WAIT = timedelta(seconds=1)
"""What the simulator asks for when it is busy."""

FAULTS = ["busy", "timeout_before", *LOST_ANSWERS]


@pytest.fixture
async def forgetful(sqlite_url: str, tmp_path: Path) -> AsyncIterator[RecoveryHarness]:
    """Provide an upstream that remembers no keys."""
    async with harness_over(sqlite_url, tmp_path, keeps_keys=False) as harness:
        yield harness


@pytest.fixture
async def usual(sqlite_url: str, tmp_path: Path) -> AsyncIterator[RecoveryHarness]:
    """Provide the usual upstream."""
    async with harness_over(sqlite_url, tmp_path) as harness:
        yield harness


async def leave_in_doubt(harness: RecoveryHarness, fault: str) -> None:
    """Opt in, and lose the outcome."""
    await harness.fault(fault)
    assert reasons(await harness.opt_in(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.no_more_faults()
    harness.advance(ASKED_WAIT)


async def test_such_an_upstream_does_everything_again(forgetful: RecoveryHarness) -> None:
    """The tests below rely on this: the same key twice has two effects."""
    for _ in range(2):
        await forgetful.by_another_channel(MEMBERSHIP, {"state": "opted_out"}, key="same")
    assert await forgetful.effects(MEMBERSHIP) == 2


async def test_a_request_looks_before_it_tries_again(forgetful: RecoveryHarness) -> None:
    """If a response is cut off, the same request finds the outcome, without a second effect."""
    await forgetful.fault("reset_after")
    assert reasons(await forgetful.opt_in()) == []
    assert await forgetful.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_recovery_looks_before_it_tries_again(forgetful: RecoveryHarness, fault: str) -> None:
    """Whatever was lost, there is one effect after recovery."""
    await leave_in_doubt(forgetful, fault)
    assert await forgetful.recover() == (1, 0)
    assert await forgetful.membership() == JOINED
    assert await forgetful.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_click_again_looks_first(forgetful: RecoveryHarness, fault: str) -> None:
    """A customer who repeats the request causes one effect."""
    await leave_in_doubt(forgetful, fault)
    assert reasons(await forgetful.opt_in()) == []
    assert await forgetful.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_later_change_looks_for_the_one_in_its_way(forgetful: RecoveryHarness, fault: str) -> None:
    """A leaving that finds a joining in doubt settles it first: one effect each, in this order."""
    await leave_in_doubt(forgetful, fault)
    assert reasons(await forgetful.opt_out()) == []
    assert await forgetful.effects(MEMBERSHIP) == 2
    assert (await forgetful.api.get(MEMBERSHIP)).json()["state"] == "opted_out"


@pytest.mark.parametrize("fault", LOST_ANSWERS)
async def test_a_choice_is_made_once(forgetful: RecoveryHarness, fault: str) -> None:
    """The same holds for choices."""
    await forgetful.opt_in()
    await forgetful.fault(fault)
    await forgetful.change(club_fixture=forgetful.impatient)
    await forgetful.no_more_faults()
    assert await forgetful.recover() == (1, 0)
    assert await forgetful.effects(CHOICE) == 1


async def test_a_key_that_was_forgotten_meanwhile_is_no_second_effect(usual: RecoveryHarness) -> None:
    """If the upstream purges its keys while the outcome is in doubt, its record decides."""
    await leave_in_doubt(usual, "timeout_after")
    await forget_keys(usual)
    assert await usual.recover() == (1, 0)
    assert await usual.effects(MEMBERSHIP) == 1


async def test_a_click_after_a_day_is_no_second_effect(usual: RecoveryHarness) -> None:
    """The customer repeats a request that is 25 hours old, and the upstream has forgotten its key."""
    await leave_in_doubt(usual, "timeout_after")
    await forget_keys(usual)
    usual.club_fixture.clock.advance(timedelta(hours=25))
    assert reasons(await usual.opt_in()) == []
    assert await usual.effects(MEMBERSHIP) == 1


async def test_a_key_of_ours_is_known_for_good(usual: RecoveryHarness) -> None:
    """A confirmed request that is repeated after a day gets its first outcome; nothing is sent upstream."""
    await usual.opt_in()
    await usual.opt_out()
    await forget_keys(usual)
    usual.club_fixture.clock.advance(timedelta(hours=25))
    asked = len(await usual.journal())
    assert reasons(await usual.opt_in()) == []
    assert len(await usual.journal()) == asked
    assert (await usual.membership())["optedIn"] is False


async def forget_keys(harness: RecoveryHarness) -> None:
    """Let the upstream forget all keys."""
    (await harness.api.delete("/simulator/keys")).raise_for_status()
