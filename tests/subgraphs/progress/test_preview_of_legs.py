"""Slips with legs: which of them count where a scheme does not count all sports events."""

from typing import Any

import pytest

from subgraphs.club_kit.domain.event_scopes import EventScope, LegsRule
from subgraphs.progress.counting.legs import MAX_LEGS
from subgraphs.progress.known_events import store_known
from subgraphs.progress.models import KNOWN_MARKET, KNOWN_OFFER
from tests.subgraphs.progress.test_progress_in_the_graph import PREVIEW, SLIP, preview
from tests.support.subgraphs.club_fixture import ClubFixture, ask, codes
from tests.support.subgraphs.club_samples import OWNER, good_account, make_brand, make_scheme

WRONG: dict[str, Any] = {"oddsMilli": None, "betType": "SYSTEM", "product": "CASINO"}
"""What a slip with legs need not say rightly."""


def leg(selection: str = "northbet:market-selection", odds: int = 2000) -> dict[str, Any]:
    """A leg of a slip."""
    return {"selectionId": selection, "oddsMilli": odds}


async def with_scope(club_fixture: ClubFixture, legs: LegsRule = "all") -> None:
    """Add a brand that counts one sport."""
    scope = EventScope.of(sports=["football"], legs=legs)
    await club_fixture.add_brand(make_brand(), make_scheme(events=scope))
    await club_fixture.add_accounts({OWNER: good_account()})


@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ([leg()], "COUNTED"),
        ([leg(odds=1500)], "COUNTED"),
        ([leg(odds=1499)], "BELOW_MIN_ODDS"),
        ([leg(odds=1225), leg("northbet:other-selection", odds=1225)], "COUNTED"),
        ([leg(odds=1224), leg("northbet:other-selection", odds=1225)], "BELOW_MIN_ODDS"),
        ([leg(odds=2**31 - 1)] * MAX_LEGS, "COUNTED"),
    ],
    ids=["one", "at the minimum", "below it", "together", "together below", "as long as can be"],
)
async def test_legs_decide_on_odds_type_and_product(
    club_fixture: ClubFixture, legs: list[dict[str, Any]], reason: str
) -> None:
    """What the slip says of them besides does not matter, also where all events count."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({OWNER: good_account()})
    assert (await preview(club_fixture, **WRONG, legs=legs))["reason"] == reason


@pytest.mark.parametrize("legs", [None, []])
async def test_a_slip_without_legs_counts_on_no_event(
    club_fixture: ClubFixture, legs: list[dict[str, Any]] | None
) -> None:
    """Nothing says that it is on what counts."""
    await with_scope(club_fixture)
    assert (await preview(club_fixture, legs=legs))["reason"] == "EXCLUDED_EVENT"


@pytest.mark.parametrize("rule", ["all", "qualifying"])
async def test_an_unknown_selection_waits(club_fixture: ClubFixture, rule: LegsRule) -> None:
    """Its event is not known, so nobody can say yet whether it counts."""
    await with_scope(club_fixture, rule)
    shown = await preview(club_fixture, legs=[leg()])
    assert (shown["reason"], shown["counts"]) == ("EVENT_PENDING", False)


@pytest.mark.parametrize(("sport", "reason"), [("football", "COUNTED"), ("tennis", "EXCLUDED_EVENT")])
async def test_a_known_selection_is_judged(club_fixture: ClubFixture, sport: str, reason: str) -> None:
    """By what the block of events has told of its market."""
    await with_scope(club_fixture)
    names = {"sports": [sport], "competitions": ["cup"], "sports_event_ids": ["offer"]}
    async with club_fixture.progress.database.write() as connection:
        await store_known(connection, KNOWN_OFFER, {"offer": {"offer_id": "offer", **names}})
        await store_known(connection, KNOWN_MARKET, {"market": {"market_id": "market", "offer_id": "offer"}})
    assert (await preview(club_fixture, legs=[leg()]))["reason"] == reason


@pytest.mark.parametrize(
    ("legs", "message"),
    [
        ([leg()] * (MAX_LEGS + 1), "at most 30 legs"),
        ([leg("southbet:market-selection")], "another brand's"),
        ([leg(), leg("southbet:market-selection")], "another brand's"),
        ([leg("market-selection")], "not made here"),
        ([leg("northbet:")], "not made here"),
        ([leg("")], "not made here"),
        ([leg(f"northbet:{'a' * 65}")], "not made here"),
        ([leg(f"northbet:{'a' * 100_000}")], "not made here"),
        ([leg("northbet:a:b")], "not made here"),
        ([leg("northbet:a b")], "not made here"),
        ([leg("northbet:a\x00")], "not made here"),
        ([leg(odds=999)], "1000 to"),
        ([leg(odds=-1)], "1000 to"),
    ],
)
async def test_legs_that_cannot_be_are_refused(
    club_fixture: ClubFixture, legs: list[dict[str, Any]], message: str
) -> None:
    """Too many legs, ids of another brand or of nobody, and impossible odds are bad input."""
    await with_scope(club_fixture)
    answer = await ask(club_fixture.progress, PREVIEW, {"i": SLIP | {"legs": legs}})
    assert (answer["data"], codes(answer)) == ({"betslipPreview": None}, ["BAD_USER_INPUT"])
    assert message in answer["errors"][0]["message"]
