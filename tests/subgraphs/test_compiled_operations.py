"""Compiled or interpreted, a subgraph gives the same responses and errors, and leaves variables alone."""

import asyncio
import copy
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from jit.operation import MAX_KEPT_LENGTH, TOO_LONG
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.schema import create_schema
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.auth import RequestIdentity
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.context import RequestContext
from tests.support.subgraphs.club_fixture import ClubFixture, session
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER, LONG_AGO, NOW, OWNER, WEEK, good_account
from tests.support.subgraphs.upstream_double import UpstreamDouble

CLUB = """query Mine($week: ID, $with: Boolean = true) { club(brand: "northbet", week: $week) {
  __typename id brand { id name timeZone } week { id isoWeek startsAt endsAt hours state provisionalUntil }
  terms @include(if: $with) { version summary url } jurisdiction currency ineligibleReason
  membership { optedIn since pending version canOptIn blockedReason leftAt }
} recentClubs(brand: "northbet") { id } }"""
ENTITIES = "query ($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename ... on Club {{ {} }} }} }}"
REWARDS = """id options { id kind product value { minor currency display } spins title summary imageUrl
  significantTerms termsUrl expiresInDays eligibleGames available unavailableReason }
  choice { version chosenAt locked locksAt isDefault notice pending option { id title } }"""
PROGRESS = """id state progress { staked { minor currency display } target { minor } remaining { display }
  percent qualified countedBets asOf recentBets(first: 2) { betId } }"""
MINE = '{ club(brand: "northbet") { id } }'
TWO = 'query A { club(brand: "northbet") { id } } query B { recentClubs(brand: "northbet") { id } }'
OPT_IN = """mutation ($input: OptInInput!) { optIn(input: $input) {
  errors { code message } club { id membership { optedIn pending version } } } }"""


def club(**changes: Any) -> dict[str, Any]:
    """A reference to the customer's club, as the club subgraph fills it."""
    reference: dict[str, Any] = {
        "__typename": "Club",
        "id": ClubKey(BRAND, WEEK, CUSTOMER).encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "onBreak": [],
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": "OPEN"},
    }
    return {name: value for name, value in (reference | changes).items() if value is not ...}


STRANGERS = club(id=ClubKey(BRAND, WEEK, "c-2").encode())
REFERENCES = [
    club(),
    club(id="nonsense"),
    club(id=...),
    STRANGERS,
    club(jurisdiction=...),
    club(ineligibleReason="SELF_EXCLUDED"),
    club(currency="EUR"),
]
ASKED: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("club", CLUB, {}, None),
    ("club", CLUB, {"week": "2026-W12", "with": False}, "Mine"),
    ("club", CLUB, {"week": "2026-W99"}, None),
    ("club", CLUB, {"week": ["2026-W12"]}, None),
    ("club", CLUB, {}, "Another"),
    ("club", TWO, {}, None),
    ("club", TWO, {}, "B"),
    # One at a time: which of several errors is told where all became null, the specification leaves open.
    ("club", '{ club(brand: "southbet") { id } }', {}, None),
    ("club", '{ recentClubs(brand: "northbet", first: 99) { id } }', {}, None),
    ("club", "{ club { id } }", {}, None),
    ("club", "{ club(", {}, None),
    ("club", "subscription { x }", {}, None),
    ("club", "{ __schema { queryType { name } } _service { sdl } }", {}, None),
    ("club", "{ " + "a " * MAX_KEPT_LENGTH + "}", {}, None),
    ("rewards", ENTITIES.format(REWARDS), {"r": REFERENCES}, None),
    ("rewards", ENTITIES.format(REWARDS), {"r": [{"__typename": "Nobody"}]}, None),
    ("rewards", ENTITIES.format(REWARDS), {"r": "Club"}, None),
    ("progress", ENTITIES.format(PROGRESS), {"r": REFERENCES}, None),
    ("progress", ENTITIES.format("state"), {"r": [club(week=...), club(membership=...)]}, None),
]


