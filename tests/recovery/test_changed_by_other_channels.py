"""Changes that other channels made upstream are found and adopted, and nothing in progress is disturbed."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.models import MEMBERSHIP_EVENT, OUTBOX, REFERENCE
from subgraphs.club_kit.comparison import Compared
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.models import OUTBOX as REWARDS_OUTBOX
from subgraphs.rewards.models import REWARD_CHOICE
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS, without_settings
from tests.support.recovery.harness import (
    BRAND,
    CHOICE,
    CUSTOMER,
    LOCKED_AT,
    MEMBERSHIP,
    OWNER,
    RecoveryHarness,
    harness_over,
    reasons,
)
from tests.support.subgraphs.club_samples import account_row, good_account

IN = {"state": "opted_in", "terms_version": "2026-1"}
OUT = {"state": "opted_out", "terms_version": None}
OTHER = {"reward_id": "fb-2x3", "config_version": 1}
NEW_HERE = {"reward_id": "cash-2", "config_version": 1}
EXCLUDED = replace(good_account(), rg_state="self_excluded")
MEMBER = {"optedIn": True, "pending": False, "version": 1}


async def origins(harness: RecoveryHarness) -> list[tuple[str, str]]:
    """Return the kinds and origins of the customer's events, oldest first."""
    c = MEMBERSHIP_EVENT.c
    async with harness.club_fixture.club.database.read() as connection:
        rows = await connection.execute(
            select(c.kind, c.origin).where(c.customer_id == CUSTOMER).order_by(c.version)
        )
        return [(row.kind, row.origin) for row in rows]


async def choices(harness: RecoveryHarness) -> list[tuple[str, int]]:
    """Return the reward and version of the stored choices."""
    c = REWARD_CHOICE.c
    async with harness.club_fixture.rewards.database.read() as connection:
        return [tuple(row) for row in await connection.execute(select(c.reward_id, c.version))]


async def told(harness: RecoveryHarness, subgraph: str) -> list[dict[str, Any]]:
    """Return the facts in a subgraph's outbox."""
    database, outbox = {
        "club": (harness.club_fixture.club.database, OUTBOX.outbox),
        "rewards": (harness.club_fixture.rewards.database, REWARDS_OUTBOX.outbox),
    }[subgraph]
    async with database.read() as connection:
        rows = await connection.execute(select(outbox.c.value).order_by(outbox.c.id))
        return [json.loads(row.value) for row in rows]


async def test_a_join_elsewhere_is_taken_over_once(harness: RecoveryHarness) -> None:
    """It is recorded with its origin and published, and nothing is sent upstream."""
    await harness.by_another_channel(MEMBERSHIP, IN)
    assert (await harness.compare())["membership"] is Compared.ADOPTED
    assert await harness.membership() == MEMBER
    assert await origins(harness) == [("opted_in", "upstream")]
    assert [fact["change"] for fact in await told(harness, "club")] == ["opted_in"]
    assert (await harness.compare())["membership"] is Compared.SAME
    assert len(await harness.journal()) == 1


async def test_leaving_elsewhere_is_taken_over(harness: RecoveryHarness) -> None:
    """A customer who left by another channel is no member here, and may return."""
    await harness.opt_in()
    await harness.by_another_channel(MEMBERSHIP, OUT)
    assert await harness.compare() == {"membership": Compared.ADOPTED}
    assert await harness.membership() == {"optedIn": False, "pending": False, "version": 2}
    assert await origins(harness) == [("opted_in", "customer"), ("opted_out", "upstream")]
    assert reasons(await harness.opt_in("again")) == []
    assert await harness.compare() == {"membership": Compared.SAME, "choice": Compared.SAME}


async def test_a_choice_elsewhere_is_taken_over_once(harness: RecoveryHarness) -> None:
    """It becomes the next version of the choice, and is published."""
    await harness.opt_in()
    await harness.by_another_channel(CHOICE, OTHER)
    assert await harness.compare() == {"membership": Compared.SAME, "choice": Compared.ADOPTED}
    assert await choices(harness) == [("fb-2x3", 1)]
    (fact,) = await told(harness, "rewards")
    assert (fact["source"], fact["reward"]["reward_id"]) == ("chosen", "fb-2x3")
    assert (await harness.compare())["choice"] is Compared.SAME


async def test_a_tab_that_saw_the_former_choice_is_told_of_the_conflict(harness: RecoveryHarness) -> None:
    """An adopted choice counts as a version like any other."""
    await harness.opt_in()
    await harness.by_another_channel(CHOICE, OTHER)
    await harness.compare()
    assert reasons(await harness.change(version=0)) == ["VERSION_CONFLICT"]
    assert reasons(await harness.change("after-looking", version=1)) == []


