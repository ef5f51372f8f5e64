"""`POST /demo/bets`: a bet on a selection is taken at its present odds, or refused with the reason."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from furlong.demo.bets.offers import Offers
from furlong.demo.bets.slips import Placed, PlacedSlip
from furlong.demo.routes import DemoSession, demo_routes
from simulator.kafka.messages import Leg
from subgraphs.events.own_ids import offer_id
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import board, fixture, market, status
from tests.support.subgraphs.club_fixture import session, session_settings
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER

PAGES_ID = "6f0c1a52-8f6e-4a57-9d0a-0d3a9c1b7e11"
QUERY = f'{{ events(brand: "{BRAND}") {{ nodes {{ markets {{ selections {{ id name }} }} }} }} }}'


@dataclass
class BettingSite:
    """The route over a block of events, and the slips that it has placed."""

    block: EventsBlock
    home: str
    client: httpx.AsyncClient
    placed: list[PlacedSlip] = field(default_factory=list)

    async def bet(self, customer: str = CUSTOMER, **changes: Any) -> httpx.Response:
        """Place a bet on the home side at 2.50, with some facts changed."""
        slip = {"stakeMinor": 500, "oddsMilli": 2500, "betType": "single", "selectionId": self.home}
        body = {name: value for name, value in {**slip, **changes}.items() if value is not None}
        headers = session(customer) | {"accept-language": "en-GB"}
        self.block.later(seconds=3)  # whatever is in memory is read again
        await self.block.apply(status("feed", at=self.block.clock.now()))
        return await self.client.post("/demo/bets", json=body, headers=headers)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[BettingSite]:
    """A betting site that offers a match, with the home side at 2.50."""
    async with events_block(f"sqlite+aiosqlite:///{tmp_path}/events.sqlite") as block:
        await block.apply(
            status("feed"), fixture("feed", "e-1"), market("feed", "m-1", "e-1", 2500, 3000, None)
        )
        await block.judge()
        (event,) = (await block.ask(QUERY))["events"]["nodes"]
        home = event["markets"][0]["selections"][0]["id"]

        async def place(_owner: Owner, slip: PlacedSlip, bet_id: UUID) -> Placed:
            betting.placed.append(slip)
            return Placed(bet_id=str(bet_id))

        verifier = SessionVerifier.from_settings(session_settings(), block.clock)
        routes = demo_routes(
            DemoSession(brand=BRAND, customers=()), verifier, place, lambda _: Offers(block.subgraph)
        )
        transport = httpx.ASGITransport(Starlette(routes=routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
            betting = BettingSite(block, home, client)
            yield betting


async def test_a_bet_is_taken_at_the_odds_that_were_seen_or_at_better_ones(site: BettingSite) -> None:
    """The bet has the odds that are offered, which the answer names."""
    for seen in (2500, 2000):
        answer = await site.bet(oddsMilli=seen)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        assert answer.json()["odds"] == {"milli": 2500, "display": "6/4"}
    assert [slip.odds_milli for slip in site.placed] == [2500, 2500]
    own = site.home.removeprefix(f"{BRAND}:")
    assert [slip.legs for slip in site.placed] == [(Leg(own, 2500),)] * 2


async def test_worse_odds_are_refused_with_the_present_ones(site: BettingSite) -> None:
    """The customer decides about them."""
    answer = await site.bet(oddsMilli=3000)
    assert answer.status_code == httpx.codes.CONFLICT
    assert answer.json()["code"] == "PRICE_CHANGED"
    assert answer.json()["odds"] == {"milli": 2500, "display": "6/4"}
    assert site.placed == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (market("feed", "m-1", "e-1", 2500, 3000, None, revision=2, status="suspended"), "SUSPENDED"),
        (market("feed", "m-1", "e-1", None, 3000, None, revision=2), "SUSPENDED"),
        (market("feed", "m-1", "e-1", 2500, 3000, None, revision=2, status="closed"), "OVER"),
        (fixture("feed", "e-1", revision=2, status="finished"), "OVER"),
        (status("feed", complete=False), None),
    ],
    ids=["suspended", "without odds", "closed", "finished", "told well again"],
)
async def test_what_cannot_be_bet_on_is_refused(site: BettingSite, told: Any, code: str | None) -> None:
    """The market, the selection and the event decide, as they are when the bet comes."""
    await site.block.apply(told)
    answer = await site.bet()
    assert answer.json().get("code") == code
    assert len(site.placed) == (code is None)


async def test_a_provider_that_is_not_believed_takes_no_bets(site: BettingSite) -> None:
    """What cannot be believed is suspended for bets as it is on the page."""
    site.block.later(seconds=60)
    slip = {"stakeMinor": 500, "oddsMilli": 2500, "betType": "single", "selectionId": site.home}
    answer = await site.client.post("/demo/bets", json=slip, headers=session())
    assert (answer.status_code, answer.json()["code"]) == (httpx.codes.CONFLICT, "SUSPENDED")


@pytest.mark.parametrize("wrong", [f"{BRAND}:nothing-here", f"{BRAND}:", "otherbrand:m-1-home", "nothing"])
async def test_an_unknown_selection_is_refused(site: BettingSite, wrong: str) -> None:
    """One of another brand is as unknown as one that never was."""
    answer = await site.bet(selectionId=wrong)
    assert (answer.status_code, answer.json()["code"]) == (httpx.codes.CONFLICT, "UNKNOWN_SELECTION")


async def test_an_event_that_the_brand_hides_takes_no_bets(site: BettingSite) -> None:
    """Editors hide an event at once if its odds are wrong; a slip may still have it."""
    assert (await site.bet()).status_code == httpx.codes.ACCEPTED
    hidden = {"scope": "event", "id": offer_id("feed", "e-1"), "placements": [{"hidden": True}]}
    await site.block.apply(board(1, BRAND, hidden))
    answer = await site.bet()
    assert (answer.status_code, answer.json()["code"]) == (httpx.codes.CONFLICT, "UNKNOWN_SELECTION")
    assert len(site.placed) == 1


async def test_a_slip_without_a_selection_is_placed_as_it_is(site: BettingSite) -> None:
    """The odds are the customer's own; the answer has none."""
    answer = await site.bet(selectionId=None, oddsMilli=7000)
    assert answer.json().keys() == {"betId", "isCounting"}
    assert [(slip.odds_milli, slip.legs) for slip in site.placed] == [(7000, ())]


