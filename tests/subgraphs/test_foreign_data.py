"""Nobody reads or changes what belongs to another customer or another brand."""

from itertools import product
from typing import Any

import httpx
import pytest
import respx

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from tests.support.subgraphs.club_fixture import UPSTREAM, ClubFixture, ask, codes, session
from tests.support.subgraphs.club_samples import (
    BRAND,
    WEEK,
    good_account,
    make_brand,
    make_config,
    make_scheme,
)

CUSTOMERS = [("northbet", "c-1"), ("northbet", "c-2"), ("lagunabet", "c-1")]
PARTS = {
    "club": "membership { optedIn } jurisdiction",
    "rewards": "options { id } choice { version }",
    "progress": "progress { staked { minor } } state",
}
SLIP = '{brand: "%s", stakeMinor: 500, currency: "GBP", oddsMilli: 2500, betType: SINGLE, product: BETTING}'
MUTATIONS = {
    "optIn": ("club", '{brand: "%s", termsVersion: "2026-1", idempotencyKey: "k"}'),
    "optOut": ("club", '{brand: "%s", idempotencyKey: "k"}'),
    "changeReward": (
        "rewards",
        '{brand: "%s", optionId: "northbet:fb-5:1", expectedVersion: 0, idempotencyKey: "k"}',
    ),
}


@pytest.fixture
async def brands(club_fixture: ClubFixture) -> ClubFixture:
    """Two brands with customers of the same ids."""
    await club_fixture.add_northbet("c-1", "c-2")
    await club_fixture.add_brand(make_brand(id="lagunabet"), make_scheme(brand="lagunabet"))
    await club_fixture.add_accounts({Owner("lagunabet", "c-1"): good_account()})
    await club_fixture.add_rewards([make_config("eur-5", brand="lagunabet")])
    return club_fixture


def subgraph(club_fixture: ClubFixture, name: str) -> Subgraph:
    """A subgraph by its name."""
    return {"club": club_fixture.club, "rewards": club_fixture.rewards, "progress": club_fixture.progress}[
        name
    ]


def representation(brand: str, customer: str) -> dict[str, Any]:
    """A club with everything that another subgraph could say of it."""
    return {
        "__typename": "Club",
        "id": ClubKey(brand, WEEK, customer).encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "onBreak": [],
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": "OPEN"},
    }


@pytest.mark.parametrize("name", sorted(PARTS))
async def test_a_club_is_read_by_its_owner_alone(brands: ClubFixture, name: str) -> None:
    """For every pair of reader and owner an entity is served to its owner, and FORBIDDEN to anybody else."""
    query = (
        f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Club {{ id {PARTS[name]} }} }} }}"
    )
    for reader, owner in product([*CUSTOMERS, None], CUSTOMERS):
        headers = session(reader[1], reader[0]) if reader else {}
        answer = await ask(subgraph(brands, name), query, {"r": [representation(*owner)]}, headers)
        (entity,) = answer["data"]["_entities"]
        if reader == owner:
            assert "errors" not in answer
            assert entity["id"] == representation(*owner)["id"]
        else:
            assert (entity, codes(answer)) == (None, ["FORBIDDEN"]), (reader, owner)


async def test_a_foreign_entity_does_not_take_ones_own_away(brands: ClubFixture) -> None:
    """Of a mixed batch, the own club is served and the others are null with FORBIDDEN."""
    wanted = [representation("northbet", name) for name in ("c-2", "c-1", "c-3")]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { id } } }"
    answer = await ask(brands.club, query, {"r": wanted})
    assert answer["data"]["_entities"] == [None, {"id": wanted[1]["id"]}, None]
    assert codes(answer) == ["FORBIDDEN", "FORBIDDEN"]


@pytest.mark.parametrize("brand", ["lagunabet", "NORTHBET", "", "nobody"])
async def test_the_club_of_another_brand_is_forbidden(brands: ClubFixture, brand: str) -> None:
    """A brand that is not the session's gives null with FORBIDDEN, whether it exists or not."""
    answer = await ask(brands.club, "query ($b: ID!) { club(brand: $b) { id } }", {"b": brand})
    assert (answer["data"], codes(answer)) == ({"club": None}, ["FORBIDDEN"])


async def test_past_clubs_of_another_brand_are_forbidden(brands: ClubFixture) -> None:
    """The weeks at another brand are not told."""
    answer = await ask(brands.club, '{ recentClubs(brand: "lagunabet") { id } }')
    assert (answer["data"], codes(answer)) == (None, ["FORBIDDEN"])


async def test_a_preview_at_another_brand_is_forbidden(brands: ClubFixture) -> None:
    """What a slip would add at another brand is null with FORBIDDEN."""
    answer = await ask(brands.progress, "{ betslipPreview(input: %s) { counts } }" % (SLIP % "lagunabet"))
    assert (answer["data"], codes(answer)) == ({"betslipPreview": None}, ["FORBIDDEN"])


async def test_an_anonymous_visitor_sees_nothing_and_no_error(brands: ClubFixture) -> None:
    """Without a session clubs and previews are null, past weeks none."""
    club = await ask(
        brands.club, '{ club(brand: "northbet") { id } recentClubs(brand: "northbet") { id } }', headers={}
    )
    preview = await ask(
        brands.progress, "{ betslipPreview(input: %s) { counts } }" % (SLIP % BRAND), headers={}
    )
    assert club == {"data": {"club": None, "recentClubs": []}}
    assert preview == {"data": {"betslipPreview": None}}


@pytest.mark.parametrize("operation", sorted(MUTATIONS))
async def test_nothing_is_changed_without_a_session_of_the_brand(brands: ClubFixture, operation: str) -> None:
    """Without a session, or with another brand's, the payload says so and the upstream is not asked."""
    name, argument = MUTATIONS[operation]
    for headers, brand, code in (
        ({}, BRAND, "UNAUTHENTICATED"),
        (session(), "lagunabet", "FORBIDDEN"),
        (session(), "nobody", "FORBIDDEN"),
    ):
        called = f"{operation}(input: {argument % brand})"
        mutation = f"mutation {{ {called} {{ club {{ id }} errors {{ code }} }} }}"
        with respx.mock(base_url=UPSTREAM, assert_all_called=False) as upstream:
            upstream.route().mock(httpx.Response(500))
            answer = await ask(subgraph(brands, name), mutation, headers=headers)
            assert not upstream.calls
        assert answer == {"data": {operation: {"club": None, "errors": [{"code": code}]}}}
    assert await brands.intents(subgraph(brands, name)) == []


async def test_a_week_of_ones_own_is_found_under_ones_own_name_only(brands: ClubFixture) -> None:
    """The customer of the answer is the session's, whatever the id looks like."""
    lookalikes = [representation("northbet", name) for name in ("c-1 ", "C-1", "c-1:c-2", "c-1\x00")]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { id } } }"
    answer = await ask(brands.club, query, {"r": lookalikes})
    assert answer["data"]["_entities"] == [None] * 4
    assert codes(answer) == ["FORBIDDEN"] * 4
