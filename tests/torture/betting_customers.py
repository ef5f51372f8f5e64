"""Customers who place bets by the graph, and repeat requests until they know the outcome."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from subgraphs.kit.domain.keys import Owner
from tests.torture.asking_customers import PAUSE_SECONDS, AskingCustomers
from tests.torture.told_races import WIN, OfferedPick, ToldRaces

CURRENCY: Final = "GBP"
PLACE: Final = """mutation ($input: PlaceBetInput!) { answer: placeBet(input: $input) {
  bet { id status stake { minor } legs { odds { milli } } } changed { id } errors { code } } }"""
BETS: Final = """query ($brand: ID!, $after: String) { bets(brand: $brand, first: 100, after: $after) {
  nodes { id status stake { minor } returns { minor } legs { result } }
  pageInfo { hasNextPage endCursor } } }"""
NOT_NOTED: Final = ["SUSPENDED"]
"""What is answered without a bet while nobody knows what is offered."""

MADE: Final = frozenset({"OPEN", "WON", "LOST", "VOID", "PARTLY_VOID"})
STAKES: Final = (50, 100, 100, 250, 999)
DEEDS: Final = (*("place",) * 8, "twice at once", "repeat", "give up", "reuse")
ABANDONED_SECONDS: Final = 0.1


@dataclass
class Wanted:
    """What a customer has asked for, and was told last.

    Attributes:
        given: The mutation's input.
        bet_id: "" of who has given up before there was an answer.
        codes: Why it was refused.
    """

    owner: Owner
    given: dict[str, Any]
    bet_id: str = ""
    status: str = ""
    codes: tuple[str, ...] = ()


@dataclass
class BettingCustomers(AskingCustomers):
    """Customers.

    Attributes:
        wanted: What they have asked for, by their keys.
        done: How often they did what.
    """

    customers: Sequence[Owner]
    races: ToldRaces
    seed: int
    wanted: dict[str, Wanted] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def made(self) -> int:
        """Return of how many bets customers know that they are made, or wait for the bet delay."""
        return sum(wanted.status in MADE or wanted.status == "PENDING" for wanted in self.wanted.values())

    async def act(self, name: str, http: httpx.AsyncClient, stopping: asyncio.Event) -> None:
        """Place bets, and repeat, until told to stop."""
        chance, number = random.Random(f"{self.seed} {name}"), 0  # noqa: S311 - repeatable on purpose
        while not stopping.is_set():
            number += 1
            wanted = self._slip(chance, f"{name}-{number}")
            if wanted is None:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            deed = chance.choice(DEEDS)
            known = [known for known in self.wanted.values() if known.bet_id]
            if deed in {"repeat", "reuse"} and known:
                wanted = chance.choice(known)
            elif deed in {"repeat", "reuse"}:
                deed = "place"
            self.done[deed] += 1
            await self._do(http, deed, wanted)

    async def _do(self, http: httpx.AsyncClient, deed: str, wanted: Wanted) -> None:
        match deed:
            case "give up":
                self.wanted[wanted.given["idempotencyKey"]] = wanted
                asking = self.once(http, len(self.wanted), wanted.owner, PLACE, {"input": wanted.given})
                try:
                    async with asyncio.timeout(ABANDONED_SECONDS):
                        await asking
                except TimeoutError:
                    pass
            case "twice at once":
                await asyncio.gather(self._place(http, wanted), self._place(http, wanted))
            case "reuse":
                other = wanted.given | {"stakeMinor": wanted.given["stakeMinor"] + 1}
                answer = await self.asked(http, wanted.owner, PLACE, other)
                assert (answer["bet"], _codes(answer)) == (None, ("IDEMPOTENCY_REUSED",)), answer
            case _:
                await self._place(http, wanted)

    async def history(self, http: httpx.AsyncClient, owner: Owner) -> dict[str, Any]:
        """Return all bets of a customer as they are shown, by id; none is shown twice."""
        shown: dict[str, Any] = {}
        number, after = 0, None
        while True:
            answer = await self.read(http, owner, BETS, {"brand": owner.brand, "after": after})
            page = answer["bets"]
            shown |= {bet["id"]: bet for bet in page["nodes"]}
            number += len(page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert number == len(shown), owner
        return shown

    async def _place(self, http: httpx.AsyncClient, wanted: Wanted) -> None:
        """Ask until there is a bet, which is the one that was known."""
        self.wanted[wanted.given["idempotencyKey"]] = wanted
        while (answer := await self.asked(http, wanted.owner, PLACE, wanted.given))["bet"] is None:
            assert list(_codes(answer)) == NOT_NOTED, (wanted, answer)
            self.doubts += 1
            await asyncio.sleep(PAUSE_SECONDS)
        bet = answer["bet"]
        assert wanted.bet_id in {"", bet["id"]}, (wanted, answer)
        assert bet["stake"]["minor"] == wanted.given["stakeMinor"] * (2 if wanted.given["eachWay"] else 1)
        if wanted.status in {"REFUSED", *MADE}:
            assert (bet["status"] in MADE) is (wanted.status in MADE), (wanted, answer)
        wanted.bet_id, wanted.status, wanted.codes = bet["id"], bet["status"], _codes(answer)

    def _slip(self, chance: random.Random, key: str) -> Wanted | None:
        """Return a slip of what is offered, sometimes at odds that were never offered."""
        offered = self.races.offered()
        events = sorted({pick.event for pick in offered})
        number = min(chance.choice([1, 1, 1, 2, 3]), len(events))
        if not number:
            return None
        chosen = chance.sample(events, number)
        picks = [chance.choice([pick for pick in offered if pick.event == event]) for event in chosen]
        return Wanted(
            chance.choice(self.customers),
            {
                "brand": self.races.brand,
                "legs": [_leg(chance, pick) for pick in picks],
                "stakeMinor": chance.choice(STAKES),
                "currency": CURRENCY,
                "idempotencyKey": key,
                "eachWay": all(pick.kind == WIN for pick in picks) and chance.random() < 0.5,
                "acceptChanges": chance.choice(["NONE", "HIGHER", "ANY", "ANY"]),
            },
        )


def _leg(chance: random.Random, pick: OfferedPick) -> dict[str, Any]:
    odds = pick.odds + 500 if chance.random() < 0.05 else pick.odds
    return {"selectionId": pick.selection, "oddsMilli": odds}


def _codes(answer: Any) -> tuple[str, ...]:
    return tuple(error["code"] for error in answer["errors"])