def named(club_fixture: ClubFixture, name: str) -> Subgraph:
    """A subgraph by its name."""
    return {"club": club_fixture.club, "rewards": club_fixture.rewards, "progress": club_fixture.progress}[
        name
    ]


@pytest.fixture
async def both(sqlite_url: str) -> AsyncIterator[tuple[ClubFixture, ClubFixture]]:
    """The same databases served in both ways, with a member; each has a schema of its own, which counts."""
    create_schema.cache_clear()
    compiled = ClubFixture.over(sqlite_url, NOW)
    create_schema.cache_clear()
    plain = ClubFixture.over(sqlite_url, NOW, execution="plain")
    await compiled.add_northbet(CUSTOMER)
    await compiled.add_accounts({Owner(BRAND, "c-2"): good_account(rg_state="self_excluded")})
    await compiled.add_membership(OWNER, (MembershipKind.OPTED_IN, LONG_AGO))
    yield compiled, plain
    await compiled.close()
    await plain.close()


def comparable(answer: dict[str, Any]) -> tuple[Any, list[tuple[str, str, str]]]:
    """Data, and errors in any order, without the ids of faults."""
    errors = answer.get("errors", [])
    seen = [
        (str(error.get("path")), error["message"], str((error.get("extensions") or {}).get("code")))
        for error in errors
    ]
    return answer["data"], sorted(seen)


@pytest.mark.parametrize("customer", [CUSTOMER, "c-2", None])
@pytest.mark.parametrize(("name", "query", "variables", "operation"), ASKED)
async def test_both_ways_give_the_same(  # noqa: PLR0917 - the parts of a request
    both: tuple[ClubFixture, ClubFixture],
    name: str,
    query: str,
    variables: dict[str, Any],
    operation: str | None,
    customer: str | None,
) -> None:
    """For a member, a self-excluded customer and a visitor; the second time as the first."""
    kept = copy.deepcopy(variables)
    found = [
        comparable(await named(club_fixture, name).execute(query, variables, operation, session(customer)))
        for club_fixture in (*both, both[0])
    ]
    assert found[0] == found[1] == found[2]
    assert variables == kept


async def test_a_mutation_is_the_same_in_both_ways(
    both: tuple[ClubFixture, ClubFixture], upstream: UpstreamDouble
) -> None:
    """Opting in shows the new membership in the same response, not what was read before."""
    del upstream
    compiled, plain = both
    found = []
    for club_fixture, customer in ((compiled, "c-3"), (plain, "c-4")):
        await compiled.add_accounts({Owner(BRAND, customer): good_account()})
        joining = {"brand": BRAND, "termsVersion": "2026-1", "idempotencyKey": "k"}
        answer = await club_fixture.club.execute(OPT_IN, {"input": joining}, None, session(customer))
        found.append(answer["data"]["optIn"]["club"].pop("id") and answer)
    assert found[0] == found[1]
    assert found[0]["data"]["optIn"]["club"]["membership"] == {
        "optedIn": True,
        "pending": False,
        "version": 1,
    }


async def test_an_operation_is_prepared_once_for_all_callers(both: tuple[ClubFixture, ClubFixture]) -> None:
    """Over HTTP and in process it is the same one; one that is too long to keep is not prepared."""
    operations = both[0].club.operations
    assert operations.prepared(CLUB, None) is operations.prepared(CLUB, None)
    assert operations.prepared(CLUB + " " * MAX_KEPT_LENGTH, None) is None
    assert both[1].club.operations.prepared(CLUB, None) is None


async def test_each_caller_gets_an_answer_of_its_own(both: tuple[ClubFixture, ClubFixture]) -> None:
    """The gateway changes responses, so callers do not share them."""
    call = both[0].rewards.prepare(ENTITIES.format(REWARDS), None)
    first = await call({"r": [club()]}, session())
    expected = copy.deepcopy(first)
    options = first["data"]["_entities"][0]["options"]
    options[0]["value"]["display"] = "spoilt"
    options[0]["eligibleGames"].append("spoilt")
    options.clear()
    assert await call({"r": [club()]}, session()) == expected


