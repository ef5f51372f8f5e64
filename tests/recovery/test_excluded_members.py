"""An excluded customer leaves the club at once, whatever is in progress; the upstream is notified once."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from subgraphs.club.models import MEMBERSHIP_EVENT, OUTBOX
from subgraphs.club_kit.comparison import Compared
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner
from tests.support.recovery.harness import (
    BRAND,
    CUSTOMER,
    MEMBERSHIP,
    OPT_IN,
    SHOWN,
    RecoveryHarness,
    reasons,
)
from tests.support.subgraphs.club_fixture import ask, data_of, session
from tests.support.subgraphs.club_samples import good_account

EXCLUSIONS = {
    "self-excluded": replace(good_account(), rg_state="self_excluded"),
    "restricted": replace(good_account(), rg_state="restricted"),
    "no promotions": replace(good_account(), promo_restricted=True),
    "closed": replace(good_account(), status="closed"),
}
EXCLUDED = EXCLUSIONS["self-excluded"]
OUT = {"optedIn": False, "pending": True, "version": 2}


async def events(harness: RecoveryHarness) -> list[tuple[str, str]]:
    """Return the kinds and origins of the customer's events, oldest first."""
    c = MEMBERSHIP_EVENT.c
    async with harness.club_fixture.club.database.read() as connection:
        rows = await connection.execute(select(c.kind, c.origin).order_by(c.version))
        return [(row.kind, row.origin) for row in rows]


async def facts(harness: RecoveryHarness) -> list[str]:
    """Return the facts about changes in the outbox, oldest first."""
    async with harness.club_fixture.club.database.read() as connection:
        rows = await connection.execute(select(OUTBOX.outbox.c.value).order_by(OUTBOX.outbox.c.id))
        return [json.loads(row.value)["change"] for row in rows]


async def upstream_state(harness: RecoveryHarness) -> str:
    """Return the upstream's record."""
    return str((await harness.api.get(MEMBERSHIP)).json()["state"])


@pytest.mark.parametrize("account", EXCLUSIONS.values(), ids=EXCLUSIONS.keys())
async def test_an_exclusion_ends_a_membership_and_is_sent_upstream(
    harness: RecoveryHarness, account: Account
) -> None:
    """The event is recorded with the account; recovery sends it upstream, with one effect."""
    await harness.opt_in()
    await harness.hear_of(account)
    assert await harness.membership() == OUT
    assert await events(harness) == [("opted_in", "customer"), ("forced_out", "account")]
    assert await facts(harness) == ["opted_in", "forced_out"]
    assert await harness.recover() == (1, 0)
    assert await upstream_state(harness) == "opted_out"
    assert await harness.effects(MEMBERSHIP) == 2
    assert await harness.recover() == (0, 0)


@pytest.mark.parametrize(
    "account",
    [
        replace(good_account(), status="suspended"),
        replace(good_account(), verified=False),
        replace(good_account(), jurisdiction="MT"),
    ],
    ids=["suspended", "unverified", "elsewhere"],
)
async def test_what_may_pass_leaves_the_membership_standing(
    harness: RecoveryHarness, account: Account
) -> None:
    """Such a customer cannot take part meanwhile, and is a member again afterwards without opting in."""
    await harness.opt_in()
    await harness.hear_of(account)
    assert await events(harness) == [("opted_in", "customer")]
    assert await ineligible(harness) is not None
    await harness.hear_of(good_account())
    assert await ineligible(harness) is None
    assert await harness.membership() == {"optedIn": True, "pending": False, "version": 1}


async def test_after_an_exclusion_the_customer_has_to_opt_in_again(harness: RecoveryHarness) -> None:
    """After the exclusion the customer is no member, and may opt in."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED)
    await harness.recover()
    await harness.hear_of(good_account())
    assert await harness.membership() == {"optedIn": False, "pending": False, "version": 2}
    assert reasons(await harness.opt_in("again")) == []
    assert await upstream_state(harness) == "opted_in"


async def test_a_customer_who_comes_back_waits_for_the_leaving_to_be_told(harness: RecoveryHarness) -> None:
    """The upstream gets the leaving before the joining, whatever was in doubt."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED)
    await harness.hear_of(good_account())
    assert reasons(await harness.opt_in("again")) == []
    applied = [entry["body"] for entry in await harness.journal() if entry["outcome"] == "applied"]
    assert ["opted_out" in body for body in applied] == [False, True, False]
    assert await harness.recover() == (0, 0)


async def test_the_same_exclusion_again_changes_nothing(harness: RecoveryHarness) -> None:
    """An older, a repeated and a further exclusion leave one event and one effect."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED, revision=5)
    for revision, account in ((5, EXCLUDED), (4, EXCLUSIONS["closed"]), (6, EXCLUSIONS["restricted"])):
        await harness.hear_of(account, revision=revision)
    await harness.recover()
    assert len(await events(harness)) == 2
    assert await harness.effects(MEMBERSHIP) == 2


async def test_an_exclusion_of_who_is_no_member_records_nothing(harness: RecoveryHarness) -> None:
    """Without a membership there is nothing to end and nothing to publish."""
    await harness.hear_of(EXCLUDED)
    assert await harness.stored() == {"events": 0, "facts": 0, "choices": 0, "in doubt": 0}


async def test_a_join_in_doubt_that_was_made_is_undone(harness: RecoveryHarness) -> None:
    """A join that reached the upstream before the exclusion is recorded, ended, and undone upstream."""
    await harness.fault("timeout_after")
    await harness.opt_in(club_fixture=harness.impatient)
    await harness.no_more_faults()
    await harness.hear_of(EXCLUDED)
    assert await harness.recover() == (1, 0)
    assert await events(harness) == [("opted_in", "customer"), ("forced_out", "account")]
    assert await harness.recover() == (1, 0)
    assert await upstream_state(harness) == "opted_out"
    assert await harness.effects(MEMBERSHIP) == 2


async def test_an_exclusion_beats_a_join_whose_answer_is_under_way(harness: RecoveryHarness) -> None:
    """Between the upstream's record and ours: in the end nobody is a member on either side."""
    await harness.fault("slow", late_seconds=1.0)
    joining = asyncio.create_task(harness.opt_in())
    await until_on_record(harness)
    await harness.hear_of(EXCLUDED)
    await joining
    assert await events(harness) == [("opted_in", "customer"), ("forced_out", "account")]
    await harness.recover()
    assert await upstream_state(harness) == "opted_out"
    assert await harness.membership() == {"optedIn": False, "pending": False, "version": 2}


