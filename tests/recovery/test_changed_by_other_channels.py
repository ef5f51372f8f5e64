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
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.comparison import Compared
from subgraphs.rewards.models import OUTBOX as REWARDS_OUTBOX
from subgraphs.rewards.models import REWARD_CHOICE
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS, without_settings
from tests.support.recovery.rig import (
    BRAND,
    CHOICE,
    CUSTOMER,
    LOCKED_AT,
    MEMBERSHIP,
    OWNER,
    Rig,
    reasons,
    rig_over,
)
from tests.support.subgraphs.club_samples import account_row, good_account

IN = {"state": "opted_in", "terms_version": "2026-1"}
OUT = {"state": "opted_out", "terms_version": None}
OTHER = {"reward_id": "fb-2x3", "config_version": 1}
NEW_HERE = {"reward_id": "cash-2", "config_version": 1}
EXCLUDED = replace(good_account(), rg_state="self_excluded")
MEMBER = {"optedIn": True, "pending": False, "version": 1}


async def origins(rig: Rig) -> list[tuple[str, str]]:
    """Return the kinds and origins of the customer's events, oldest first."""
    c = MEMBERSHIP_EVENT.c
    async with rig.stand.club.database.read() as connection:
        rows = await connection.execute(
            select(c.kind, c.origin).where(c.customer_id == CUSTOMER).order_by(c.version)
        )
        return [(row.kind, row.origin) for row in rows]


async def choices(rig: Rig) -> list[tuple[str, int]]:
    """Return the reward and version of the stored choices."""
    c = REWARD_CHOICE.c
    async with rig.stand.rewards.database.read() as connection:
        return [tuple(row) for row in await connection.execute(select(c.reward_id, c.version))]


async def told(rig: Rig, subgraph: str) -> list[dict[str, Any]]:
    """Return the facts in a subgraph's outbox."""
    database, outbox = {
        "club": (rig.stand.club.database, OUTBOX.outbox),
        "rewards": (rig.stand.rewards.database, REWARDS_OUTBOX.outbox),
    }[subgraph]
    async with database.read() as connection:
        rows = await connection.execute(select(outbox.c.value).order_by(outbox.c.id))
        return [json.loads(row.value) for row in rows]


async def test_a_join_elsewhere_is_taken_over_once(rig: Rig) -> None:
    """It is recorded with its origin and published, and nothing is sent upstream."""
    await rig.by_another_channel(MEMBERSHIP, IN)
    assert (await rig.compare())["membership"] is Compared.ADOPTED
    assert await rig.membership() == MEMBER
    assert await origins(rig) == [("opted_in", "upstream")]
    assert [fact["change"] for fact in await told(rig, "club")] == ["opted_in"]
    assert (await rig.compare())["membership"] is Compared.SAME
    assert len(await rig.journal()) == 1


async def test_leaving_elsewhere_is_taken_over(rig: Rig) -> None:
    """A customer who left by another channel is no member here, and may return."""
    await rig.opt_in()
    await rig.by_another_channel(MEMBERSHIP, OUT)
    assert await rig.compare() == {"membership": Compared.ADOPTED}
    assert await rig.membership() == {"optedIn": False, "pending": False, "version": 2}
    assert await origins(rig) == [("opted_in", "customer"), ("opted_out", "upstream")]
    assert reasons(await rig.opt_in("again")) == []
    assert await rig.compare() == {"membership": Compared.SAME, "choice": Compared.SAME}


async def test_a_choice_elsewhere_is_taken_over_once(rig: Rig) -> None:
    """It becomes the next version of the choice, and is published."""
    await rig.opt_in()
    await rig.by_another_channel(CHOICE, OTHER)
    assert await rig.compare() == {"membership": Compared.SAME, "choice": Compared.ADOPTED}
    assert await choices(rig) == [("fb-2x3", 1)]
    (fact,) = await told(rig, "rewards")
    assert (fact["source"], fact["reward"]["reward_id"]) == ("chosen", "fb-2x3")
    assert (await rig.compare())["choice"] is Compared.SAME


async def test_a_tab_that_saw_the_former_choice_is_told_of_the_conflict(rig: Rig) -> None:
    """An adopted choice counts as a version like any other."""
    await rig.opt_in()
    await rig.by_another_channel(CHOICE, OTHER)
    await rig.compare()
    assert reasons(await rig.change(version=0)) == ["VERSION_CONFLICT"]
    assert reasons(await rig.change("after-looking", version=1)) == []