async def test_many_customers_at_once_see_their_own_clubs_only(both: tuple[ClubFixture, ClubFixture]) -> None:
    """Two hundred requests that share batches each get their own customer's data."""
    club_fixture = both[0]
    names = [f"c-{number}" for number in range(10, 50)]
    accounts = {Owner(BRAND, name): good_account(jurisdiction=f"J{name[2:]}") for name in names}
    await club_fixture.add_accounts(accounts)
    call = club_fixture.club.prepare('{ club(brand: "northbet") { id jurisdiction } }', None)
    answers = await asyncio.gather(*(call({}, session(name)) for name in names * 5))
    for name, answer in zip(names * 5, answers, strict=True):
        found = answer["data"]["club"]
        assert ClubKey.decode(found["id"]).customer == name
        assert found["jurisdiction"] == f"J{name[2:]}"


async def test_a_fault_outside_the_resolvers_is_masked(
    both: tuple[ClubFixture, ClubFixture],
    logged: list[MutableMapping[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the execution itself fails, the caller gets an id, and the log has the reason."""
    prepared = both[0].club.operations.prepared(CLUB, None)
    assert prepared

    def broken(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(prepared.compiled, "execute", broken)
    answer = await both[0].club.execute(CLUB, {}, None, session())
    assert answer["data"] is None
    assert [error["message"] for error in answer["errors"]] == ["Something went wrong on our side."]
    (entry,) = logged
    assert entry["fault"] == answer["errors"][0]["extensions"]["id"]


@pytest.mark.parametrize("document", [MINE, MINE + " " * MAX_KEPT_LENGTH])
async def test_a_call_answers_even_where_nothing_can_be_executed(
    both: tuple[ClubFixture, ClubFixture], logged: list[MutableMapping[str, Any]], document: str
) -> None:
    """The gateway uses responses of its process as they are, so no call raises."""

    def broken(_visit: RequestIdentity) -> RequestContext:
        raise RuntimeError("a secret")

    call = replace(both[0].club, make_context=broken).prepare(document, None)
    answer = await call({}, session())
    assert answer["data"] is None
    assert [error["message"] for error in answer["errors"]] == ["Something went wrong on our side."]
    assert [entry["fault"] for entry in logged] == [answer["errors"][0]["extensions"]["id"]]


async def test_the_counter_says_what_is_compiled_whichever_way_an_operation_comes(
    both: tuple[ClubFixture, ClubFixture],
) -> None:
    """Prepared by the gateway, asked by text, an event; what is not compiled has a reason."""
    club, plain = both[0].club, both[1].club
    calls = 0
    for call in (club.prepare(MINE, None), club.prepare(CLUB, None)):
        calls += 1
        assert (await call({}, session()))["data"]["club"]
    for query, operation in ((MINE, None), (TWO, "B")):
        calls += 1
        await club.execute(query, {}, operation, session())
    assert (club.schema.executions.compiled, club.schema.executions.interpreted) == (calls, {})
    follow = club.prepare_subscription('subscription { clubUpdated(brand: "northbet") { version } }', None)
    events = await follow({}, session())
    event: Any = await anext(events)
    assert event["data"]["clubUpdated"]
    await events.aclose()
    assert (club.schema.executions.compiled, club.schema.executions.interpreted) == (calls + 1, {})
    long = MINE + " " * MAX_KEPT_LENGTH
    await club.execute(long, {}, None, session())
    assert club.schema.executions.interpreted == {TOO_LONG: 1}
    await plain.execute(MINE, {}, None, session())
    assert (plain.schema.executions.compiled, sum(plain.schema.executions.interpreted.values())) == (0, 1)
