"""The demo's page follows prices in a real browser: over a graph that a test answers by hand."""

import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page, Route, WebSocketRoute, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import ROOT
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

ORIGIN: Final = "http://pages.test"
PAGES: Final = ROOT / "web" / "dist"
LIST_SECONDS: Final = 15
"""The interval of reads while the subscription brings the prices."""
RESTART: Final = 1012
SERVICE: Final = 503
CUSTOMER: Final = {"brand": "northbet", "id": "c-1", "token": "t", "note": ""}
LISTEN: Final = """() => {
  window.heard = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target instanceof Element ? target : target.parentElement;
      const region = element?.closest('[role=status], [role=alert], [aria-live=polite]');
      if (region?.textContent) heard.push(region.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Begins to note what a screen reader would read out by itself."""


@dataclass
class Graph:
    """A graph with one match, whose odds a test moves.

    Attributes:
        milli: The odds of its home side.
        reads: How often it was read.
        is_away: Whether it can be neither read nor followed.
        opened: The positions behind which it was followed; None for the present state.
        following: The open subscription, and its id.
    """

    milli: int = 2500
    reads: int = 0
    is_away: bool = False
    opened: list[str | None] = field(default_factory=list)
    following: tuple[WebSocketRoute, str] | None = None

    @property
    def state(self) -> dict[str, Any]:
        """How the match stands."""
        odds = {"milli": self.milli, "display": f"{self.milli / 1000:.2f}"}
        home = {"id": "northbet:home", "name": "Home", "status": "OPEN", "odds": odds}
        market = {"id": "northbet:result", "name": "Result", "status": "OPEN", "selections": [home]}
        facts = {"id": "northbet:match", "startsAt": "2026-04-08T14:35:00Z", "status": "LIVE", "score": "1:0"}
        return facts | {"markets": [market]}

    def read(self) -> dict[str, Any]:
        """Return the list."""
        names = {"name": "Aldmere v Wickford", "sport": {"id": "northbet:football", "name": "Football"}}
        match = self.state | names | {"competition": {"name": "League"}}
        page = {"hasNextPage": False, "endCursor": None}
        return {"sports": [], "events": {"nodes": [match], "pageInfo": page}, "picked": match}

    def push(self, *, is_image: bool = False) -> None:
        """Send the match to the page that follows it."""
        assert self.following is not None
        socket, sent = self.following
        update = {"position": f"at-{self.milli}", "image": is_image, "events": [self.state]}
        payload = {"data": {"eventsUpdated": update}, "extensions": {"position": update["position"]}}
        socket.send(json.dumps({"type": "next", "id": sent, "payload": payload}))

    def cut(self) -> None:
        """Close the subscription as a server that stops, and be away."""
        assert self.following is not None
        self.is_away = True
        self.following[0].close(code=RESTART)

    def serve(self, route: Route) -> None:
        """Answer a request of the page."""
        path = urlsplit(route.request.url).path.removeprefix("/")
        file = PAGES / path
        if path == "demo/session":
            route.fulfill(json={"brand": "northbet", "customers": [CUSTOMER]})
        elif path == "graphql" and (self.is_away or "hasPicked" not in (route.request.post_data or "")):
            route.fulfill(status=SERVICE)
        elif path == "graphql":
            self.reads += 1
            route.fulfill(json={"data": self.read()})
        elif file.is_file():
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            route.fulfill(status=404)

    def follow(self, socket: WebSocketRoute) -> None:
        """Speak graphql-transport-ws with the page: an image, or what has changed, comes first."""
        if self.is_away:
            socket.close(code=RESTART)
            return

        def receive(text: str | bytes) -> None:
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "connection_init":
                socket.send(json.dumps({"type": "connection_ack"}))
            if message["type"] == "subscribe":
                after = message["payload"]["variables"].get("after")
                self.following = (socket, message["id"])
                self.opened.append(after)
                self.push(is_image=after is None)

        socket.on_message(receive)