async def test_a_reward_that_nobody_knows_is_not_taken_over(harness: RecoveryHarness) -> None:
    """The choice here stays as it is, because a person has to decide."""
    await harness.opt_in()
    await harness.by_another_channel(CHOICE, NEW_HERE)
    assert (await harness.compare())["choice"] is Compared.UNFIT
    assert await choices(harness) == []


async def test_after_the_lock_only_what_was_recorded_before_it_is_taken_over(
    harness: RecoveryHarness,
) -> None:
    """The upstream's own time decides: the simulator records the present, which is after the lock."""
    await harness.opt_in()
    await harness.by_another_channel(CHOICE, OTHER)
    harness.club_fixture.clock.instant = LOCKED_AT + timedelta(minutes=1)
    assert (await harness.compare())["choice"] is Compared.UNFIT
    harness.club_fixture.clock.instant = LOCKED_AT - timedelta(minutes=1)
    assert (await harness.compare())["choice"] is Compared.ADOPTED


async def test_a_change_under_way_is_left_alone(harness: RecoveryHarness) -> None:
    """While the customer's own change is in doubt, recovery alone decides: something newer stands."""
    await harness.fault("timeout_before")
    await harness.opt_in(club_fixture=harness.impatient)
    await harness.no_more_faults()
    await harness.by_another_channel(MEMBERSHIP, OUT)
    assert await harness.compare() == {"membership": Compared.IN_THE_WAY}
    assert await harness.recover() == (1, 0)
    assert await harness.membership() == {"optedIn": False, "pending": False, "version": 0}
    assert (await harness.compare())["membership"] is Compared.SAME


async def test_what_changed_while_the_upstream_was_asked_is_not_undone(harness: RecoveryHarness) -> None:
    """A response that is older than the customer's own change is not adopted."""
    await harness.by_another_channel(MEMBERSHIP, OUT)
    await harness.opt_in()
    comparison = harness.comparing().memberships
    async with harness.club_fixture.club.database.read() as connection:
        before = (await comparison._state(connection, OWNER))[0]
    await harness.opt_out()
    stale = {"state": "opted_in", "terms_version": "2026-1", "revision": 2}
    then = msgspec.structs.replace(before, opted_in=False)
    assert await comparison._adopt(OWNER, then, stale) is Compared.IN_THE_WAY
    assert (await harness.membership())["optedIn"] is False


async def test_two_nodes_take_over_once(harness: RecoveryHarness) -> None:
    """However many nodes compare at the same time, the change is recorded once."""
    await harness.by_another_channel(MEMBERSHIP, IN)
    nodes = [harness.comparing().memberships for _ in range(4)]
    came = await asyncio.gather(*(node.compare(OWNER, good_account()) for node in nodes))
    assert came.count(Compared.ADOPTED) == 1
    assert await origins(harness) == [("opted_in", "upstream")]


async def test_taking_over_races_the_customers_own_clicks(harness: RecoveryHarness) -> None:
    """Both at once end in the upstream's membership, with one event for each change."""
    await harness.by_another_channel(MEMBERSHIP, IN)
    node = harness.comparing().memberships
    clicks = [harness.opt_in(f"k-{number}") for number in range(5)]
    await asyncio.gather(*clicks, node.compare(OWNER, good_account()))
    await harness.recover()
    assert (await harness.membership())["optedIn"] is True
    assert len(await origins(harness)) == 1
    assert (await harness.compare())["membership"] is Compared.SAME


