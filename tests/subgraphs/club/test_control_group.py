"""A scheme's control group: for whom the club is as if there were none, and what is recorded of the draw."""

import asyncio
import json
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, select

from subgraphs.club import impressions
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.models import CONTROL_DRAW, IMPRESSION, OUTBOX, REFERENCE
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import MEMBERSHIP
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import BRAND, LONG_AGO, NOW, good_account, make_brand, make_scheme

CLUB = """{ club(brand: "northbet") { ineligibleReason membership { canOptIn blockedReason } } }"""
OPT_IN = "mutation ($i: OptInInput!) { optIn(input: $i) { errors { code } } }"
PREVIEW = "query ($i: BetslipInput!) { betslipPreview(input: $i) { counts } }"
SLIP = {
    "brand": BRAND,
    "stakeMinor": 500,
    "currency": "GBP",
    "oddsMilli": 2500,
    "betType": "SINGLE",
    "product": "BETTING",
}
SHARE = 200


def drawn(scheme: Scheme, low: int, high: int) -> str:
    """Return a customer whose number is in `[low, high)`, by the key of the tests, which is empty."""
    groups = ControlGroups(b"")
    names = (f"c-{number}" for number in count())
    return next(name for name in names if low <= groups.draw(Owner(BRAND, name), scheme) < high)


KEPT_OUT = drawn(make_scheme(), 0, SHARE)
OTHER = drawn(make_scheme(), SHARE, 1000)


@pytest.fixture
async def northbet(each_club: ClubFixture, monkeypatch: pytest.MonkeyPatch) -> ClubFixture:
    """Northbet with a control group, and a customer on either side."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 0.0)
    await each_club.add_brand(make_brand(), make_scheme(control_per_mille=SHARE))
    await each_club.add_accounts({Owner(BRAND, name): good_account() for name in (KEPT_OUT, OTHER)})
    return each_club


async def club_of(club_fixture: ClubFixture, customer: str) -> Any:
    """Return a customer's club as the graph has it."""
    return (await data_of(club_fixture.club, CLUB, {}, session(customer)))["club"]


async def rows_of(club_fixture: ClubFixture, *columns: Any) -> list[tuple[Any, ...]]:
    """Return rows of the club's database, ordered."""
    async with club_fixture.club.database.read() as connection:
        return [tuple(row) for row in await connection.execute(select(*columns).order_by(*columns))]


async def draws_become(club_fixture: ClubFixture, wanted: int) -> None:
    """Wait until so many draws are recorded."""
    async with asyncio.timeout(60):
        while len(await rows_of(club_fixture, CONTROL_DRAW.c.customer_id)) < wanted:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


async def test_the_club_is_not_offered_to_the_control_group(northbet: ClubFixture) -> None:
    """Nothing of it is to be shown, it cannot be joined, and a preview says nothing of it."""
    assert await club_of(northbet, KEPT_OUT) == {
        "ineligibleReason": "NOT_OFFERED",
        "membership": {"canOptIn": False, "blockedReason": "NOT_OFFERED"},
    }
    arguments = {"i": {"brand": BRAND, "termsVersion": "2026-1", "idempotencyKey": "k-1"}}
    joined = await data_of(northbet.club, OPT_IN, arguments, session(KEPT_OUT))
    assert joined["optIn"]["errors"] == [{"code": "INELIGIBLE"}]
    assert (await data_of(northbet.progress, PREVIEW, {"i": SLIP}, session(KEPT_OUT)))[
        "betslipPreview"
    ] is None


async def test_everybody_else_has_the_club(northbet: ClubFixture) -> None:
    """The other customers are offered it as ever."""
    club = await club_of(northbet, OTHER)
    assert (club["ineligibleReason"], club["membership"]["canOptIn"]) == (None, True)
    preview = await data_of(northbet.progress, PREVIEW, {"i": SLIP}, session(OTHER))
    assert preview["betslipPreview"] == {"counts": True}


async def test_whoever_joined_before_keeps_the_club(northbet: ClubFixture) -> None:
    """Also after leaving: the club that was there does not vanish."""
    owner = Owner(BRAND, KEPT_OUT)
    await northbet.add_membership(owner, (MembershipKind.OPTED_IN, LONG_AGO))
    assert (await club_of(northbet, KEPT_OUT))["ineligibleReason"] is None
    await northbet.add_membership(owner, (MembershipKind.OPTED_OUT, NOW - timedelta(days=1)))
    assert (await club_of(northbet, KEPT_OUT))["membership"]["canOptIn"] is True
    row = {
        "brand_id": BRAND,
        "customer_id": KEPT_OUT,
        "version": 1,
        "opted_in": True,
        "since": LONG_AGO,
        "left_at": None,
        "first_opted_in_at": LONG_AGO,
        "occurred_at": LONG_AGO,
    }
    await northbet.insert(northbet.progress, MEMBERSHIP, [row])
    preview = await data_of(northbet.progress, PREVIEW, {"i": SLIP}, session(KEPT_OUT))
    assert preview["betslipPreview"] == {"counts": True}


async def test_an_account_that_may_not_take_part_hears_its_own_reason(northbet: ClubFixture) -> None:
    """Nobody learns from a reason who is in the control group, and nobody is drawn who could not join."""
    await northbet.add_accounts({Owner(BRAND, "c-shut"): good_account(rg_state="self_excluded")})
    assert (await club_of(northbet, "c-shut"))["ineligibleReason"] == "SELF_EXCLUDED"
    await northbet.club.close()
    assert await rows_of(northbet, CONTROL_DRAW.c.customer_id) == []


async def test_the_draw_is_recorded_and_published_once(northbet: ClubFixture) -> None:
    """Of both groups, at the first look; only those with the club were shown the tracker."""
    for _ in range(2):
        for customer in (KEPT_OUT, OTHER):
            await club_of(northbet, customer)
    await draws_become(northbet, 2)
    northbet.clock.advance(timedelta(days=7))
    for customer in (KEPT_OUT, OTHER):
        await club_of(northbet, customer)
    await northbet.club.close()
    c = CONTROL_DRAW.c
    groups, scheme = ControlGroups(b""), make_scheme()
    expected = {name: groups.draw(Owner(BRAND, name), scheme) for name in (KEPT_OUT, OTHER)}
    rows = await rows_of(
        northbet, c.customer_id, c.jurisdiction, c.currency, c.draw, c.control_per_mille, c.drawn_at
    )
    assert rows == sorted((name, "GB", "GBP", draw, SHARE, NOW) for name, draw in expected.items())
    assert {name for (name,) in await rows_of(northbet, IMPRESSION.c.customer_id)} == {OTHER}
    sent = [
        json.loads(value)
        for topic, value in await rows_of(northbet, OUTBOX.outbox.c.topic, OUTBOX.outbox.c.value)
        if topic == "club.control.v1"
    ]
    assert {body["customer_id"]: body["draw"] for body in sent} == expected
    assert len(sent) == len(expected)


async def test_the_draw_of_an_erased_customer_is_not_recorded(
    northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits about somebody whose account is gone is not written any more."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 3600.0)
    await club_of(northbet, KEPT_OUT)
    async with northbet.club.database.write() as connection:
        await connection.execute(delete(REFERENCE.account))
    await northbet.club.close()
    assert await rows_of(northbet, CONTROL_DRAW.c.customer_id) == []
