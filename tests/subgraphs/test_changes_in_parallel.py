"""Many changes of one customer at once, on each engine: one effect, one winner, and no false success."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.mutation_errors import ErrorCode
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import ChangeRequest, Intent, IntentRepository, UpstreamChange
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.models import INTENT, REWARD_CHOICE
from subgraphs.rewards.repository import ChoiceRepository
from tests.support.subgraphs.club_fixture import ClubFixture, ask, data_of, session
from tests.support.subgraphs.club_samples import CUSTOMER, NOW, WEEK
from tests.support.subgraphs.upstream_double import UpstreamDouble

CLICKS = 50
OPT_IN = "mutation ($i: OptInInput!) { optIn(input: $i) { errors { code } } }"
OPT_OUT = "mutation ($i: OptOutInput!) { optOut(input: $i) { errors { code } } }"
CHANGE = "mutation ($i: ChangeRewardInput!) { changeReward(input: $i) { errors { code } } }"
KEY = ClubKey("northbet", WEEK, CUSTOMER)
CHOICES = ChoiceRepository(REWARD_CHOICE)


@pytest.fixture
async def northbet(each_club: ClubFixture) -> ClubFixture:
    """Northbet with a few customers, on each engine."""
    await each_club.add_northbet(*(f"c-{number}" for number in range(1, 11)))
    return each_club


@pytest.fixture
async def changes(migrated_mariadb: str) -> AsyncIterator[Changes]:
    """Changes of the rewards subgraph on MariaDB, without the subgraph."""
    club_fixture = ClubFixture.over(migrated_mariadb, NOW)
    upstream = ClubUpstream(UpstreamSettings(url=club_fixture.upstream_url))
    yield Changes(club_fixture.rewards.database, IntentRepository(INTENT), upstream, club_fixture.clock)
    await upstream.close()
    await club_fixture.close()


def outcome(answer: dict[str, Any]) -> str:
    """The code of a payload's error, or `done`; a fault comes out as what it is."""
    assert "errors" not in answer, answer["errors"]
    ((payload),) = answer["data"].values()
    errors = [error["code"] for error in payload["errors"]]
    return errors[0] if errors else "done"


async def never_outdated(*_asked: object) -> bool:
    """Say that nothing newer is on record."""
    return False


async def opt_in(club_fixture: ClubFixture, key: str, customer: str = CUSTOMER) -> str:
    """Opts in."""
    arguments = {"brand": "northbet", "termsVersion": "2026-1", "idempotencyKey": key}
    return outcome(await ask(club_fixture.club, OPT_IN, {"i": arguments}, session(customer)))


async def change(club_fixture: ClubFixture, key: str, option: str = "fb-2x3", version: int = 0) -> str:
    """Changes the reward."""
    arguments = {
        "brand": "northbet",
        "optionId": f"northbet:{option}:1",
        "expectedVersion": version,
        "idempotencyKey": key,
    }
    return outcome(await ask(club_fixture.rewards, CHANGE, {"i": arguments}))


async def choice_version(club_fixture: ClubFixture) -> int:
    """The version of the customer's choice."""
    async with club_fixture.rewards.database.read() as connection:
        choices = await CHOICES.choices(connection, [KEY])
    return choices[KEY].version if choices else 0


async def slow(_request: httpx.Request) -> None:
    """Lets others come in between."""
    await asyncio.sleep(0.02)