async def test_a_slip_that_comes_again_under_its_id_is_placed_once(site: BettingSite) -> None:
    """The answer is the first one, also when the selection has been suspended since."""
    first = await site.bet(betId=PAGES_ID)
    await site.block.apply(market("feed", "m-1", "e-1", 2500, 3000, None, revision=2, status="suspended"))
    again = await site.bet(betId=PAGES_ID, oddsMilli=2400)
    assert (again.status_code, again.json()) == (httpx.codes.ACCEPTED, first.json())
    assert len(site.placed) == 1
    other = await site.bet(betId=PAGES_ID, stakeMinor=600)
    assert (other.status_code, len(site.placed)) == (httpx.codes.UNPROCESSABLE_ENTITY, 1)


async def test_a_refused_slip_may_come_again_under_its_id(site: BettingSite) -> None:
    """Nothing was placed the first time."""
    assert (await site.bet(betId=PAGES_ID, oddsMilli=3000)).status_code == httpx.codes.CONFLICT
    assert (await site.bet(betId=PAGES_ID)).status_code == httpx.codes.ACCEPTED


async def test_an_id_is_of_one_customer(site: BettingSite) -> None:
    """Whoever sends another customer's id has a bet of their own; no id but a UUID is accepted."""
    bets = [await site.bet(betId=PAGES_ID), await site.bet(customer="c-7", betId=PAGES_ID)]
    assert len({UUID(bet.json()["betId"]) for bet in bets} | {UUID(PAGES_ID)}) == 3
    assert (await site.bet(betId="b-1")).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert len(site.placed) == 2


@pytest.mark.parametrize("wrong", [True, "500", 5.5, 0, None])
async def test_a_stake_that_is_no_number_of_pence_is_refused_by_name(site: BettingSite, wrong: Any) -> None:
    """Nothing is taken for one: `true` was a bet of a penny."""
    slip = {"stakeMinor": wrong, "oddsMilli": 2500, "betType": "single"}
    answer = await site.client.post("/demo/bets", json=slip, headers=session())
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert answer.json()["detail"].startswith("stakeMinor: ")
    assert site.placed == []