async def test_an_exclusion_while_leaving_is_in_doubt(harness: RecoveryHarness) -> None:
    """The customer's own leaving is still sent, and nothing else."""
    await harness.opt_in()
    await harness.fault("timeout_before")
    await harness.opt_out(club_fixture=harness.impatient)
    await harness.no_more_faults()
    await harness.hear_of(EXCLUDED)
    assert (await harness.membership())["optedIn"] is False
    await harness.recover()
    assert await upstream_state(harness) == "opted_out"
    assert await harness.effects(MEMBERSHIP) == 2
    assert (await harness.stored())["in doubt"] == 0


async def test_the_leaving_is_told_after_an_outage(harness: RecoveryHarness) -> None:
    """During an outage of the upstream, only the call to it waits."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED)
    await harness.fault("busy", times=100)
    assert await harness.recover() == (0, 1)
    assert await harness.membership() == OUT
    await harness.no_more_faults()
    assert await harness.recover() == (1, 0)
    assert await upstream_state(harness) == "opted_out"


async def test_a_leaving_that_could_not_be_told_for_a_day_is_told_anew(harness: RecoveryHarness) -> None:
    """Its key may be forgotten, so it is given up; the record still has a member, so another one is sent."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED)
    harness.club_fixture.clock.advance(timedelta(hours=25))
    assert await harness.recover() == (1, 0)
    assert await upstream_state(harness) == "opted_in"
    assert await harness.compare() == {"membership": Compared.IN_THE_WAY}  # the new one
    assert await harness.recover() == (1, 0)
    assert await upstream_state(harness) == "opted_out"
    assert len(await events(harness)) == 2


async def test_an_excluded_customer_cannot_join_or_choose(harness: RecoveryHarness) -> None:
    """Both are refused as soon as the account is excluded, and nothing is sent upstream."""
    await harness.opt_in()
    await harness.hear_of(EXCLUDED)
    asked = len(await harness.journal())
    assert reasons(await harness.opt_in("another")) == ["INELIGIBLE"]
    assert reasons(await harness.change("another")) == ["INELIGIBLE"]
    assert len(await harness.journal()) == asked


async def test_an_excluded_customer_is_shown_why(harness: RecoveryHarness) -> None:
    """The club shows the reason at once, and options, choice and state follow from it."""
    await harness.opt_in()
    assert await ineligible(harness) is None
    await harness.hear_of(EXCLUDED)
    assert await ineligible(harness) == "SELF_EXCLUDED"


async def test_exclusions_race_the_joins_of_many(harness: RecoveryHarness) -> None:
    """In whatever order joins, exclusions and recovery happen, both sides end without a member."""
    owners = [Owner(BRAND, f"r-{number:02}") for number in range(16)]
    await harness.club_fixture.add_accounts({owner: good_account() for owner in owners})

    async def join(owner: Owner) -> list[str]:
        arguments = {"brand": BRAND, "termsVersion": "2026-1", "idempotencyKey": "k"}
        answer = await ask(harness.club_fixture.club, OPT_IN, {"i": arguments}, session(owner.customer))
        assert "errors" not in answer, answer["errors"]
        return reasons(answer["data"]["optIn"])

    outcomes = await asyncio.gather(
        *(join(owner) for owner in owners), *(harness.hear_of(EXCLUDED, owner) for owner in owners)
    )
    assert {code for codes in outcomes[: len(owners)] for code in codes or ()} <= {"INELIGIBLE"}
    await harness.recover()
    await harness.recover()
    assert (await harness.stored())["in doubt"] == 0
    for owner in owners:
        shown = await data_of(harness.club_fixture.club, SHOWN, {}, session(owner.customer))
        assert shown["club"]["membership"]["optedIn"] is False
        recorded = await harness.api.get(MEMBERSHIP.replace(CUSTOMER, owner.customer))
        assert recorded.json().get("state") != "opted_in"


async def until_on_record(harness: RecoveryHarness) -> None:
    """Wait until the upstream has recorded a membership."""
    deadline = time.monotonic() + 60
    while not await harness.effects(MEMBERSHIP):
        assert time.monotonic() < deadline, "nothing was recorded upstream"
        await asyncio.sleep(0.01)


async def ineligible(harness: RecoveryHarness) -> str | None:
    """Return why the customer cannot take part, from the graph."""
    query = f'{{ club(brand: "{BRAND}") {{ ineligibleReason }} }}'
    data = await data_of(harness.club_fixture.club, query, {}, session(CUSTOMER))
    reason: str | None = data["club"]["ineligibleReason"]
    return reason
