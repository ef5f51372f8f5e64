"""Customers of a running demo who bet by its graph."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from foundation.storage.rehearsal import read_anchor
from furlong.demo.clock import CLOCK_FILE
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo, eventually

BET: Final = """fragment B on Bet { id status stake { minor } eachWay returns { minor }
  potentialReturns { minor } isFreeBet delayLeftMs
  legs { event market pick odds { milli } placeTerms { places numerator denominator } result
    selection { id } } }"""
PLACE: Final = f"""mutation ($input: PlaceBetInput!) {{ placeBet(input: $input) {{
  bet {{ ...B }} changed {{ id odds {{ milli }} }} errors {{ code message }} }} }} {BET}"""
BETS: Final = f"""query ($brand: ID!, $after: String) {{ bets(brand: $brand, first: 3, after: $after) {{
  nodes {{ ...B }} pageInfo {{ hasNextPage endCursor }} }} }} {BET}"""
UPDATED: Final = f"subscription ($brand: ID!) {{ betUpdated(brand: $brand) {{ ...B }} }} {BET}"
OFFERED: Final = """query ($brand: ID!, $from: DateTime!) {
  events(brand: $brand, status: SCHEDULED, from: $from, first: 20) {
  nodes { markets { status selections { id status odds { milli } } } } } }"""
CURRENCIES: Final = {"northbet": "GBP", "lagunabet": "EUR"}
REST_SECONDS: Final = 0.5
"""Between two questions, of which too many are refused."""

COUNTING_MILLI: Final = 2_000
"""Odds at which bets count."""

WALLET: Final = """query ($brand: ID!) { wallet(brand: $brand) { balance { minor }
  transactions(first: 50) { nodes { kind state reference amount { minor } } } } }"""


@dataclass(frozen=True)
class Bettor:
    """A customer of the demo; what is asked about the club is of its first brand."""

    demo: Demo
    customer: str
    brand: str = BRAND
    currency: str = "GBP"

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer, which must have no errors."""
        answer = self.demo.site.ask(document, {"brand": self.brand, **variables}, customer=self.customer)
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def slip(self, stake: int, *legs: tuple[str, int], key: str = "", **more: Any) -> dict[str, Any]:
        """Return the input of a bet, by default on one of what is offered."""
        picked = legs or (self.offered(),)
        return {
            "brand": self.brand,
            "legs": [{"selectionId": selection, "oddsMilli": odds} for selection, odds in picked],
            "stakeMinor": stake,
            "currency": self.currency,
            "idempotencyKey": key or str(uuid4()),
            **more,
        }

    def refuses_terms(self, stake: int, leg: tuple[str, int], terms: Mapping[str, int]) -> dict[str, Any]:
        """Return the answer to a bet each way whose place terms are others by now, which is not made."""
        wanted = self.slip(stake, leg, eachWay=True)
        wanted["legs"][0]["placeTerms"] = dict(terms)
        answer = self.demo.site.ask(PLACE, {"input": wanted}, customer=self.customer)
        assert [error["code"] for error in answer["data"]["placeBet"]["errors"]] == ["PRICE_CHANGED"]
        return dict(answer["data"]["placeBet"])

    def asks(self, stake: int, *legs: tuple[str, int], key: str = "", **more: Any) -> dict[str, Any]:
        """Return what the graph answers to a slip."""
        wanted = self.slip(stake, *legs, key=key, **more)
        answer = self.demo.site.ask(PLACE, {"input": wanted}, customer=self.customer)
        assert "errors" not in answer, answer
        return dict(answer["data"]["placeBet"])

    def bets(self, stake: int, *legs: tuple[str, int], **more: Any) -> str:
        """Place a bet, which is made; return its id."""
        answer = self.asks(stake, *legs, **more)
        assert answer["errors"] == [], answer
        assert answer["bet"]["status"] == "OPEN", answer
        return str(answer["bet"]["id"])

    def refused(self, stake: int, *legs: tuple[str, int], **more: Any) -> str:
        """Return the code with which a slip is refused."""
        answer = self.asks(stake, *legs, **more)
        (error,) = answer["errors"]
        assert answer["bet"]["status"] == "REFUSED", answer
        assert error["message"]
        return str(error["code"])

    def product_time(self) -> str:
        """Return the time by which events begin: those of skipped days are told as scheduled for ever."""
        file = self.demo.programs.folder / "data" / CLOCK_FILE
        offset = read_anchor(file).offset if file.exists() else timedelta()
        return (datetime.now(UTC) + offset).isoformat()

    def offered(self) -> tuple[str, int]:
        """Return a selection of an event that has not begun, and its odds, at which bets count."""

        def open_ones() -> list[tuple[str, int]]:
            events = self.ask(OFFERED, **{"from": self.product_time()})["events"]["nodes"]
            markets = [market for event in events for market in event["markets"]]
            told = [one for market in markets for one in market["selections"] if market["status"] == "OPEN"]
            priced = [(one["id"], one["odds"]["milli"]) for one in told if one["status"] == "OPEN"]
            found = [(selection, milli) for selection, milli in priced if milli >= COUNTING_MILLI]
            if not found:
                time.sleep(REST_SECONDS)
            return found

        offers: list[tuple[str, int]] = eventually(open_ones, "something can be bet on")
        return offers[-1]

    @property
    def all_bets(self) -> list[dict[str, Any]]:
        """Return all bets, the newest first, read in pages."""
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = self.ask(BETS, after=after)["bets"]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def bet(self, bet_id: str) -> dict[str, Any]:
        """Return a bet."""
        return next(bet for bet in self.all_bets if bet["id"] == bet_id)

    def comes_to(self, bet_id: str, status: str, returns: int | None) -> dict[str, Any]:
        """Wait until a bet stands in a way; return it."""

        def stands() -> bool:
            bet = self.bet(bet_id)
            return (bet["status"], bet["returns"] and bet["returns"]["minor"]) == (status, returns)

        eventually(stands, f"{bet_id} is {status} and returns {returns}: now {self.bet(bet_id)}")
        return self.bet(bet_id)

    @property
    def balance(self) -> int:
        """Return the customer's cash."""
        return int(self.ask(WALLET)["wallet"]["balance"]["minor"])

    def has(self, balance: int) -> None:
        """Wait until the customer has so much: money moves a moment after a bet is settled."""
        eventually(lambda: self.balance == balance, f"the balance is {balance}")

    def moved_for(self, bet_id: str) -> list[tuple[str, str, int]]:
        """Return how money was moved for a bet, the first first."""
        found = [node for node in self.transactions if node["reference"] == bet_id]
        return [(node["kind"], node["state"], node["amount"]["minor"]) for node in found]

    @property
    def transactions(self) -> list[dict[str, Any]]:
        """Return what has happened to the customer's money, the first first."""
        return list(reversed(self.ask(WALLET)["wallet"]["transactions"]["nodes"]))

    def joins(self) -> None:
        """Join the club, unless the customer is in it."""
        club = self.demo.site.club(self.customer)
        if not club["membership"]["optedIn"]:
            terms = club["terms"]["version"]
            assert self.demo.site.change("OptIn", self.customer, termsVersion=terms)["errors"] == []
        eventually(lambda: self.demo.site.club(self.customer)["membership"]["optedIn"], "the customer joins")

    @property
    def staked(self) -> int:
        """Return what counts for the customer this week."""
        return self.demo.site.staked(self.customer)

    def has_staked(self, minor: int) -> None:
        """Wait until an amount counts."""
        eventually(lambda: self.staked == minor, f"{minor} count: now {self.staked}")

    @contextmanager
    def follow(self) -> Iterator[Iterator[dict[str, Any]]]:
        """Follow the customer's bets; yield them as they change, by one connection."""
        signed = {
            "Authorization": f"Bearer {self.demo.site.tokens[self.customer]}",
            "Accept": "text/event-stream",
        }
        asked = {"query": UPDATED, "variables": {"brand": self.brand}}
        with httpx.stream(
            "POST", f"{self.demo.site.url}/graphql", json=asked, headers=signed, timeout=PATIENCE_SECONDS
        ) as response:
            assert response.status_code == httpx.codes.OK, response.read()
            lines = (line for line in response.iter_lines() if line.startswith("data:"))
            told = (line.removeprefix("data:").strip() for line in lines)
            yield (_bet(json.loads(text)) for text in told if text)


def _bet(event: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in event, event
    return dict(event["data"]["betUpdated"])


def all_bettors(demo: Demo) -> dict[tuple[str, str], Bettor]:
    """Return the customers of all brands of a demo, by brand and id."""
    session = httpx.get(f"{demo.site.url}/demo/session").json()
    tokens: dict[str, dict[str, str]] = {}
    for customer in session["customers"]:
        tokens.setdefault(customer["brand"], {})[customer["id"]] = customer["token"]
    of_brand = {brand: replace(demo, site=replace(demo.site, tokens=own)) for brand, own in tokens.items()}
    return {
        (brand, customer): Bettor(of_brand[brand], customer, brand, CURRENCIES[brand])
        for brand, own in tokens.items()
        for customer in own
    }


def standings(changes: Iterator[dict[str, Any]], bet_id: str, until: str) -> list[str]:
    """Return how a bet has stood, one change after the other, until it stands in a way."""
    seen: list[str] = []
    for bet in changes:
        if bet["id"] == bet_id:
            seen.append(bet["status"])
        if seen[-1:] == [until]:
            return seen
    raise AssertionError(f"the stream has ended: {seen}")
