"""Mutations during an outage of the upstream, and requests that meet another change in doubt."""

from collections.abc import Awaitable
from typing import Any

import pytest

from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.kit.mutations.circuit_breaker import Breaker
from tests.support.recovery.harness import CHANGE, OPT_IN, OPT_OUT, SHOWN, reasons
from tests.support.subgraphs.club_fixture import ClubFixture, ask, data_of, session, statements
from tests.support.subgraphs.club_samples import CUSTOMER
from tests.support.subgraphs.upstream_double import UpstreamDouble, no_answers, refusal

BREAKING = Breaker().failures


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Provide Northbet with many customers."""
    await club_fixture.add_northbet(CUSTOMER, *(f"x-{number}" for number in range(BREAKING)))
    return club_fixture


async def mutate(
    club_fixture: ClubFixture, mutation: str, customer: str = CUSTOMER, **more: Any
) -> dict[str, Any]:
    """Return the response of a mutation."""
    subgraph = club_fixture.rewards if mutation is CHANGE else club_fixture.club
    data = await data_of(subgraph, mutation, {"i": {"brand": "northbet"} | more}, session(customer))
    return dict(next(iter(data.values())))


async def opt_in(club_fixture: ClubFixture, key: str = "in", customer: str = CUSTOMER) -> dict[str, Any]:
    """Opt in."""
    return await mutate(club_fixture, OPT_IN, customer, termsVersion="2026-1", idempotencyKey=key)


async def opt_out(club_fixture: ClubFixture, key: str = "out") -> dict[str, Any]:
    """Opt out."""
    return await mutate(club_fixture, OPT_OUT, idempotencyKey=key)


async def break_off(club_fixture: ClubFixture, upstream: UpstreamDouble) -> None:
    """Let calls of other customers fail until the circuit breaker opens."""
    upstream.script = no_answers(BREAKING)
    for number in range(BREAKING):
        await opt_in(club_fixture, customer=f"x-{number}")
    upstream.script = []


async def test_an_upstream_that_is_away_is_not_asked_and_the_change_is_kept(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """With an open circuit breaker the intent is written, and the customer sees that it is pending."""
    await break_off(northbet, upstream)
    asked = len(upstream.calls)
    payload = await opt_in(northbet)
    assert reasons(payload) == ["UPSTREAM_PENDING"]
    assert payload["club"]["membership"] == {"optedIn": False, "pending": True, "version": 0}
    assert len(upstream.calls) == asked
    mine = [intent for intent in await northbet.intents(northbet.club) if intent.customer_id == CUSTOMER]
    assert [intent.status for intent in mine] == ["pending"]


async def test_an_outage_costs_a_few_calls_only(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """However many customers ask, calls end with the failure that opens the circuit breaker."""
    await break_off(northbet, upstream)
    assert len(upstream.calls) == BREAKING


async def test_reads_do_not_notice_an_outage(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """What the graph shows is read from our own database."""
    await break_off(northbet, upstream)
    asked = len(upstream.calls)
    with statements(northbet.club) as sent:
        answer = await ask(northbet.club, SHOWN)
    assert "errors" not in answer
    assert sent
    assert len(upstream.calls) == asked


async def test_a_bad_request_is_told_in_an_outage_too(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A request that can be refused without the upstream is refused, and leaves nothing pending."""
    await break_off(northbet, upstream)
    assert reasons(await opt_out(northbet)) == ["NOT_MEMBER"]
    assert not (await data_of(northbet.club, SHOWN))["club"]["membership"]["pending"]


async def test_who_finds_another_change_in_the_way_is_told_so(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """The message says which change is pending: the customer's own, or an earlier one."""
    upstream.script = no_answers(6)
    own, other, own_again = await opt_in(northbet), await opt_out(northbet), await opt_in(northbet)
    words = [payload["errors"][0]["message"] for payload in (own, other, own_again)]
    assert reasons(own) == reasons(other) == ["UPSTREAM_PENDING"]
    assert words[0] == words[2] == "We're confirming your change. It will show here shortly."
    assert words[1] == "We're still confirming your last change. Try again in a moment."


async def test_a_request_that_was_in_the_way_goes_ahead_later(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """The key of a request that had to wait is not used up."""
    upstream.script = no_answers(4)
    await opt_in(northbet)
    await opt_out(northbet)
    assert reasons(await opt_out(northbet)) == []
    assert await northbet.count(northbet.club, MEMBERSHIP_EVENT) == 2


async def test_the_outcome_of_an_earlier_change_decides_about_a_later_one(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A second join finds the first one pending, settles it, and gets the membership."""
    upstream.script = no_answers(2)
    await opt_in(northbet, "first")
    assert reasons(await opt_in(northbet, "second")) == ["ALREADY_OPTED_IN"]
    assert len(upstream.effects) == 1


async def test_an_earlier_refusal_lets_a_later_change_through(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A refused change does not block later ones."""
    upstream.script = [*no_answers(2), refusal("SOMETHING")]
    await opt_in(northbet, "first")
    assert reasons(await opt_in(northbet, "second")) == []
    assert len(upstream.effects) == 1


async def test_two_tabs_choose_while_the_first_is_in_doubt(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """The second of two choices of one version gets the conflict, and the choice that was made."""

    def choose(key: str, option: str) -> Awaitable[dict[str, Any]]:
        arguments: dict[str, Any] = {
            "optionId": f"northbet:{option}:1",
            "expectedVersion": 0,
            "idempotencyKey": key,
        }
        return mutate(northbet, CHANGE, **arguments)

    upstream.script = no_answers(4)
    assert reasons(await choose("tab-1", "fb-2x3")) == ["UPSTREAM_PENDING"]
    assert reasons(await choose("tab-2", "fb-5")) == ["UPSTREAM_PENDING"]
    conflict = await choose("tab-2", "fb-5")
    assert reasons(conflict) == ["VERSION_CONFLICT"]
    assert conflict["club"]["choice"] == {
        "option": {"id": "northbet:fb-2x3:1"},
        "version": 1,
        "pending": False,
    }
    assert reasons(await choose("tab-1", "fb-2x3")) == []
    assert len(upstream.effects) == 1
