"""A change is in progress while the week turns, or appears twenty times in one document (M10, M15)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from subgraphs.club_kit.domain.weeks import week_named
from tests.support.recovery.harness import (
    CUSTOMER,
    MEMBERSHIP,
    UNDISTURBED,
    RecoveryHarness,
    harness_over,
    reasons,
)
from tests.support.subgraphs.club_fixture import ask, data_of, session
from tests.support.subgraphs.club_samples import WEEK

WEEK_END = week_named(WEEK, "Europe/London").ends_at
OF_WEEK = """query ($week: ID!) { club(brand: "northbet", week: $week) {
  week { isoWeek state } membership { optedIn since } } }"""
ALIASES = 20


@pytest.fixture
async def harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[RecoveryHarness]:
    """Provide a harness, a minute before the week ends."""
    async with harness_over(sqlite_url, tmp_path) as harness:
        harness.club_fixture.clock.instant = harness.impatient.clock.instant = WEEK_END - timedelta(minutes=1)
        yield harness


async def club_of(harness: RecoveryHarness, week: str) -> dict[str, Any]:
    """Return the club of a week."""
    data = await data_of(harness.club_fixture.club, OF_WEEK, {"week": week}, session(CUSTOMER))
    return dict(data["club"])


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
async def test_a_join_that_is_confirmed_after_the_week_is_of_the_next(
    harness: RecoveryHarness, fault: str
) -> None:
    """It counts from its confirmation: the week that has ended is unchanged, and both sides agree."""
    await harness.fault(fault)
    assert reasons(await harness.opt_in(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
    await harness.no_more_faults()
    harness.club_fixture.clock.instant = WEEK_END
    assert await harness.recover() == (1, 0)
    since = (WEEK_END + UNDISTURBED).isoformat()
    assert (await club_of(harness, "2026-W14"))["membership"] == {"optedIn": True, "since": since}
    assert await club_of(harness, WEEK) == {
        "week": {"isoWeek": WEEK, "state": "PROVISIONAL"},
        "membership": {"optedIn": False, "since": None},
    }
    assert (await harness.api.get(MEMBERSHIP)).json()["state"] == "opted_in"
    assert await harness.effects(MEMBERSHIP) == 1


async def test_a_leaving_that_is_confirmed_after_the_week_leaves_the_week_alone(
    harness: RecoveryHarness,
) -> None:
    """A customer who was a member until the week ended was a member in that week."""
    await harness.opt_in()
    await harness.fault("timeout_after")
    await harness.opt_out(club_fixture=harness.impatient)
    await harness.no_more_faults()
    harness.club_fixture.clock.instant = WEEK_END
    await harness.recover()
    assert (await club_of(harness, WEEK))["membership"]["optedIn"] is True
    assert (await club_of(harness, "2026-W14"))["membership"]["optedIn"] is False
    assert (await harness.api.get(MEMBERSHIP)).json()["state"] == "opted_out"


async def test_one_mutation_twenty_times_in_a_document_is_one_effect(harness: RecoveryHarness) -> None:
    """They are executed one after another: the first joins, and the others report that, with any keys."""
    wanted = '{brand: "northbet", termsVersion: "2026-1", idempotencyKey: "k-%d"}'
    field = f"a%d: optIn(input: {wanted}) {{ errors {{ code }} }}"
    fields = " ".join(field % (number, number) for number in range(ALIASES))
    answer = await ask(harness.club_fixture.club, f"mutation {{ {fields} }}", {}, session(CUSTOMER))
    codes = [[error["code"] for error in answer["data"][f"a{n}"]["errors"]] for n in range(ALIASES)]
    assert codes == [[]] + [["ALREADY_OPTED_IN"]] * (ALIASES - 1)
    assert await harness.effects(MEMBERSHIP) == 1


async def test_two_mutations_in_a_document_take_their_order(harness: RecoveryHarness) -> None:
    """Joining and leaving in one document end in having left."""
    both = """mutation {
      in: optIn(input: {brand: "northbet", termsVersion: "2026-1", idempotencyKey: "k"}) { errors { code } }
      out: optOut(input: {brand: "northbet", idempotencyKey: "k"}) { errors { code } }
    }"""
    answer = await ask(harness.club_fixture.club, both, {}, session(CUSTOMER))
    assert [answer["data"][name]["errors"] for name in ("in", "out")] == [[], []]
    assert await harness.membership() == {"optedIn": False, "pending": False, "version": 2}
    assert (await harness.api.get(MEMBERSHIP)).json()["state"] == "opted_out"
