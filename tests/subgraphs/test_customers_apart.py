"""Nobody ever gets what is somebody else's: each id with each session, and many customers at once."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from gateway import GatewaySettings, MemoryTransport, create_gateway
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.settings import CallerSettings
from tests.support.gateway.signing import Signing, fixed, key_text, secret
from tests.support.subgraphs.club_fixture import UPSTREAM, ClubFixture, session
from tests.support.subgraphs.club_samples import NOW, WEEK, good_account, make_brand, make_config, make_scheme

ROOT = Path(__file__).resolve().parents[2]
OWNERS = [Owner(brand, customer) for brand, customer in product(("northbet", "lagunabet"), ("c-1", "c-2"))]
WEEKS = (WEEK, "2026-W12")
BRANDS = ("northbet", "lagunabet")
KEY = secret("gateway")

CLUB = """{
  id membership { optedIn since version } options { id title } choice { version option { id } }
  progress { staked { minor } countedBets recentBets(first: 9) { betId } } state
}"""
PREVIEW = """query ($b: ID!) { betslipPreview(input: {
  brand: $b, stakeMinor: 500, currency: "GBP", oddsMilli: 2500, betType: SINGLE, product: BETTING
}) { progressAfter { staked { minor } } } }"""
CHANGES = {
    "optIn": '{brand: $b, termsVersion: "2026-1", idempotencyKey: "k"}',
    "optOut": '{brand: $b, idempotencyKey: "k"}',
    "changeReward": '{brand: $b, optionId: $o, expectedVersion: 0, idempotencyKey: "k"}',
}
PARTS = {
    "club": "id membership { optedIn since } jurisdiction",
    "rewards": "id options { title } choice { version }",
    "progress": "id progress { staked { minor } recentBets { betId } } state",
}


def staked(owner: Owner, week: str = WEEK) -> int:
    """The total of a customer in a week, which nobody else has."""
    return 70_001 + 1_000 * OWNERS.index(owner) + 100 * WEEKS.index(week)


def canaries(owner: Owner) -> frozenset[str]:
    """What only a customer's own data contain."""
    own = {f"canary-{owner.brand}-{owner.customer}"}
    own |= {str(staked(owner, week)) for week in WEEKS} | {str(staked(owner) + 500)}
    own |= {json.dumps(ClubKey(owner.brand, week, owner.customer).encode()) for week in WEEKS}
    return frozenset(own)


def of_brand(brand: str) -> frozenset[str]:
    """What only a brand's data contain."""
    return frozenset({f"Title of {brand}"})


def foreign(viewer: Owner | None) -> frozenset[str]:
    """What no answer to a viewer may contain."""
    others = [owner for owner in OWNERS if owner != viewer]
    brands = [brand for brand in BRANDS if viewer is None or brand != viewer.brand]
    return frozenset().union(*map(canaries, others), *map(of_brand, brands))


@pytest.fixture
async def full(club_fixture: ClubFixture) -> ClubFixture:
    """Two brands with customers of the same ids, who all have something in each table."""
    for brand in BRANDS:
        reward = f"{brand}-free"
        await club_fixture.add_brand(make_brand(id=brand), make_scheme(brand=brand, default_reward_id=reward))
        await club_fixture.add_rewards([make_config(reward, brand=brand)])
    await club_fixture.add_accounts(dict.fromkeys(OWNERS, good_account()))
    for owner in OWNERS:
        await club_fixture.add_membership(owner, (MembershipKind.OPTED_IN, NOW - timedelta(days=20)))
    await club_fixture.add_bets(
        [_bet(owner) for owner in OWNERS], [_total(owner, week) for owner in OWNERS for week in WEEKS]
    )
    return club_fixture


