"""Changes in doubt are settled as the mutation would have settled them, with one effect upstream."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from subgraphs.club.models import INTENT, OUTBOX
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.upstream import membership_path
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.intents import ChangeRequest, IntentRepository, UpstreamChange
from subgraphs.kit.records.leases import Lease
from subgraphs.rewards.models import INTENT as REWARDS_INTENT
from tests.support.recovery.harness import (
    CHOICE,
    LOCKED_AT,
    MEMBERSHIP,
    OWNER,
    UNDISTURBED,
    RecoveryHarness,
    reasons,
)
from tests.support.subgraphs.club_fixture import statements
from tests.support.subgraphs.club_samples import WEEK, good_account

FAULTS = ["busy", "timeout_before", "timeout_after", "reset_after"]
JOINED = {"optedIn": True, "pending": False, "version": 1}
LOST_CALLS = 2


async def leave_in_doubt(harness: RecoveryHarness, fault: str = "timeout_before") -> None:
    """Opt in, and lose the outcome."""
    await harness.fault(fault, times=LOST_CALLS)
    assert reasons(await harness.opt_in(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.no_more_faults()


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_membership_in_doubt_is_settled(harness: RecoveryHarness, fault: str) -> None:
    """Whatever was lost, the membership, its event and its fact are recorded once."""
    await leave_in_doubt(harness, fault)
    assert await harness.membership() == {"optedIn": False, "pending": True, "version": 0}
    assert await harness.recover() == (1, 0)
    assert await harness.membership() == JOINED
    assert await harness.stored() == {"events": 1, "facts": 1, "choices": 0, "in doubt": 0}
    assert await harness.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_choice_in_doubt_is_settled(harness: RecoveryHarness, fault: str) -> None:
    """Whatever was lost, the choice is recorded once, as the next version."""
    await harness.opt_in()
    await harness.fault(fault, times=LOST_CALLS)
    waiting = await harness.change(club_fixture=harness.impatient)
    await harness.no_more_faults()
    assert waiting["club"]["choice"]["pending"] is True
    assert await harness.recover() == (1, 0)
    chosen = await harness.change()
    assert chosen["errors"] == []
    assert chosen["club"]["choice"] == {"option": {"id": "northbet:fb-2x3:1"}, "version": 1, "pending": False}
    assert await harness.effects(CHOICE) == 1


async def test_the_first_key_has_its_outcome_afterwards(harness: RecoveryHarness) -> None:
    """A repeated request gets the success, and nothing is sent upstream again."""
    await leave_in_doubt(harness)
    await harness.recover()
    asked = len(await harness.journal())
    assert reasons(await harness.opt_in()) == []
    assert len(await harness.journal()) == asked


async def test_what_is_on_record_is_not_asked_for_again(harness: RecoveryHarness) -> None:
    """The upstream's record decides, so an upstream without keys does not make the change twice."""
    await leave_in_doubt(harness, "timeout_after")
    asked = len(await harness.journal())
    await harness.recover()
    assert await harness.membership() == JOINED
    assert len(await harness.journal()) == asked


async def test_a_refusal_settles_as_well(harness: RecoveryHarness) -> None:
    """A refused change is not pending any more, and the first key gets the reason."""
    await leave_in_doubt(harness)
    await harness.fault("refuse", code="SOMETHING")
    assert await harness.recover() == (1, 0)
    assert await harness.membership() == {"optedIn": False, "pending": False, "version": 0}
    assert reasons(await harness.opt_in()) == ["UPSTREAM_REFUSED"]
    assert await harness.stored() == {"events": 0, "facts": 0, "choices": 0, "in doubt": 0}


async def test_a_change_under_way_is_left_alone(harness: RecoveryHarness) -> None:
    """A young intent belongs to the request that wrote it."""
    await leave_in_doubt(harness)
    made = await harness.recovering().round()
    assert (made.settled, made.in_doubt) == (0, 0)
    assert (await harness.membership())["pending"] is True


@pytest.mark.parametrize(
    "account",
    [
        replace(good_account(), rg_state="self_excluded"),
        replace(good_account(), status="closed"),
        replace(good_account(), promo_restricted=True),
    ],
    ids=["self-excluded", "closed", "restricted"],
)
async def test_nobody_is_joined_after_an_exclusion(harness: RecoveryHarness, account: Account) -> None:
    """A join that never arrived is not sent any more if the customer has been excluded since."""
    await leave_in_doubt(harness)
    asked = len(await harness.journal())
    await harness.set_account(account)
    assert await harness.recover() == (1, 0)
    assert len(await harness.journal()) == asked
    assert (await harness.api.get(MEMBERSHIP)).status_code == 404
    assert await harness.stored() == {"events": 0, "facts": 0, "choices": 0, "in doubt": 0}
    assert reasons(await harness.opt_in()) == ["INELIGIBLE"]


