"""The club's own subgraphs answer the bet-slip the same when they are compiled, over a real database."""

import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import graphql
import pytest
from graphql import parse, validate

import jit
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.auth import RequestIdentity, Viewer
from subgraphs.kit.graphql.app import Subgraph
from tests.jit.both_ways import assert_same, awaited
from tests.support.subgraphs.club_fixture import ClubFixture, migrate, statements
from tests.support.subgraphs.club_samples import CUSTOMER, LONG_AGO, NOW, OWNER, WEEK

CLUB = """query ($brand: ID!) { club(brand: $brand) {
  id brand { id name } week { id isoWeek startsAt endsAt hours state } terms { version summary url }
  membership { optedIn since pending version canOptIn blockedReason leftAt }
  jurisdiction currency ineligibleReason
} recentClubs(brand: "northbet") { id week { isoWeek } } other: club(brand: "southbet") { id } }"""
REWARDS = """query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Club {
  options { id kind product value { minor currency display } spins title summary imageUrl significantTerms
    termsUrl expiresInDays eligibleGames available unavailableReason }
  choice { version chosenAt locked locksAt isDefault notice pending option { id title } }
} } _service { sdl } }"""
PROGRESS = """query ($r: [_Any!]!, $n: Int!) { _entities(representations: $r) { ... on Club { id state
  progress { staked { minor currency display } target { minor } remaining { display } percent qualified
    countedBets asOf recentBets(first: $n) { betId stake { minor } reason } }
} } }"""


@pytest.fixture
async def club_fixture(tmp_path: Path) -> AsyncIterator[ClubFixture]:
    """Northbet with a member."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    await migrate(url)
    club_fixture = ClubFixture.over(url, NOW)
    await club_fixture.add_northbet()
    await club_fixture.add_membership(OWNER, (MembershipKind.OPTED_IN, LONG_AGO))
    yield club_fixture
    await club_fixture.close()


def clubs(*weeks: str) -> list[dict[str, Any]]:
    """References to clubs."""
    return [
        {
            "__typename": "Club",
            "id": ClubKey("northbet", week, CUSTOMER).encode(),
            "jurisdiction": "GB",
            "currency": "GBP",
            "ineligibleReason": None,
            "membership": {"optedIn": True, "leftAt": None},
            "week": {"state": "OPEN"},
        }
        for week in weeks
    ]


async def check(subgraph: Subgraph, query: str, variables: dict[str, Any]) -> None:
    """Compares answers, and how many statements they took."""
    schema, document = subgraph.schema._schema, parse(query)
    assert not validate(schema, document)

    async def way(execute: Any) -> tuple[Any, int]:
        context = subgraph.make_context(RequestIdentity(Viewer("northbet", CUSTOMER), None, NOW))
        with statements(subgraph) as sent:
            result = await awaited(
                execute(schema, document, context_value=context, variable_values=copy.deepcopy(variables))
            )
        return result, len(sent)

    expected, many = await way(graphql.execute)
    for _ in range(2):
        found, sent = await way(jit.execute)
        assert_same(expected, found)
        assert sent <= many


async def test_the_clubs_operation_is_the_same(club_fixture: ClubFixture) -> None:
    """With a brand that is refused beside it."""
    await check(club_fixture.club, CLUB, {"brand": "northbet"})


async def test_the_rewards_operation_is_the_same(club_fixture: ClubFixture) -> None:
    """For two weeks at once, a club of no customer and one without an id."""
    broken = [{"__typename": "Club", "id": "nonsense"}, {"__typename": "Club"}]
    await check(club_fixture.rewards, REWARDS, {"r": [*clubs(WEEK, "2026-W12"), *broken]})


async def test_the_progress_operation_is_the_same(club_fixture: ClubFixture) -> None:
    """For two weeks at once, with a representation that lacks what is required."""
    lacking = {"__typename": "Club", "id": clubs(WEEK)[0]["id"]}
    await check(club_fixture.progress, PROGRESS, {"r": [*clubs(WEEK, "2026-W12"), lacking], "n": 3})
    await check(club_fixture.progress, PROGRESS, {"r": clubs(WEEK), "n": 99})
