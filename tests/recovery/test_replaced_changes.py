"""A change in doubt is not sent again once something newer is on record."""

from collections.abc import Callable
from dataclasses import astuple, replace
from datetime import timedelta
from typing import Any

import pytest

from furlong.workers.recovery_worker import create_recoveries
from subgraphs.club.recovery import open_service
from subgraphs.club_kit.comparison import Compared
from subgraphs.kit.settings import UpstreamSettings
from tests.support.recovery.harness import CHOICE, MEMBERSHIP, OWNER, UNDISTURBED, RecoveryHarness, reasons
from tests.support.subgraphs.club_samples import NOW, good_account

IN, OUT = {"state": "opted_in", "terms_version": "2026-1"}, {"state": "opted_out"}
DEFAULT, OTHER = ({"reward_id": name, "config_version": 1} for name in ("fb-5", "fb-2x3"))
FAULTS = ["busy", "reset_after"]
LATER, EARLIER = (NOW + timedelta(minutes=minutes) for minutes in (1, -10))
KEYS = pytest.mark.parametrize("forgets", [False, True], ids=["remembers its keys", "has forgotten its keys"])


async def forget(harness: RecoveryHarness, *, forgets: bool) -> None:
    """Let the upstream forget all keys, if it is to."""
    if forgets:
        (await harness.api.delete("/simulator/keys")).raise_for_status()


@KEYS
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_join_is_not_sent_after_a_leaving_elsewhere(
    harness: RecoveryHarness, fault: str, *, forgets: bool
) -> None:
    """Who left by telephone after a join that is in doubt stays out, here and at the upstream."""
    await harness.fault(fault)
    assert reasons(await harness.opt_in(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.by_another_channel(MEMBERSHIP, OUT)
    await forget(harness, forgets=forgets)
    asked = len(await harness.journal())
    assert reasons(await harness.opt_in()) == ["UPSTREAM_PENDING"]
    assert await harness.recover() == (1, 0)
    assert len(await harness.journal()) == asked
    assert (await harness.membership())["optedIn"] is False
    assert (await harness.compare())["membership"] is Compared.SAME
    assert reasons(await harness.opt_in()) == ["UPSTREAM_REFUSED"]


@KEYS
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_leaving_is_not_sent_after_a_return_elsewhere(
    harness: RecoveryHarness, fault: str, *, forgets: bool
) -> None:
    """Who left, and joined again by telephone, stays a member, although our record did not change."""
    await harness.opt_in()
    await harness.fault(fault)
    assert reasons(await harness.opt_out(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.by_another_channel(MEMBERSHIP, OUT, "left")
    await harness.by_another_channel(MEMBERSHIP, IN, "returned")
    await forget(harness, forgets=forgets)
    asked = len(await harness.journal())
    assert await harness.recover() == (1, 0)
    assert len(await harness.journal()) == asked
    assert (await harness.membership())["optedIn"] is True


@KEYS
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_choice_is_not_sent_after_a_newer_one(
    harness: RecoveryHarness, fault: str, *, forgets: bool
) -> None:
    """A newer choice of another channel is adopted at once, instead of the one in doubt."""
    await harness.opt_in()
    await harness.fault(fault)
    await harness.change(club_fixture=harness.impatient)
    await harness.by_another_channel(CHOICE, DEFAULT)
    await forget(harness, forgets=forgets)
    asked = len(await harness.journal())
    assert await harness.recover() == (1, 0)
    assert len(await harness.journal()) == asked
    again = await harness.change()
    assert reasons(again) == ["UPSTREAM_REFUSED"]
    assert again["club"]["choice"] == {"option": {"id": "northbet:fb-5:1"}, "version": 1, "pending": False}


@pytest.mark.parametrize(
    ("recorded", "outdated"),
    [
        ({}, False),  # nothing is on record
        (IN | {"revision": 1, "recorded_at": LATER.isoformat()}, False),  # our own, whatever their clock says
        (IN | {"revision": 3, "recorded_at": LATER.isoformat()}, True),
        (IN | {"revision": 3, "recorded_at": NOW.isoformat()}, True),  # clocks differ: in doubt it is newer
        (IN | {"revision": 3, "recorded_at": EARLIER.isoformat()}, False),
        (IN | {"recorded_at": LATER.isoformat()}, True),
        (IN | {"recorded_at": EARLIER.isoformat()}, False),
        (IN, False),  # it says nothing else than our own record
        ({"state": "something new"}, True),
    ],
)
async def test_the_upstreams_record_is_newer_or_not(
    harness: RecoveryHarness, recorded: dict[str, Any], *, outdated: bool
) -> None:
    """Its revision decides, then its time, then whether it says what ours says."""
    await harness.opt_in()
    assert await is_outdated(harness, recorded) is outdated


async def test_the_leaving_of_an_excluded_customer_is_never_outdated(harness: RecoveryHarness) -> None:
    """Whatever is newer, an excluded customer's opt-out is sent."""
    await harness.opt_in()
    newer = IN | {"revision": 3, "recorded_at": LATER.isoformat()}
    assert await is_outdated(harness, newer)
    await harness.set_account(replace(good_account(), rg_state="self_excluded"))
    assert not await is_outdated(harness, newer)


async def test_a_comparison_sends_nothing(harness: RecoveryHarness, free_port: Callable[[], int]) -> None:
    """What is neither on record nor outdated is left for recovery, and so is what nobody answers about."""
    await harness.fault("busy")
    await harness.opt_in(club_fixture=harness.impatient)
    harness.advance(UNDISTURBED)
    asked = len(await harness.journal())
    silent = UpstreamSettings(url=f"http://127.0.0.1:{free_port()}")
    answering = UpstreamSettings(url=harness.club_fixture.upstream_url, timeout_seconds=60)
    for upstream, expected in ((silent, (0, 0, 1)), (answering, (0, 1, 0))):
        recoveries = create_recoveries(harness.parts(upstream))
        assert astuple(await recoveries["club"].compare()) == expected
    assert len(await harness.journal()) == asked
    assert (await harness.membership())["pending"] is True


async def is_outdated(harness: RecoveryHarness, recorded: dict[str, Any]) -> bool:
    """Return whether an opt-out that is in doubt is outdated by the upstream's record."""
    await harness.fault("busy", times=2)
    await harness.opt_out(club_fixture=harness.impatient)
    club = open_service(harness.parts(UpstreamSettings(url=harness.club_fixture.upstream_url)))
    async with club.changes.database.read() as connection:
        intent = await club.changes.intents.pending_in(connection, OWNER, "membership")
        assert intent is not None
        return await club.is_outdated(connection, intent, recorded)
