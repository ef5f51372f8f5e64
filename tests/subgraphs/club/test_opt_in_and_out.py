"""Opting in and out through the upstream API: what is confirmed, refused, pending, and never pretended."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.models import GLOBAL_STATE, MEMBERSHIP_EVENT
from subgraphs.club_kit.domain.schemes import Terms
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, ask, codes, data_of, session
from tests.support.subgraphs.club_samples import CUSTOMER, NOW, OWNER, good_account, make_scheme, scheme_row
from tests.support.subgraphs.kill_switch import turn
from tests.support.subgraphs.upstream_double import Asked, UpstreamDouble, no_answers, refusal

AFTER = "club { id membership { optedIn since pending version canOptIn } } errors { code message }"
OPT_IN = f"mutation ($input: OptInInput!) {{ optIn(input: $input) {{ {AFTER} }} }}"
OPT_OUT = f"mutation ($input: OptOutInput!) {{ optOut(input: $input) {{ {AFTER} }} }}"
PATH = "/v1/brands/northbet/customers/c-1/membership"


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with a customer who is new to the club."""
    await club_fixture.add_northbet("c-1", "c-2")
    return club_fixture


@pytest.fixture
async def member(northbet: ClubFixture) -> ClubFixture:
    """Northbet with a customer who is a member already."""
    await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW - timedelta(days=1)))
    return northbet


async def opt_in(
    club_fixture: ClubFixture, key: str = "k-1", terms: str = "2026-1", customer: str = CUSTOMER
) -> dict[str, Any]:
    """The payload of opting in."""
    arguments = {"brand": "northbet", "termsVersion": terms, "idempotencyKey": key}
    return dict((await data_of(club_fixture.club, OPT_IN, {"input": arguments}, session(customer)))["optIn"])


async def opt_out(club_fixture: ClubFixture, key: str = "k-out") -> dict[str, Any]:
    """The payload of opting out."""
    arguments = {"brand": "northbet", "idempotencyKey": key}
    return dict((await data_of(club_fixture.club, OPT_OUT, {"input": arguments}))["optOut"])


async def membership(club_fixture: ClubFixture) -> dict[str, Any]:
    """The membership as a query shows it."""
    query = '{ club(brand: "northbet") { membership { optedIn since pending version canOptIn } } }'
    return dict((await data_of(club_fixture.club, query))["club"]["membership"])


def reasons(payload: dict[str, Any]) -> list[str]:
    """The codes of a payload's errors."""
    return [error["code"] for error in payload["errors"]]


@pytest.mark.usefixtures("upstream")
async def test_opting_in_makes_a_member(northbet: ClubFixture) -> None:
    """A confirmed opt-in shows in the payload and in the graph from then on."""
    payload = await opt_in(northbet)
    assert payload["errors"] == []
    assert payload["club"]["membership"] == {
        "optedIn": True,
        "since": "2026-03-25T12:00:00+00:00",
        "pending": False,
        "version": 1,
        "canOptIn": False,
    }
    assert await membership(northbet) == payload["club"]["membership"]