async def test_a_reward_that_nobody_knows_is_not_taken_over(rig: Rig) -> None:
    """The choice here stays as it is, because a person has to decide."""
    await rig.opt_in()
    await rig.by_another_channel(CHOICE, NEW_HERE)
    assert (await rig.compare())["choice"] is Compared.UNFIT
    assert await choices(rig) == []


async def test_after_the_lock_only_what_was_recorded_before_it_is_taken_over(rig: Rig) -> None:
    """The upstream's own time decides: the simulator records the present, which is after the lock."""
    await rig.opt_in()
    await rig.by_another_channel(CHOICE, OTHER)
    rig.stand.clock.instant = LOCKED_AT + timedelta(minutes=1)
    assert (await rig.compare())["choice"] is Compared.UNFIT
    rig.stand.clock.instant = LOCKED_AT - timedelta(minutes=1)
    assert (await rig.compare())["choice"] is Compared.ADOPTED


async def test_a_change_under_way_is_left_alone(rig: Rig) -> None:
    """While the customer's own change is in doubt, recovery alone decides."""
    await rig.fault("timeout_before")
    await rig.opt_in(stand=rig.impatient)
    await rig.no_more_faults()
    await rig.by_another_channel(MEMBERSHIP, OUT)
    assert await rig.compare() == {"membership": Compared.IN_THE_WAY}
    assert await rig.recover() == (1, 0)
    assert await rig.membership() == MEMBER
    assert (await rig.compare())["membership"] is Compared.SAME


async def test_what_changed_while_the_upstream_was_asked_is_not_undone(rig: Rig) -> None:
    """A response that is older than the customer's own change is not adopted."""
    await rig.by_another_channel(MEMBERSHIP, OUT)
    await rig.opt_in()
    comparison = rig.comparing().memberships
    async with rig.stand.club.database.read() as connection:
        before = (await comparison._state(connection, OWNER))[0]
    await rig.opt_out()
    stale = {"state": "opted_in", "terms_version": "2026-1", "revision": 2}
    then = msgspec.structs.replace(before, opted_in=False)
    assert await comparison._adopt(OWNER, then, stale) is Compared.IN_THE_WAY
    assert (await rig.membership())["optedIn"] is False


async def test_two_nodes_take_over_once(rig: Rig) -> None:
    """However many nodes compare at the same time, the change is recorded once."""
    await rig.by_another_channel(MEMBERSHIP, IN)
    nodes = [rig.comparing().memberships for _ in range(4)]
    came = await asyncio.gather(*(node.compare(OWNER, good_account()) for node in nodes))
    assert came.count(Compared.ADOPTED) == 1
    assert await origins(rig) == [("opted_in", "upstream")]


async def test_taking_over_races_the_customers_own_clicks(rig: Rig) -> None:
    """Both at once end in the upstream's membership, with one event for each change."""
    await rig.by_another_channel(MEMBERSHIP, IN)
    node = rig.comparing().memberships
    clicks = [rig.opt_in(f"k-{number}") for number in range(5)]
    await asyncio.gather(*clicks, node.compare(OWNER, good_account()))
    await rig.recover()
    assert (await rig.membership())["optedIn"] is True
    assert len(await origins(rig)) == 1
    assert (await rig.compare())["membership"] is Compared.SAME


async def test_an_excluded_customer_is_not_joined_but_made_to_leave_upstream(rig: Rig) -> None:
    """If another channel joins an excluded customer, that is undone upstream and never recorded here."""
    await rig.opt_in()
    await rig.hear_of(EXCLUDED)
    await rig.recover()
    await rig.by_another_channel(MEMBERSHIP, IN)
    assert await rig.compare() == {"membership": Compared.FORCED_OUT}
    assert await rig.compare() == {"membership": Compared.IN_THE_WAY}
    assert await rig.recover() == (1, 0)
    assert (await rig.api.get(MEMBERSHIP)).json()["state"] == "opted_out"
    assert [kind for kind, _ in await origins(rig)] == ["opted_in", "forced_out"]
    assert await rig.compare() == {"membership": Compared.SAME}