@pytest.fixture
async def gateway(full: ClubFixture) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole graph, but for payments."""
    subgraphs = (full.club, full.rewards, full.progress)
    transports = {subgraph.name: MemoryTransport(subgraph.prepare, trusted=True) for subgraph in subgraphs}
    settings = GatewaySettings(requests_inside=1_000)
    app = create_gateway((ROOT / "schema.graphql").read_text(), transports, settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        yield client


async def test_every_operation_with_every_brand_and_session(gateway: httpx.AsyncClient) -> None:
    """The whole matrix: a viewer's own data at the own brand, and not a trace of anybody else's elsewhere."""
    seen = dict.fromkeys(OWNERS, frozenset[str]())
    with respx.mock(base_url=UPSTREAM, assert_all_called=False) as upstream:
        upstream.route().mock(httpx.Response(500))
        for viewer, (query, variables) in product([*OWNERS, None], list(_operations())):
            is_change = query.startswith("mutation")
            if is_change and viewer is not None and viewer.brand == variables["b"]:
                continue
            answer = await _asked(gateway, viewer, query, variables)
            assert not [each for each in foreign(viewer) if each in answer], (viewer, query, variables)
            if viewer is not None:
                seen[viewer] |= {canary for canary in canaries(viewer) if canary in answer}
        assert not upstream.calls
    assert {owner: canaries(owner) - found for owner, found in seen.items()} == {
        owner: frozenset() for owner in OWNERS
    }


async def test_every_entity_with_every_session_over_http(full: ClubFixture) -> None:
    """A signed request for all ids at once: the gateway says nothing that the session does not."""
    ids = [(owner, ClubKey(owner.brand, week, owner.customer).encode()) for owner in OWNERS for week in WEEKS]
    variables = {"r": [_representation(each) for _, each in ids]}
    for name, fields in PARTS.items():
        some: Subgraph = getattr(full, name)
        allowed = Callers.of(CallerSettings(gateway_keys=key_text(KEY)), name)
        query = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Club {{ {fields} }} }} }}"
        transport = httpx.ASGITransport(some.http_app(allowed))
        auth = Signing(fixed(KEY), name)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}", auth=auth) as client:
            for viewer in (*OWNERS, None):
                answer = await _asked(client, viewer, query, variables)
                assert not [each for each in foreign(viewer) if each in answer], (name, viewer)
                found = [entity and entity["id"] for entity in json.loads(answer)["data"]["_entities"]]
                assert found == [each if owner == viewer else None for owner, each in ids]


async def test_many_customers_at_once_who_may_go_at_any_time(gateway: httpx.AsyncClient) -> None:
    """500 requests of all customers in one go, a third of them given up at a random moment."""
    seed = random.randrange(10**6)  # noqa: S311 - moments, not secrets
    chance = random.Random(seed)  # noqa: S311 - the same
    query = f"query ($b: ID!) {{ club(brand: $b) {CLUB} }}"

    async def ask(number: int) -> bool:
        viewer = OWNERS[number % len(OWNERS)]
        asking = asyncio.ensure_future(_asked(gateway, viewer, query, {"b": viewer.brand}))
        if chance.random() < 1 / 3:
            for _ in range(chance.randrange(30)):
                await asyncio.sleep(0)
            asking.cancel()
        try:
            answer = await asking
        except asyncio.CancelledError:
            return False
        assert not [each for each in foreign(viewer) if each in answer], seed
        assert str(staked(viewer)) in answer or "OVERLOADED" in answer, seed
        return "OVERLOADED" not in answer

    answered = await asyncio.gather(*map(ask, range(500)))
    assert 0 < sum(answered) < 500, seed


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for brand in BRANDS:
        variables: dict[str, Any] = {"b": brand}
        yield f"query ($b: ID!) {{ club(brand: $b) {CLUB} }}", variables
        for week in (*WEEKS, "2026-W99"):
            yield f"query ($b: ID!, $w: ID) {{ club(brand: $b, week: $w) {CLUB} }}", variables | {"w": week}
        yield f"query ($b: ID!) {{ recentClubs(brand: $b) {CLUB} }}", variables
        yield PREVIEW, variables
        for field, argument in CHANGES.items():
            for reward in BRANDS if field == "changeReward" else BRANDS[:1]:
                declared = "$b: ID!, $o: ID!" if field == "changeReward" else "$b: ID!"
                payload = f"{{ club {CLUB} errors {{ code }} }}"
                mutation = f"mutation ({declared}) {{ {field}(input: {argument}) {payload} }}"
                option = {"o": f"{reward}:{reward}-free:1"} if field == "changeReward" else {}
                yield mutation, variables | option


async def _asked(
    client: httpx.AsyncClient, viewer: Owner | None, query: str, variables: dict[str, Any]
) -> str:
    headers = session(viewer.customer, viewer.brand) if viewer else {}
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    assert answer.status_code == 200 or "OVERLOADED" in answer.text, answer.text
    return answer.text


def _representation(club: str) -> dict[str, Any]:
    return {
        "__typename": "Club",
        "id": club,
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": "OPEN"},
    }


def _bet(owner: Owner) -> dict[str, Any]:
    return {
        "brand_id": owner.brand,
        "bet_id": f"canary-{owner.brand}-{owner.customer}",
        "customer_id": owner.customer,
        "iso_week": WEEK,
        "revision": 1,
        "status": "placed",
        "product": "betting",
        "stake_minor": 500,
        "counting_stake_minor": 500,
        "currency": "GBP",
        "stake_source": "cash",
        "placed_at": NOW - timedelta(hours=1),
        "occurred_at": NOW - timedelta(hours=1),
        "counted_minor": 500,
        "reason": "COUNTED",
    }


def _total(owner: Owner, week: str) -> dict[str, Any]:
    return {
        "brand_id": owner.brand,
        "customer_id": owner.customer,
        "iso_week": week,
        "total_minor": staked(owner, week),
        "counted_bets": 1,
        "as_of": NOW,
    }