async def test_the_upstream_is_told_state_and_terms(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """The upstream gets the wanted state and the terms agreed to, at the customer's own place."""
    await opt_in(northbet)
    ((asked),) = upstream.calls
    assert asked == Asked(PATH, {"state": "opted_in", "terms_version": "2026-1"}, asked.key)
    assert len(asked.key) == 64


async def test_opting_out_ends_the_membership(member: ClubFixture, upstream: UpstreamDouble) -> None:
    """A confirmed opt-out shows, and the customer may come back."""
    payload = await opt_out(member)
    assert payload["errors"] == []
    assert payload["club"]["membership"] == {
        "optedIn": False,
        "since": None,
        "pending": False,
        "version": 2,
        "canOptIn": True,
    }
    assert [asked.body for asked in upstream.calls] == [{"state": "opted_out"}]


@pytest.mark.usefixtures("upstream")
async def test_coming_back_begins_a_new_membership(member: ClubFixture) -> None:
    """Opting in after having left counts from the new beginning."""
    await opt_out(member)
    member.clock.advance(timedelta(hours=1))
    payload = await opt_in(member)
    assert payload["errors"] == []
    assert payload["club"]["membership"]["since"] == "2026-03-25T13:00:00+00:00"
    assert payload["club"]["membership"]["version"] == 3


async def test_outdated_terms_are_refused(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """Who was shown other terms than those of the week must read them first."""
    assert reasons(await opt_in(northbet, terms="2025-9")) == ["TERMS_OUTDATED"]
    assert (upstream.calls, await northbet.intents(northbet.club)) == ([], [])


async def test_a_member_cannot_opt_in_again(member: ClubFixture, upstream: UpstreamDouble) -> None:
    """Opting in with a new key while a member is refused."""
    payload = await opt_in(member)
    assert reasons(payload) == ["ALREADY_OPTED_IN"]
    assert payload["club"]["membership"]["optedIn"] is True
    assert (upstream.calls, await member.intents(member.club)) == ([], [])


async def test_who_is_no_member_cannot_opt_out(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """Opting out without a membership is refused."""
    assert reasons(await opt_out(northbet)) == ["NOT_MEMBER"]
    assert (upstream.calls, await northbet.intents(northbet.club)) == ([], [])


@pytest.mark.parametrize(
    "changes", [{"rg_state": "self_excluded"}, {"verified": False}, {"jurisdiction": "MT"}], ids=str
)
async def test_who_may_not_take_part_cannot_opt_in(
    club_fixture: ClubFixture, upstream: UpstreamDouble, changes: dict[str, Any]
) -> None:
    """An ineligible customer is refused and never put before the upstream."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({OWNER: good_account(**changes)})
    assert reasons(await opt_in(club_fixture)) == ["INELIGIBLE"]
    assert (upstream.calls, await club_fixture.intents(club_fixture.club)) == ([], [])


async def test_an_unknown_customer_cannot_opt_in(club_fixture: ClubFixture, upstream: UpstreamDouble) -> None:
    """Until the account arrives the customer counts as unverified."""
    await club_fixture.add_brand()
    assert reasons(await opt_in(club_fixture)) == ["INELIGIBLE"]
    assert upstream.calls == []


@pytest.mark.usefixtures("upstream")
async def test_who_became_ineligible_can_still_leave(club_fixture: ClubFixture) -> None:
    """Leaving is always possible."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({OWNER: good_account(rg_state="self_excluded")})
    await club_fixture.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW - timedelta(days=1)))
    assert reasons(await opt_out(club_fixture)) == []


UNCLEAR = {
    "timeout": httpx.ReadTimeout("slow"),
    "refused-connection": httpx.ConnectError("down"),
    "busy": httpx.Response(503, json={"code": "BUSY"}),
    "html": httpx.Response(200, text="<html>"),
    "other-state": httpx.Response(200, json={"state": "opted_out", "terms_version": None}),
    "error-in-200": httpx.Response(200, json={"code": "ERROR"}),
    "fault": httpx.Response(500, text="oops"),
}


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR.keys())
async def test_without_a_confirmation_there_is_no_success(
    northbet: ClubFixture, upstream: UpstreamDouble, answer: httpx.Response | Exception
) -> None:
    """No answer, or one that confirms nothing, leaves the change pending and the last state standing."""
    upstream.script = [answer, answer]
    payload = await opt_in(northbet)
    assert reasons(payload) == ["UPSTREAM_PENDING"]
    shown = {"optedIn": False, "since": None, "pending": True, "version": 0, "canOptIn": True}
    assert payload["club"]["membership"] == shown == await membership(northbet)
    assert await northbet.count(northbet.club, MEMBERSHIP_EVENT) == 0