async def test_a_member_who_was_excluded_long_ago_is_made_to_leave(rig: Rig) -> None:
    """This also holds for accounts that were stored before exclusions ended memberships."""
    await rig.opt_in()
    await rig.set_account(EXCLUDED)
    assert await rig.compare() == {"membership": Compared.FORCED_OUT}
    assert await origins(rig) == [("opted_in", "customer"), ("forced_out", "account")]
    assert await rig.recover() == (1, 0)
    assert (await rig.api.get(MEMBERSHIP)).json()["state"] == "opted_out"


async def test_an_excluded_customer_who_never_was_a_member_is_not_asked_for(rig: Rig) -> None:
    """The upstream is not asked about an excluded customer who never was a member."""
    await rig.set_account(EXCLUDED)
    assert await rig.compare() == {"membership": Compared.POINTLESS}
    assert await rig.journal("GET") == []


async def test_a_record_that_was_lost_upstream_is_told_of_and_nothing_else(rig: Rig) -> None:
    """A missing record upstream is reported, but does not end a membership."""
    await rig.stand.add_membership(
        OWNER, (MembershipKind.OPTED_IN, rig.stand.clock.now() - timedelta(days=1))
    )
    assert (await rig.compare())["membership"] is Compared.LOST
    assert await rig.membership() == MEMBER


async def test_a_dry_run_changes_nothing(rig: Rig) -> None:
    """A dry run only reports what would be done."""
    await rig.by_another_channel(MEMBERSHIP, IN)
    assert await rig.compare(dry=True) == {"membership": Compared.ADOPTED}
    assert await rig.stored() == {"events": 0, "facts": 0, "choices": 0, "in doubt": 0}


async def test_a_round_goes_on_where_another_node_left_it(rig: Rig) -> None:
    """After a crash, customers that were compared are not compared again in the round."""
    await many_customers(rig, 45)
    first, second = rig.comparing(), rig.comparing()
    assert sum((await first.compare_some() or {}).values()) == 20
    assert await second.compare_some() is None
    await first.leave()
    assert sum((await second.compare_some() or {}).values()) == 20
    assert sum((await second.compare_some() or {}).values()) == 6
    assert await second.compare_some() == {}
    assert await second.compare_some() is None
    asked = [entry["customer"] for entry in await rig.journal("GET", customer=None)]
    assert len(asked) == len(set(asked)) == 46
    rig.stand.clock.advance(timedelta(minutes=61))
    assert sum((await second.compare_some() or {}).values()) == 20


async def test_an_upstream_that_is_away_is_waited_for(rig: Rig) -> None:
    """While the circuit breaker is open, nobody is compared and nobody is skipped."""
    node = rig.comparing()
    for _ in range(node.upstream.breaker.failures):
        node.upstream.breaker.failed()
    waiting = asyncio.create_task(node.compare_some())
    await asyncio.sleep(0.05)
    assert await rig.journal("GET") == []
    node.upstream.breaker.succeeded()
    assert await waiting == {"membership same": 1}
    assert len(await rig.journal("GET")) == 1


@pytest.mark.usefixtures("processes")
async def test_an_operator_compares_at_once(sqlite_url: str, tmp_path: Path) -> None:
    """`furlong reconcile upstream` prints and adopts each difference, and ends with 1 if one remains."""
    async with rig_over(sqlite_url, tmp_path) as rig:
        await rig.by_another_channel(MEMBERSHIP, IN)

        async def command(*more: str) -> tuple[int, str]:
            environment = {
                "FURLONG_DATABASE_URL": rig.stand.url,
                "FURLONG_UPSTREAM_URL": rig.stand.upstream_url,
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
        assert await rig.membership() == {"optedIn": False, "pending": False, "version": 0}
        assert await command("--brand", BRAND) == (0, f"{line}1 customers compared: 1 differences.\n")
        assert (await origins(rig)) == [("opted_in", "upstream")]
        assert await command("--brand", "other") == (0, "0 customers compared: 0 differences.\n")


async def many_customers(rig: Rig, number: int) -> None:
    """Store further accounts."""
    rows = [account_row(Owner(BRAND, f"z-{n:03}"), good_account()) for n in range(number)]
    await rig.stand.insert(rig.stand.club, REFERENCE.account, rows)