async def test_an_excluded_customer_is_not_joined_but_made_to_leave_upstream(
    harness: RecoveryHarness,
) -> None:
    """If another channel joins an excluded customer, that is undone upstream and never recorded here."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED)
    await harness.recover()
    await harness.by_another_channel(MEMBERSHIP, IN)
    assert await harness.compare() == {"membership": Compared.FORCED_OUT}
    assert await harness.compare() == {"membership": Compared.IN_THE_WAY}
    assert await harness.recover() == (1, 0)
    assert (await harness.api.get(MEMBERSHIP)).json()["state"] == "opted_out"
    assert [kind for kind, _ in await origins(harness)] == ["opted_in", "forced_out"]
    assert await harness.compare() == {"membership": Compared.SAME}


async def test_a_member_who_was_excluded_long_ago_is_made_to_leave(harness: RecoveryHarness) -> None:
    """This also holds for accounts that were stored before exclusions ended memberships."""
    await harness.opt_in()
    await harness.set_account(EXCLUDED)
    assert await harness.compare() == {"membership": Compared.FORCED_OUT}
    assert await origins(harness) == [("opted_in", "customer"), ("forced_out", "account")]
    assert await harness.recover() == (1, 0)
    assert (await harness.api.get(MEMBERSHIP)).json()["state"] == "opted_out"


async def test_an_excluded_customer_who_never_was_a_member_is_not_asked_for(harness: RecoveryHarness) -> None:
    """The upstream is not asked about an excluded customer who never was a member."""
    await harness.set_account(EXCLUDED)
    assert await harness.compare() == {"membership": Compared.POINTLESS}
    assert await harness.journal("GET") == []


async def test_a_record_that_was_lost_upstream_is_told_of_and_nothing_else(harness: RecoveryHarness) -> None:
    """A missing record upstream is reported, but does not end a membership."""
    await harness.club_fixture.add_membership(
        OWNER, (MembershipKind.OPTED_IN, harness.club_fixture.clock.now() - timedelta(days=1))
    )
    assert (await harness.compare())["membership"] is Compared.LOST
    assert await harness.membership() == MEMBER


async def test_a_dry_run_changes_nothing(harness: RecoveryHarness) -> None:
    """A dry run only reports what would be done."""
    await harness.by_another_channel(MEMBERSHIP, IN)
    assert await harness.compare(dry=True) == {"membership": Compared.ADOPTED}
    assert await harness.stored() == {"events": 0, "facts": 0, "choices": 0, "in doubt": 0}


async def test_a_round_goes_on_where_another_node_left_it(harness: RecoveryHarness) -> None:
    """After a crash, customers that were compared are not compared again in the round."""
    await many_customers(harness, 45)
    first, second = harness.comparing(), harness.comparing()
    assert sum((await first.compare_some() or {}).values()) == 20
    assert await second.compare_some() is None
    await first.leave()
    assert sum((await second.compare_some() or {}).values()) == 20
    assert sum((await second.compare_some() or {}).values()) == 6
    assert await second.compare_some() == {}
    assert await second.compare_some() is None
    asked = [entry["customer"] for entry in await harness.journal("GET", customer=None)]
    assert len(asked) == len(set(asked)) == 46
    harness.club_fixture.clock.advance(timedelta(minutes=61))
    assert sum((await second.compare_some() or {}).values()) == 20


async def test_an_upstream_that_is_away_is_waited_for(harness: RecoveryHarness) -> None:
    """While the circuit breaker is open, nobody is compared and nobody is skipped."""
    node = harness.comparing()
    for _ in range(node.upstream.breaker.failures):
        node.upstream.breaker.failed()
    waiting = asyncio.create_task(node.compare_some())
    await asyncio.sleep(0.05)
    assert await harness.journal("GET") == []
    node.upstream.breaker.succeeded()
    assert await waiting == {"membership same": 1}
    assert len(await harness.journal("GET")) == 1


@pytest.mark.usefixtures("processes")
async def test_an_operator_compares_at_once(sqlite_url: str, tmp_path: Path) -> None:
    """`furlong reconcile upstream` prints and adopts each difference, and ends with 1 if one remains."""
    async with harness_over(sqlite_url, tmp_path) as harness:
        await harness.by_another_channel(MEMBERSHIP, IN)

        async def command(*more: str) -> tuple[int, str]:
            environment = {
                "FURLONG_DATABASE_URL": harness.club_fixture.url,
                "FURLONG_UPSTREAM_URL": harness.club_fixture.upstream_url,
                "FURLONG_UPSTREAM_TIMEOUT_SECONDS": "30",
            }
            done = await asyncio.to_thread(
                run_forked,
                *("furlong", "reconcile", "upstream", *more),
                environment=without_settings() | environment,
                folder=tmp_path,
                timeout=PATIENCE_SECONDS,
            )
            return done.returncode, done.stdout

        line = f"adopted  {BRAND}  {CUSTOMER}  membership\n"
        assert await command("--dry-run") == (1, f"{line}1 customers compared: 1 differences.\n")
        assert await harness.membership() == {"optedIn": False, "pending": False, "version": 0}
        assert await command("--brand", BRAND) == (0, f"{line}1 customers compared: 1 differences.\n")
        assert (await origins(harness)) == [("opted_in", "upstream")]
        assert await command("--brand", "other") == (0, "0 customers compared: 0 differences.\n")


async def many_customers(harness: RecoveryHarness, number: int) -> None:
    """Store further accounts."""
    rows = [account_row(Owner(BRAND, f"z-{n:03}"), good_account()) for n in range(number)]
    await harness.club_fixture.insert(harness.club_fixture.club, REFERENCE.account, rows)