async def test_every_attempt_has_the_same_key(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """Retries inside a request, and those of later requests, go under one key."""
    upstream.script = no_answers(4)
    await opt_in(northbet)
    await opt_in(northbet)
    await opt_in(northbet)
    assert (len(upstream.calls), len(upstream.keys), len(upstream.effects)) == (5, 1, 1)


async def test_a_second_attempt_within_the_request_confirms(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """One lost answer does not show: the second call of the same key confirms."""
    upstream.script = no_answers(1)
    assert reasons(await opt_in(northbet)) == []
    assert len(upstream.keys) == 1


async def test_the_same_request_again_settles_a_pending_change(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Repeating the request asks the upstream again, and its confirmation settles the change."""
    upstream.script = no_answers()
    await opt_in(northbet)
    payload = await opt_in(northbet)
    assert reasons(payload) == []
    assert payload["club"]["membership"]["optedIn"] is True
    assert payload["club"]["membership"]["pending"] is False


async def test_a_request_of_another_key_settles_a_pending_change(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A later opt-in first settles the pending one, and then finds that the customer is a member."""
    upstream.script = no_answers()
    await opt_in(northbet, "first")
    payload = await opt_in(northbet, "second")
    assert reasons(payload) == ["ALREADY_OPTED_IN"]
    assert payload["club"]["membership"]["optedIn"] is True
    assert len(upstream.effects) == 1


async def test_another_operation_settles_a_pending_change_and_goes_on(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """An opt-out after an opt-in that got stuck carries out both, in this order."""
    upstream.script = no_answers()
    await opt_in(northbet)
    payload = await opt_out(northbet)
    assert reasons(payload) == []
    assert payload["club"]["membership"]["version"] == 2
    assert [asked.body["state"] for asked in upstream.effects.values()] == ["opted_in", "opted_out"]


async def test_one_change_at_a_time(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """While a change is in doubt no other one begins, and the customer has to wait."""
    upstream.script = no_answers(4)
    await opt_in(northbet)
    payload = await opt_out(northbet)
    assert reasons(payload) == ["UPSTREAM_PENDING"]
    assert len(upstream.keys) == 1
    assert len(await northbet.intents(northbet.club)) == 1


async def test_another_customers_pending_change_is_not_in_the_way(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """Changes wait for those of the same customer only, even under the same key."""
    upstream.script = no_answers()
    await opt_in(northbet, customer="c-1")
    payload = await opt_in(northbet, customer="c-2")
    assert reasons(payload) == []
    assert len(upstream.keys) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal("INELIGIBLE"), "INELIGIBLE"),
        (refusal("NOT_MEMBER"), "NOT_MEMBER"),
        (refusal("SOMETHING_NEW"), "UPSTREAM_REFUSED"),
        (refusal("IDEMPOTENCY_CONFLICT", 409), "UPSTREAM_REFUSED"),
        (httpx.Response(422, text="<html>"), "UPSTREAM_REFUSED"),
    ],
    ids=["ineligible", "not-member", "new", "conflict", "html"],
)
async def test_a_refusal_of_the_upstream_is_told(
    northbet: ClubFixture, upstream: UpstreamDouble, answer: httpx.Response, code: str
) -> None:
    """409 and 422 come out as an error; nothing has changed and nothing is pending."""
    upstream.script = [answer]
    payload = await opt_in(northbet)
    assert reasons(payload) == [code]
    shown = {"optedIn": False, "since": None, "pending": False, "version": 0, "canOptIn": True}
    assert payload["club"]["membership"] == shown
    assert await northbet.count(northbet.club, MEMBERSHIP_EVENT) == 0


async def test_a_refusal_is_final_for_its_key(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """The same key gets the same refusal without asking again; a new key may succeed."""
    upstream.script = [refusal("SOMETHING_NEW")]
    first = await opt_in(northbet)
    assert await opt_in(northbet) == first
    assert len(upstream.calls) == 1
    assert reasons(await opt_in(northbet, "k-2")) == []


async def test_a_used_key_gets_its_first_outcome(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """A repeated request succeeds again without any effect, though the customer has left meanwhile."""
    await opt_in(northbet, "k-1")
    await opt_out(northbet)
    payload = await opt_in(northbet, "k-1")
    assert reasons(payload) == []
    assert payload["club"]["membership"]["optedIn"] is False
    assert len(upstream.calls) == 2


@pytest.mark.usefixtures("upstream")
async def test_a_used_key_gets_its_outcome_after_the_terms_changed(northbet: ClubFixture) -> None:
    """What was confirmed under a key stays so, whatever would be said of a new request."""
    await opt_in(northbet)
    terms = Terms("2026-2", "Other terms.", "/terms")
    later = make_scheme(version=2, terms=terms, issued_at=NOW, effective_from=NOW)
    await northbet.insert(northbet.club, REFERENCE["club"].scheme, [scheme_row(later)])
    northbet.clock.advance(timedelta(days=7))
    assert reasons(await opt_in(northbet)) == []
    assert reasons(await opt_in(northbet, "k-2")) == ["TERMS_OUTDATED"]


async def test_a_key_with_another_body_is_refused(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """The same key with other arguments is a mistake of the client, and has no effect."""
    await opt_in(northbet, "k-1")
    payload = await opt_in(northbet, "k-1", terms="2026-2")
    assert reasons(payload) == ["IDEMPOTENCY_REUSED"]
    assert len(upstream.calls) == 1


async def test_a_key_is_its_operations_own(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """Opting in and out under one and the same key are two requests."""
    assert reasons(await opt_in(northbet, "same")) == []
    assert reasons(await opt_out(northbet, "same")) == []
    assert len(upstream.keys) == 2


@pytest.mark.parametrize("key", ["", "k" * 129, " ", "k ", "k\x00", "a\nb"], ids=repr)
async def test_a_key_that_cannot_be_kept_is_refused(
    northbet: ClubFixture, upstream: UpstreamDouble, key: str
) -> None:
    """An idempotency key without length, too long, or with blanks is bad input."""
    for mutation, arguments in (
        (OPT_IN, {"brand": "northbet", "termsVersion": "2026-1", "idempotencyKey": key}),
        (OPT_OUT, {"brand": "northbet", "idempotencyKey": key}),
    ):
        answer = await ask(northbet.club, mutation, {"input": arguments})
        assert codes(answer) == ["BAD_USER_INPUT"]
    assert (upstream.calls, await northbet.intents(northbet.club)) == ([], [])


async def test_the_intent_is_written_before_the_upstream_is_asked(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """When the call reaches the upstream, the pending intent is in the database with its key and body."""
    seen: list[Any] = []

    async def look(_request: httpx.Request) -> None:
        seen.extend(await northbet.intents(northbet.club))

    upstream.script = [look]
    await opt_in(northbet)
    (intent,) = seen
    assert (intent.status, intent.slot, intent.upstream_key) == (
        "pending",
        "membership",
        upstream.calls[0].key,
    )
    assert intent.request["body"] == upstream.calls[0].body


async def test_a_crash_after_the_call_leaves_the_change_pending(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A fault in the middle is no success; the next request asks again under the same key."""

    async def crash(_request: httpx.Request) -> None:
        raise MemoryError

    upstream.script = [crash]
    arguments = {"brand": "northbet", "termsVersion": "2026-1", "idempotencyKey": "k-1"}
    answer = await ask(northbet.club, OPT_IN, {"input": arguments})
    assert (answer["data"], codes(answer)) == (None, ["INTERNAL_SERVER_ERROR"])
    assert (await membership(northbet))["pending"] is True
    assert reasons(await opt_in(northbet)) == []
    assert len(upstream.keys) == 1


async def test_a_request_cancelled_in_mid_call_leaves_the_change_pending(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A caller that goes away while the upstream works loses nothing: the next request settles the change."""
    called = asyncio.Event()

    async def hang(_request: httpx.Request) -> None:
        called.set()
        await asyncio.Event().wait()

    upstream.script = [hang]
    task = asyncio.create_task(opt_in(northbet))
    await asyncio.wait_for(called.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await membership(northbet))["pending"] is True
    assert reasons(await opt_out(northbet)) == []
    assert [asked.body["state"] for asked in upstream.effects.values()] == ["opted_in", "opted_out"]


@pytest.mark.usefixtures("upstream")
async def test_the_terms_are_those_of_the_customers_own_scheme(club_fixture: ClubFixture) -> None:
    """Where a brand has schemes in several currencies, the customer agrees to the terms of theirs."""
    euro = make_scheme(currency="EUR", terms=Terms("euro-7", "In euro.", "/terms"))
    await club_fixture.add_brand(None, make_scheme(), euro)
    await club_fixture.add_accounts({OWNER: good_account(currency="EUR")})
    assert reasons(await opt_in(club_fixture, "k-1", terms="2026-1")) == ["TERMS_OUTDATED"]
    assert reasons(await opt_in(club_fixture, "k-2", terms="euro-7")) == []


@pytest.mark.usefixtures("upstream")
async def test_nobody_opts_in_while_the_brand_is_switched_off_and_members_may_leave(
    member: ClubFixture,
) -> None:
    """The switch is in force before cached rules know it; the club shows that it is paused, and continues."""
    database = member.club.database
    await turn(database, GLOBAL_STATE, 1, off=True)
    assert reasons(await opt_in(member, customer="c-2")) == ["CLUB_PAUSED"]
    await member.club.renew()
    query = '{ club(brand: "northbet") { paused membership { canOptIn } } }'
    paused = (await data_of(member.club, query, {}, session("c-2")))["club"]
    assert paused == {"paused": True, "membership": {"canOptIn": False}}
    assert (await opt_out(member))["errors"] == []
    await turn(database, GLOBAL_STATE, 2, off=False)
    assert reasons(await opt_in(member, "k-2", customer="c-2")) == []
    await member.club.renew()
    assert not (await data_of(member.club, query, {}, session("c-2")))["club"]["paused"]
