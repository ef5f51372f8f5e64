"""Who plays in the demo's casino: a customer at the graph, and at the pages of games."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.support.processes.running_furlong import PATIENCE_SECONDS, Demo, eventually

LOBBY: Final = """query ($brand: ID!) { lobby(brand: $brand, device: MOBILE) {
  sections { id name games(first: 100) { id name provider imageUrl tags } } } }"""
LAUNCH: Final = """mutation ($input: LaunchGameInput!) {
  launchGame(input: $input) { url expiresAt errors { code } } }"""
WALLET: Final = "query ($brand: ID!) { wallet(brand: $brand) { balance { minor } } }"
UNITS_OF_MINOR: Final = 1_000
"""A provider counts in 1/100,000 of a pound."""


@dataclass(frozen=True, slots=True)
class GameOfDemo:
    """An open game: what its page asks."""

    url: str

    def state(self) -> dict[str, Any]:
        """Ask how things stand."""
        return dict(httpx.get(f"{self.url}/state", timeout=PATIENCE_SECONDS).json())

    def play(self, stake: str, choice: str = "") -> dict[str, Any]:
        """Play a game, once it may be played after the one before."""
        key = uuid4().hex
        while True:
            asked = {"key": key, "stake": stake, "choice": choice}
            told = httpx.post(f"{self.url}/games", json=asked, timeout=PATIENCE_SECONDS).json()
            if told["problem"] != "soon":
                return dict(told)
            time.sleep(told["wait"])


@dataclass(frozen=True, slots=True)
class CasinoGuest:
    """A customer of the demo, or a visitor.

    Attributes:
        client: With the customer's token, if there is one.
    """

    client: httpx.Client
    brand: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer, which must have no errors."""
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def sections(self) -> dict[str, list[dict[str, Any]]]:
        """Return the games of each section of the lobby."""
        lobby = self.ask(LOBBY, brand=self.brand)["lobby"]
        return {section["id"].partition(":")[2]: section["games"] for section in lobby["sections"]}

    def games(self) -> dict[str, dict[str, Any]]:
        """Return the games of all sections, by their names."""
        return {game["name"]: game for games in self.sections().values() for game in games}

    def launch(self, game_id: str, *, demo: bool = False) -> dict[str, Any]:
        """Ask for a game, and return what the graph says."""
        asked = {"brand": self.brand, "gameId": game_id, "demo": demo, "device": "MOBILE"}
        return dict(self.ask(LAUNCH, input=asked)["launchGame"])

    def open(self, name: str, *, demo: bool = False) -> GameOfDemo:
        """Open a game of the lobby."""
        launched = self.launch(self.games()[name]["id"], demo=demo)
        assert launched["errors"] == [], launched
        return GameOfDemo(str(launched["url"]))

    @property
    def balance(self) -> int:
        """Return the customer's money, in minor units."""
        return int(self.ask(WALLET, brand=self.brand)["wallet"]["balance"]["minor"])

    def comes_to(self, minor: int) -> None:
        """Wait until the customer has so much."""
        eventually(lambda: self.balance == minor, f"the customer has {minor}, not {self.balance}")


@contextmanager
def guest_of(
    demo: Demo, brand: str, customer: str = "", *, is_customer: bool = True
) -> Iterator[CasinoGuest]:
    """Yield a customer of a brand of the demo, by default the first one, or a visitor."""
    session = httpx.get(f"{demo.site.url}/demo/session").json()
    first = next(known["token"] for known in session["customers"] if known["brand"] == brand)
    token = demo.site.tokens[customer] if customer else first
    signed = {"authorization": f"Bearer {token}"} if is_customer else {}
    with httpx.Client(base_url=demo.site.url, headers=signed, timeout=PATIENCE_SECONDS) as client:
        yield CasinoGuest(client, brand)


def in_minor(units: int) -> int:
    """Return an amount of a provider in minor units."""
    minor, rest = divmod(units, UNITS_OF_MINOR)
    assert rest == 0, units
    return minor
