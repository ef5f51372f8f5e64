"""The demo's page with the club, over recorded answers: a customer bets in it, and the club moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Locator, Page, Route

from tests.screens.money_pages import Wallet, money_page, pounds
from tests.support.browsers.screen_gallery import Look
from tools.local_chromium import LocalChromium
from tools.scenario_answers import recorded

STAKE: Final = 500
BET: Final = "northbet-bet-1"
STARTS: Final = "2026-11-28T21:00:00Z"
SOME_POINTS: Final = """(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const [x, inset] = [(left + right) / 2, Math.min(3, (bottom - top) / 4)];
  return [top + inset, (top + bottom) / 2, bottom - inset].map((y) => [x, y]).filter(([x, y]) => {
    const seen = document.elementFromPoint(x, y);
    return seen === null || !(element.contains(seen) || seen.contains(element));
  });
}"""
"""The points of an element that are outside of the window, or under something else."""


def _selection(name: str, milli: int, display: str) -> dict[str, Any]:
    odds = {"milli": milli, "display": display}
    return {"id": f"northbet:win-{milli}", "name": name, "status": "OPEN", "odds": odds}


def _race(number: int) -> dict[str, Any]:
    selections = [
        _selection("Ashdown Lad", 2500 + number, "6/4"),
        _selection("Plain Speaking", 1200 + number, "1/5"),
    ]
    market = {"id": f"northbet:win-{number}", "name": "Win", "status": "OPEN", "selections": selections}
    return {
        "id": f"northbet:race-{number}",
        "name": f"15:{number:02} Wexcombe Park",
        "startsAt": STARTS,
        "status": "SCHEDULED",
        "score": None,
        "sport": {"id": "northbet:horse-racing", "name": "Horse racing"},
        "competition": {"name": "Wexcombe Park"},
        "markets": [market],
    }


@dataclass
class Club(Wallet):
    """A customer's club, as a scenario of the contracts has it, and the bets that they place.

    Attributes:
        scenario: Whose recorded answers are given.
        paused: Whether the kill switch of the club is on.
        reason: Why a bet that is placed counts, or does not.
        lands: Whether the club has heard of a bet that was placed.
        bets: The bets that were placed.
        delay_left_ms: How long bets wait for the bet delay; None if they do not.
        moved_to: The odds that the answer to a bet refuses it for; None if it does not.
    """

    scenario: str = "tracking"
    paused: bool = False
    reason: str = "COUNTED"
    lands: bool = True
    bets: list[dict[str, Any]] = field(default_factory=list)
    delay_left_ms: int | None = None
    moved_to: int | None = None

    @property
    def club(self) -> dict[str, Any]:
        """The club as the graph answers it."""
        club: dict[str, Any] = deepcopy(recorded()[self.scenario]["club"]) | {"paused": self.paused}
        progress = club["progress"]
        if progress is not None and self.bets and self.lands and self.reason == "COUNTED":
            progress["staked"]["minor"] += STAKE
            progress["percent"] = min(100, progress["staked"]["minor"] * 100 // progress["target"]["minor"])
            progress["asOf"] = STARTS
        return club

    def pay(self, route: Route, query: str, variables: dict[str, Any]) -> None:
        """Answer a request about events, bets and the club."""
        answers: dict[str, Any] = {
            "query SportsEvents": self._events,
            "mutation PlaceBet": self._place,
            "query Club": lambda _: {"club": self.club},
            "query SlipPreview": self._preview,
            "query RecentBets": self._recent,
            "query PastWeeks": lambda _: {"recentClubs": recorded()["credited"]["pastWeeks"]},
        }
        for name, answer in answers.items():
            if query.startswith((f"{name}(", f"{name} ")):
                route.fulfill(json={"data": answer(variables)})
                return
        super().pay(route, query, variables)

    def _events(self, _variables: dict[str, Any]) -> dict[str, Any]:
        races = [_race(number) for number in range(4)]
        page = {"hasNextPage": False, "endCursor": None}
        return {
            "sports": [],
            "events": {"nodes": races, "pageInfo": page},
            "picked": races[0],
            "opened": races[0],
        }

    def _place(self, variables: dict[str, Any]) -> dict[str, Any]:
        placed = variables["input"]["legs"][0]
        if self.moved_to is not None:
            odds = {"milli": self.moved_to, "display": f"{self.moved_to / 1000:.2f}"}
            changed = {"id": placed["selectionId"], "status": "OPEN", "odds": odds}
            return {"placeBet": {"bet": None, "changed": [changed], "errors": [{"code": "PRICE_CHANGED"}]}}
        milli = placed["oddsMilli"]
        leg = {"event": "15:00 Wexcombe Park", "market": "Win", "pick": "Ashdown Lad", "startsAt": STARTS}
        bet = {
            "id": BET,
            "placedAt": STARTS,
            "stake": pounds(STAKE),
            "eachWay": False,
            "isFreeBet": False,
            "status": "OPEN" if self.delay_left_ms is None else "PENDING",
            "delayLeftMs": self.delay_left_ms,
            "returns": None,
            "potentialReturns": pounds(STAKE * milli // 1000),
            "legs": [leg | {"odds": {"milli": milli, "display": "6/4"}, "result": None}],
        }
        if self.delay_left_ms is None:
            self.bets.append(bet | {"milli": milli})
        return {"placeBet": {"bet": bet, "changed": [], "errors": []}}

    def _preview(self, _variables: dict[str, Any]) -> dict[str, Any]:
        counts = self.reason == "COUNTED"
        return {
            "betslipPreview": recorded()[self.scenario]["preview"] | {"counts": counts, "reason": self.reason}
        }

    def _recent(self, _variables: dict[str, Any]) -> dict[str, Any]:
        club = self.club
        landed = [
            {
                "betId": bet["id"],
                "placedAt": STARTS,
                "stake": pounds(STAKE) | {"display": "£5.00"},
                "counted": pounds(STAKE if self.reason == "COUNTED" else 0) | {"display": ""},
                "reason": self.reason,
                "oddsMilli": bet["milli"],
                "minOddsMilli": 1500,
                "minStake": pounds(100),
            }
            for bet in self.bets
            if self.lands
        ]
        bets = [*landed, *recorded()[self.scenario]["recentBets"]]
        return {"club": {"id": club["id"], "progress": {"recentBets": bets}}}


@contextmanager
def club_page(chromium: LocalChromium, club: Club, look: Look, height: int = 800) -> Iterator[Page]:
    """Open the page with a slip and the club in it."""
    forced: Any = "active" if look.forced_colours else "none"
    with money_page(
        chromium, club, width=look.width, language=look.language, forced=forced, theme=look.theme
    ) as page:
        page.set_viewport_size({"width": look.width, "height": height})
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", look.text)
        page.get_by_test_id("picked").wait_for()
        yield page


def hidden_points(part: Locator) -> list[list[float]]:
    """Return the points of a part that a person cannot see now: outside of the window, or under a bar."""
    found: list[list[float]] = part.evaluate(SOME_POINTS)
    return found
