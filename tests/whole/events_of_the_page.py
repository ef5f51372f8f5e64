"""The events of the demo's page as tests see and hold them: what is listed, priced and on its way."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, Route, WebSocketRoute, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import Browser, visit
from tests.support.processes.running_furlong import Demo
from tests.support.product.newcomers import offer

EVENTS: Final = '"hasPicked":'
"""What only the page's request for events has in its body."""

PRICES: Final = '"ids":'
"""What only the page's subscription to prices has in its body."""

PLACING: Final = '"idempotencyKey":'
"""What only the page's request for a bet has in its body, as long as nothing else is changed."""

RESTART: Final = 1012
"""The code with which a server that stops closes WebSockets."""

MOVED_DOWN: Final = """() => {
  window.movedDown = new Promise((done) => {
    const look = () => document.querySelector('[data-move="down"]') !== null && done(true);
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}"""
"""Begins to wait in the page for odds that are shown to fall: they are for three seconds."""


@dataclass
class Network:
    """The WebSockets of a page, as far as the network lets them through.

    Attributes:
        is_silent: Whether nothing of the server arrives.
        is_cut: Whether no WebSocket opens.
        positions: The positions behind which the page subscribed to prices; None for the present state.
        sockets: Each with its connection to the server.
    """

    is_silent: bool = False
    is_cut: bool = False
    positions: list[str | None] = field(default_factory=list)
    sockets: list[tuple[WebSocketRoute, WebSocketRoute]] = field(default_factory=list)

    def pass_on(self, socket: WebSocketRoute) -> None:
        """Connect a WebSocket of the page with the server."""
        if self.is_cut:
            socket.close(code=RESTART)
            return
        server = socket.connect_to_server()

        def from_page(message: str | bytes) -> None:
            sent: dict[str, Any] = json.loads(message)
            if sent["type"] == "subscribe" and "ids" in sent["payload"]["variables"]:
                self.positions.append(sent["payload"]["variables"].get("after"))
            server.send(message)

        socket.on_message(from_page)
        server.on_message(lambda message: None if self.is_silent else socket.send(message))
        self.sockets.append((socket, server))

    def cut(self) -> None:
        """Close all WebSockets, and open no other."""
        self.is_cut = True
        while self.sockets:
            socket, server = self.sockets.pop()
            socket.close(code=RESTART)
            server.close()


@contextmanager
def shown(
    demo: Demo,
    launched: LaunchedBrowser,
    name: str,
    customer: str = "",
    *,
    width: int = 1280,
    network: Network | None = None,
) -> Iterator[Browser]:
    """Open the page, for a newcomer if one is given, and search for a match by its name until it is there."""
    with visit(launched, width=width) as page:
        if customer:
            offer(page.page, demo, customer)
        if network is not None:
            page.page.route_web_socket("**/graphql", network.pass_on)
        page.open(f"{demo.site.url}/?lang=en-GB")
        page.page.get_by_test_id("event-search").fill(name)
        expect(event(page, name)).to_have_count(1, timeout=PATIENCE_MS)
        yield page


def event(page: Browser, name: str) -> Locator:
    """The events of the list whose names have a text."""
    return page.page.get_by_test_id("event").filter(has_text=name)


def price(page: Browser, match: str, name: str, odds: str) -> Locator:
    """The button of a match's selection at these odds, or with this state."""
    shown = odds.replace("/", r"\/")  # the pattern becomes one of JavaScript's
    return event(page, match).get_by_role("button", name=re.compile(rf"^{name}( at | ?: ?){shown}$"))


def is_followed(page: Browser, *, followed: bool = True) -> None:
    """Wait until the prices of all that is shown come by the subscription, or do not."""
    events = page.page.get_by_test_id("events")
    expect(events).to_have_attribute("data-followed", str(followed).lower(), timeout=PATIENCE_MS)


def says(page: Browser, text: str) -> None:
    """Wait until the note under the slip's button has a text."""
    expect(page.page.locator(".slip-note")).to_contain_text(text, timeout=PATIENCE_MS)


def keep_waiting(route: Route) -> None:
    """Give no answer to the page's request for events."""
    if EVENTS not in (route.request.post_data or ""):
        route.continue_()