async def test_fifty_clicks_of_one_key_are_one_effect(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """The same request fifty times at once has one effect, and every answer is the same success."""
    upstream.script = [slow] * CLICKS
    outcomes = await asyncio.gather(*(opt_in(northbet, "same") for _ in range(CLICKS)))
    assert outcomes == ["done"] * CLICKS
    assert (len(upstream.keys), len(upstream.effects)) == (1, 1)
    assert await northbet.count(northbet.club, MEMBERSHIP_EVENT) == 1


async def test_fifty_requests_of_different_keys_are_one_membership(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Of many different requests to join one wins, and the others get the reason."""
    upstream.script = [slow] * CLICKS
    outcomes = Counter(await asyncio.gather(*(opt_in(northbet, f"k-{n}") for n in range(CLICKS))))
    assert outcomes["done"] == 1
    assert outcomes.keys() <= {"done", "ALREADY_OPTED_IN", "UPSTREAM_PENDING"}
    assert len(upstream.effects) == 1
    assert await northbet.count(northbet.club, MEMBERSHIP_EVENT) == 1


async def test_customers_do_not_wait_for_one_another(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """Ten customers who join at once all join."""
    upstream.script = [slow] * 10
    outcomes = await asyncio.gather(*(opt_in(northbet, "k", f"c-{n}") for n in range(1, 11)))
    assert outcomes == ["done"] * 10
    assert len(upstream.effects) == 10


async def test_of_two_choices_of_one_version_one_is_made(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Two tabs that saw the same version change it once; the other gets the conflict."""
    upstream.script = [slow] * 4
    outcomes = await asyncio.gather(change(northbet, "tab-1", "fb-2x3"), change(northbet, "tab-2", "fb-5"))
    assert sorted(outcomes) in (["UPSTREAM_PENDING", "done"], ["VERSION_CONFLICT", "done"])
    assert len(upstream.effects) == 1
    assert await choice_version(northbet) == 1


async def test_of_many_choices_of_each_version_one_is_made(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Round after round, of twenty requests that expect the same version exactly one is made."""
    for version in range(3):
        wanted = [change(northbet, f"{version}/{n}", ("fb-5", "fb-2x3")[n % 2], version) for n in range(20)]
        outcomes = Counter(await asyncio.gather(*wanted))
        assert outcomes["done"] == 1
        assert outcomes.keys() <= {"done", "VERSION_CONFLICT", "UPSTREAM_PENDING"}
        assert await choice_version(northbet) == version + 1
    assert len(upstream.effects) == 3


async def test_joining_and_leaving_at_once_ends_in_a_state_that_the_upstream_has_too(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """After many joins and leaves in any order, our membership is the one that the upstream recorded last."""

    async def opt_out(key: str) -> str:
        return outcome(await ask(northbet.club, OPT_OUT, {"i": {"brand": "northbet", "idempotencyKey": key}}))

    both = [opt_in(northbet, f"in-{n}") if n % 2 else opt_out(f"out-{n}") for n in range(30)]
    outcomes = Counter(await asyncio.gather(*both))
    assert outcomes["done"] == len(upstream.effects) == await northbet.count(northbet.club, MEMBERSHIP_EVENT)
    query = '{ club(brand: "northbet") { membership { optedIn pending } } }'
    shown = (await data_of(northbet.club, query))["club"]["membership"]
    last = list(upstream.effects.values())[-1]
    assert shown == {"optedIn": last.body["state"] == "opted_in", "pending": False}


async def test_what_was_seen_before_the_slot_was_taken_is_seen_again(
    changes: Changes, upstream: UpstreamDouble
) -> None:
    """A request that looked at the choice, and was then overtaken by another, does not go by what it saw."""
    key = KEY._replace(customer="overtaken")
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def check(connection: AsyncConnection) -> UpstreamChange | Refusal:
        if await CHOICES.choices(connection, [key]):
            return Refusal(ErrorCode.VERSION_CONFLICT, "changed elsewhere")
        return UpstreamChange("/v1/brands/b/choice", {"reward_id": "fb-5", "config_version": 1}, {})

    async def check_slowly(connection: AsyncConnection) -> UpstreamChange | Refusal:
        seen = await check(connection)
        looked.set()
        await asyncio.wait_for(go_on.wait(), 30)
        return seen

    async def record(connection: AsyncConnection, intent: Intent) -> None:
        body: Any = intent.body
        await CHOICES.record(connection, key, body["reward_id"], body["config_version"], NOW)

    overtaken = asyncio.create_task(
        changes.carry_out(request(key, "slow"), check_slowly, record, never_outdated)
    )
    await asyncio.wait_for(looked.wait(), 30)
    assert await changes.carry_out(request(key, "fast"), check, record, never_outdated) is None
    go_on.set()
    refused = await overtaken
    assert refused == Refusal(ErrorCode.VERSION_CONFLICT, "changed elsewhere")
    assert len(upstream.effects) == 1


async def test_who_waited_for_a_request_that_was_undone_is_answered(
    changes: Changes, upstream: UpstreamDouble
) -> None:
    """All who waited for the slot try to take it at once, which InnoDB calls a deadlock: nobody sees it."""
    key = KEY._replace(customer="undone")
    change = UpstreamChange("/v1/brands/b/choice", {"reward_id": "fb-5", "config_version": 1}, {})
    too_late = Refusal(ErrorCode.CHOICE_LOCKED, "too late")
    holds = asyncio.Event()
    checks = Counter[str]()

    async def waiting(connection: AsyncConnection) -> int:
        count = text(
            "SELECT COUNT(*) FROM information_schema.processlist "
            "WHERE db = DATABASE() AND info LIKE 'INSERT INTO%'"
        )
        return int(await connection.scalar(count) or 0)

    async def check(connection: AsyncConnection) -> UpstreamChange | Refusal:
        checks["first"] += 1
        if checks["first"] == 1:
            return change
        holds.set()  # the slot is taken: it is undone once others wait for it
        for _ in range(1_500):
            if await waiting(connection) == 3:
                return too_late
            await asyncio.sleep(0.02)
        raise AssertionError("nobody waits")

    async def permit(_connection: AsyncConnection) -> UpstreamChange | Refusal:
        return change

    async def record(connection: AsyncConnection, intent: Intent) -> None:
        body: Any = intent.body
        await CHOICES.record(connection, key, body["reward_id"], body["config_version"], NOW)

    undone = asyncio.create_task(changes.carry_out(request(key, "undone"), check, record, never_outdated))
    await asyncio.wait_for(holds.wait(), 30)
    others = [changes.carry_out(request(key, f"other-{n}"), permit, record, never_outdated) for n in range(3)]
    assert await asyncio.gather(*others) == [None] * 3
    assert await undone == too_late
    assert len(upstream.effects) == 3


def request(key: ClubKey, client_key: str) -> ChangeRequest:
    """A change of a choice."""
    return ChangeRequest(key.owner, "changeReward", "choice", client_key, {})
