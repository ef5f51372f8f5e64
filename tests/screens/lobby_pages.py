"""The demo's page with a casino, over recorded answers: games, won free spins, and a game that is opened."""

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Route

from tests.screens.club_pages import Club
from tests.screens.money_pages import CUSTOMER, ORIGIN, PAGES

GAMES: Final = "http://127.0.0.1:9"
"""The origin of games, which a test answers for."""
AROUND: Final = f"{ORIGIN}/around.html"
FRAMED: Final = f'<!doctype html><title>A site</title><iframe src="{ORIGIN}/embed-lobby.html"></iframe>'


def _game(section: str, number: int) -> dict[str, Any]:
    name = f"Acorn Harvest {number}"
    return {
        "id": f"northbet:{section}-{number}",
        "name": name,
        "provider": "Oakline",
        "imageUrl": None,
        "tags": [],
    }


def _games(section: str) -> list[dict[str, Any]]:
    return [_game(section, number) for number in range(14)]


@dataclass
class Casino(Club):
    """A customer who has won free spins, and the games that they may play; also in a frame of a site."""

    def serve(self, route: Route) -> None:
        """Answer a request of the page."""
        path = urlsplit(route.request.url).path
        if path == "/demo/session":
            session = {"brand": "northbet", "customers": [CUSTOMER], "subgraphs": ["bets", "lobby"]}
            route.fulfill(json=session)
        elif path == "/game-origins":
            route.fulfill(json={"origins": [GAMES]})
        elif path == urlsplit(AROUND).path:
            route.fulfill(body=FRAMED, content_type="text/html")
        elif path == "/embed-lobby.html":
            known = json.dumps({"brand": "northbet", "origins": [ORIGIN]}).replace('"', "&quot;")
            text = (PAGES / "embed-lobby.html").read_text(encoding="utf-8")
            filled = text.replace(
                'name="furlong-embed" content=""', f'name="furlong-embed" content="{known}"'
            )
            route.fulfill(body=filled, content_type="text/html")
        else:
            super().serve(route)

    def pay(self, route: Route, query: str, variables: dict[str, Any]) -> None:
        """Answer a request about games, or what the club is asked."""
        if query.startswith("query Lobby"):
            sections = [{"id": name, "name": name, "games": _games(name)} for name in ("Slots", "Tables")]
            route.fulfill(json={"data": {"lobby": {"sections": sections}}})
        elif query.startswith("query FreeSpins"):
            group = {"id": "northbet:harvest", "name": "Harvest games", "games": _games("harvest")}
            choice = {"option": {"id": "northbet:fs-30:1", "spins": 30, "gameGroup": group}}
            won = {"id": "week", "choice": choice, "fulfilment": {"status": "CREDITED", "expiresAt": None}}
            route.fulfill(json={"data": {"recentClubs": [won]}})
        elif query.startswith("mutation LaunchGame"):
            game: dict[str, Any] = {"url": f"{GAMES}/play", "expiresAt": None, "errors": []}
            route.fulfill(json={"data": {"launchGame": game}})
        else:
            super().pay(route, query, variables)