async def test_a_click_after_an_exclusion_sends_nothing(harness: RecoveryHarness) -> None:
    """A customer who was excluded while a join is in doubt cannot send it again by repeating the request."""
    await leave_in_doubt(harness)
    asked = len(await harness.journal())
    await harness.set_account(replace(good_account(), rg_state="self_excluded"))
    assert reasons(await harness.opt_in()) == ["UPSTREAM_PENDING"]
    assert reasons(await harness.opt_in("another")) == ["INELIGIBLE"]
    assert len(await harness.journal()) == asked
    assert await harness.recover() == (1, 0)
    assert reasons(await harness.opt_in()) == ["INELIGIBLE"]
    assert await harness.effects(MEMBERSHIP) == 0


async def test_a_join_on_record_is_adopted_after_an_exclusion(harness: RecoveryHarness) -> None:
    """What the upstream recorded before the exclusion is recorded here too, and ended at once."""
    await leave_in_doubt(harness, "timeout_after")
    await harness.set_account(replace(good_account(), rg_state="self_excluded"))
    await harness.recover()
    stored = await harness.stored()
    assert (stored["events"], stored["in doubt"]) == (2, 1)  # joined, and forced out, of which it is told


async def test_who_is_excluded_can_still_leave(harness: RecoveryHarness) -> None:
    """Leaving is sent for excluded customers too."""
    await harness.opt_in()
    await harness.fault("timeout_before", times=LOST_CALLS)
    assert reasons(await harness.opt_out(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.no_more_faults()
    await harness.set_account(replace(good_account(), rg_state="self_excluded"))
    assert await harness.recover() == (1, 0)
    assert (await harness.api.get(MEMBERSHIP)).json()["state"] == "opted_out"
    assert (await harness.stored())["events"] == 2


@pytest.mark.parametrize(("fault", "events"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_after_the_upstream_may_have_forgotten_the_key_its_record_decides(
    harness: RecoveryHarness, fault: str, events: int
) -> None:
    """After a day nothing is sent any more, and the change is confirmed only if it is on record."""
    await leave_in_doubt(harness, fault)
    asked = len(await harness.journal())
    harness.club_fixture.clock.advance(timedelta(hours=25))
    assert await harness.recover() == (1, 0)
    assert len(await harness.journal()) == asked
    assert await harness.stored() == {"events": events, "facts": events, "choices": 0, "in doubt": 0}


async def test_an_outage_keeps_changes_in_doubt(harness: RecoveryHarness) -> None:
    """While the upstream is busy nothing is decided; when it is back, all is."""
    await leave_in_doubt(harness)
    await harness.fault("busy", times=100)
    assert await harness.recover() == (0, 1)
    assert await harness.membership() == {"optedIn": False, "pending": True, "version": 0}
    await harness.no_more_faults()
    assert await harness.recover() == (1, 0)
    assert await harness.membership() == JOINED


async def test_two_nodes_at_once_record_once(harness: RecoveryHarness) -> None:
    """Even without any lease, two recoveries side by side record a change once."""
    await leave_in_doubt(harness)
    harness.club_fixture.clock.advance(UNDISTURBED)
    nodes = [harness.recovering().recoveries[0] for _ in range(4)]
    await asyncio.gather(*(node.settle_some(None) for node in nodes))
    assert await harness.stored() == {"events": 1, "facts": 1, "choices": 0, "in doubt": 0}
    assert await harness.effects(MEMBERSHIP) == 1


async def test_recovery_races_the_customers_own_retries(harness: RecoveryHarness) -> None:
    """The customer's clicks and recovery settle one and the same change once."""
    await leave_in_doubt(harness)
    harness.club_fixture.clock.advance(UNDISTURBED)
    recovery = harness.recovering().recoveries[0]
    clicks = [harness.opt_in() for _ in range(20)]
    outcomes = await asyncio.gather(*clicks, recovery.settle_some(None))
    assert [reasons(payload) for payload in outcomes[:-1]] == [[]] * 20  # type: ignore[arg-type]  # the clicks
    assert await harness.stored() == {"events": 1, "facts": 1, "choices": 0, "in doubt": 0}
    assert await harness.effects(MEMBERSHIP) == 1


async def test_one_node_at_a_time_works(harness: RecoveryHarness) -> None:
    """A node stands by while another has the lease, and takes over when it ends."""
    await leave_in_doubt(harness)
    harness.club_fixture.clock.advance(UNDISTURBED)
    other = Lease(OUTBOX.lease, "intents", "another node")
    club = harness.club_fixture.club.database
    async with club.write() as connection:
        assert await other.hold(connection, harness.club_fixture.clock.now(), timedelta(minutes=1))
    node = harness.recovering()
    assert (await node.round()).settled == 0
    harness.club_fixture.clock.advance(timedelta(minutes=2))
    assert (await node.round()).settled == 1
    async with club.write() as connection:
        assert not await other.hold(connection, harness.club_fixture.clock.now(), timedelta(minutes=1))
    await node.leave()
    async with club.write() as connection:
        assert await other.hold(connection, harness.club_fixture.clock.now(), timedelta(minutes=1))


async def test_an_idle_round_writes_nothing(harness: RecoveryHarness) -> None:
    """If nothing is in doubt, recovery only reads."""
    node = harness.recovering()
    with statements(harness.club_fixture.club) as sent:
        await node.round()
    assert not [statement for statement in sent if not statement.startswith("SELECT")]


async def test_a_flood_drains_oldest_first_and_by_the_handful(harness: RecoveryHarness) -> None:
    """Many changes in doubt are tried in the order they were asked for, a few side by side."""
    customers = [f"f-{number:03}" for number in range(100)]
    rows = []
    for place, customer in enumerate(reversed(customers)):
        owner = Owner(OWNER.brand, customer)
        request = ChangeRequest(owner, "optOut", "membership", "k", {})
        rows.append(
            {
                "upstream_key": request.upstream_key,
                "brand_id": owner.brand,
                "customer_id": customer,
                "operation": "optOut",
                "client_key": "k",
                "slot": "membership",
                "body_hash": request.body_hash,
                "request": {"path": membership_path(owner), "body": {"state": "opted_out"}, "facts": {}},
                "status": "pending",
                "created_at": harness.club_fixture.clock.now() - timedelta(seconds=place),
            }
        )
    async with harness.club_fixture.club.database.write() as connection:
        await connection.execute(insert(INTENT), rows)
    assert await harness.recover() == (100, 0)
    order = [entry["customer"] for entry in await harness.journal(customer=None)]
    at_once = 8
    for begin in range(0, 100, at_once):
        assert sorted(order[begin : begin + at_once]) == customers[begin : begin + at_once]


async def test_an_intent_that_cannot_be_recorded_is_not_in_the_way(
    harness: RecoveryHarness, logged: list[MutableMapping[str, Any]]
) -> None:
    """A broken intent stays in doubt and is logged; younger ones are settled."""
    await harness.opt_in()
    await harness.fault("timeout_after", times=LOST_CALLS)
    await harness.change(club_fixture=harness.impatient)
    broken: dict[str, Any] = {
        "path": CHOICE,
        "body": {"reward_id": "fb-2x3", "config_version": 1},
        "facts": {},
    }
    other = Owner(OWNER.brand, "c-1002")
    request = ChangeRequest(other, "changeReward", "choice", "k", {})
    wanted = UpstreamChange(
        CHOICE.replace(OWNER.customer, other.customer), broken["body"], {"iso_week": WEEK}
    )
    async with harness.club_fixture.rewards.database.write() as connection:
        await connection.execute(update(REWARDS_INTENT).values(request=broken))
        await IntentRepository(REWARDS_INTENT).write_down(
            connection, request, wanted, harness.club_fixture.clock.now()
        )
    await harness.set_account(good_account(), other)
    assert await harness.recover() == (1, 1)
    (entry,) = [entry for entry in logged if entry["event"] == "item_postponed"]
    assert "iso_week" in repr(entry["exc_info"])
    assert (await harness.stored())["choices"] == 0


async def test_an_unreadable_change_keeps_no_other_from_being_compared(harness: RecoveryHarness) -> None:
    """After a restore it counts as unknown, so that a person sees it; the others are known."""
    await leave_in_doubt(harness)
    async with harness.club_fixture.club.database.write() as connection:
        await connection.execute(update(INTENT).values(request={}))
    other = harness.of("c-1002")
    await harness.set_account(good_account(), other.owner)
    await leave_in_doubt(other)
    harness.club_fixture.clock.advance(UNDISTURBED)
    compared = await harness.recovering().recoveries[0].compare()
    assert (compared.settled, compared.sent_later, compared.unknown) == (0, 1, 1)


async def test_a_change_begun_before_the_lock_holds_after_it(harness: RecoveryHarness) -> None:
    """The time of the intent decides about the lock: a change in time is made, a late one is not."""
    await harness.opt_in()
    await harness.fault("timeout_before", times=LOST_CALLS)
    assert reasons(await harness.change("in-time", club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.no_more_faults()
    harness.club_fixture.clock.instant = LOCKED_AT
    assert await harness.recover() == (1, 0)
    assert reasons(await harness.change("in-time")) == []
    assert reasons(await harness.change("late", version=1)) == ["CHOICE_LOCKED"]
    assert await harness.effects(CHOICE) == 1