@contextmanager
def shown(chromium: LocalChromium, graph: Graph) -> Iterator[Page]:
    """Open the page, and wait until it follows the match."""
    with launched_chromium(chromium) as launched:
        page = launched.new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.clock.install()
        page.route(f"{ORIGIN}/**", graph.serve)
        page.route_web_socket("**/graphql", graph.follow)
        page.goto(f"{ORIGIN}/index.html")
        is_followed(page)
        yield page


def is_followed(page: Page, *, followed: bool = True) -> None:
    """Wait until the prices come by the subscription, or do not."""
    events = page.get_by_test_id("events")
    expect(events).to_have_attribute("data-followed", str(followed).lower(), timeout=PATIENCE_MS)


def price(page: Page, odds: str) -> Locator:
    """The button of the home side at these odds."""
    return page.get_by_test_id("price").filter(has_text=odds)


def stop_clock(page: Page) -> None:
    """Stop the page's clock; it stands still already if a second passed before it was told to."""
    try:
        page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    except Error as fault:
        if "Cannot fast-forward to the past" not in fault.message:
            raise
        page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_odds_move_without_reading_and_without_flashing(chromium: LocalChromium, motion: Any) -> None:
    """They are marked for a moment by an arrow and a border, and what is picked asks to accept them."""
    graph = Graph()
    with shown(chromium, graph) as page:
        page.emulate_media(reduced_motion=motion)
        reads = graph.reads
        price(page, "2.50").click()
        stop_clock(page)
        graph.milli = 2250
        graph.push()
        moved = price(page, "2.25")
        expect(moved).to_have_attribute("data-move", "down", timeout=PATIENCE_MS)
        expect(page.get_by_test_id("accept-odds")).to_be_visible(timeout=PATIENCE_MS)
        animation = "none" if motion == "reduce" else "price-moved"
        expect(moved.locator(".price-move")).to_have_css("animation-name", animation)
        expect(moved).to_have_css("animation-name", "none")
        page.clock.run_for(4_000)
        expect(moved).not_to_have_attribute("data-move", "down", timeout=PATIENCE_MS)
        assert graph.reads == reads
        with page.expect_response(lambda response: response.url.endswith("/graphql")):
            page.clock.fast_forward(LIST_SECONDS * 1000)
        is_followed(page)


def test_a_page_reads_while_it_cannot_follow_and_continues(chromium: LocalChromium) -> None:
    """It says since when prices are paused, and continues behind the position that came last."""
    graph = Graph()
    with shown(chromium, graph) as page:
        graph.milli = 2250
        graph.push()
        expect(price(page, "2.25")).to_be_visible()
        graph.cut()
        is_followed(page, followed=False)
        expect(page.get_by_test_id("events-note")).to_contain_text("Prices paused since", timeout=PATIENCE_MS)
        expect(price(page, "2.25")).to_have_attribute("aria-disabled", "true")
        graph.milli = 2400
        graph.is_away = False
        expect(price(page, "2.40")).to_have_attribute("aria-disabled", "false", timeout=PATIENCE_MS)
        is_followed(page)
        assert graph.opened == [None, "at-2250"]


def test_those_who_listen_are_not_told_of_each_move(chromium: LocalChromium) -> None:
    """Odds alone are not read out; that the new ones are to be accepted is, once in some seconds."""
    graph = Graph()
    with shown(chromium, graph) as page:
        expect(page.get_by_test_id("picked-odds")).to_contain_text("2.50")

        def move_twenty_times() -> None:
            for milli in [2250, 2500] * 10:
                graph.milli = milli
                graph.push()
                expect(page.get_by_test_id("picked-odds")).to_contain_text(f"{milli / 1000:.2f}")
                page.clock.run_for(50)

        stop_clock(page)
        page.evaluate(LISTEN)
        move_twenty_times()
        assert page.evaluate("heard") == []
        price(page, "2.50").click()
        move_twenty_times()
        assert page.evaluate("heard") == ["The odds have changed. Accept the new odds to place this bet."]
