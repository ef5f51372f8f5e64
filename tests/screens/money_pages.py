"""The demo's page over a wallet that a test answers by hand: full, empty, or out of reach."""

import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, WebSocketRoute

from furlong.serve.page import CONTENT_SECURITY_POLICY
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import ROOT
from tools.local_chromium import LocalChromium

ORIGIN: Final = "http://pages.test"
PAGES: Final = ROOT / "web" / "dist"
SERVICE: Final = 503
NOW: Final = datetime(2026, 11, 28, 20, tzinfo=UTC)
CUSTOMER: Final = {"brand": "northbet", "id": "c-1001", "token": "t", "note": "a customer"}
LIMIT_FIELDS: Final = (
    *("amount", "used", "minutes", "usedMinutes", "pending", "pendingMinutes", "pendingFrom", "pendingUntil"),
    *("until", "product"),
)
MUTATIONS: Final = ("setLimit", "takeBreak", "selfExclude", "declineLimit", "acknowledgePrompt")


def text_of(sent: dict[str, Any]) -> str:
    """Return the document that a page sends, by its id or its text."""
    documents: dict[str, str] = json.loads((PAGES / "documents" / "persisted-documents.json").read_text())
    return sent.get("query") or documents[sent["documentId"]]


def pounds(minor: int) -> dict[str, Any]:
    """Return an amount of the graph."""
    return {"minor": minor, "currency": "GBP"}


def limit(kind: str, **facts: Any) -> dict[str, Any]:
    """Return a limit of the graph, with nulls for what is not told."""
    return {"kind": kind} | dict.fromkeys(LIMIT_FIELDS) | facts


def entry(number: int, kind: str, minor: int, state: str = "POSTED", **facts: Any) -> dict[str, Any]:
    """Return a line of the history; a higher number is older."""
    at = NOW.replace(day=28 - number // 4, hour=19 - number % 4, minute=(number * 7) % 60)
    return {
        "id": f"northbet:t-{number}",
        "at": at.isoformat().replace("+00:00", "Z"),
        "kind": kind,
        "amount": pounds(minor),
        "credits": pounds(0),
        "state": state,
        "reference": f"6f0c1a528f6e4a579d0a0d3a9c1b{number:04}",
    } | facts


@dataclass
class Wallet:
    """A wallet that a test holds in its hand.

    Attributes:
        history: The newest first; a page has as many as are asked for.
        payments: The newest first.
        methods: The ways to deposit and to withdraw; None where payments are the operator's.
        refuses: The code with which changes are refused; empty if they are done.
        is_away: Whether nothing of the wallet can be read or changed.
        asked: The inputs of the changes that were asked for, with their mutation.
    """

    balance: int = 2500
    bonus: int = 0
    limits: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    methods: dict[str, list[dict[str, Any]] | None] = field(
        default_factory=lambda: {"deposit": None, "withdraw": None}
    )
    can_add_account: bool = False
    refuses: str = ""
    is_away: bool = False
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    following: tuple[WebSocketRoute, str] | None = None

    @property
    def state(self) -> dict[str, Any]:
        """The wallet as the graph answers it, but for its history."""
        return {
            "id": "northbet:c-1001",
            "balance": pounds(self.balance),
            "withdrawable": pounds(self.balance),
            "bonus": pounds(self.bonus),
            "credits": [],
            "limits": self.limits,
            "prompts": self.prompts,
            "payments": self.payments,
            "canAddBankAccount": self.can_add_account,
        }

    def push(self) -> None:
        """Send the wallet to the page that follows it."""
        assert self.following is not None
        socket, sent = self.following
        socket.send(
            json.dumps({"type": "next", "id": sent, "payload": {"data": {"walletUpdated": self.state}}})
        )

    def cut(self) -> None:
        """Close the subscription as a server that stops, and be away."""
        assert self.following is not None
        self.is_away = True
        self.following[0].close(code=1012)
        self.following = None

    def serve(self, route: Route) -> None:
        """Answer a request of the page."""
        path = urlsplit(route.request.url).path.removeprefix("/")
        file = PAGES / path
        if path == "demo/session":
            route.fulfill(json={"brand": "northbet", "customers": [CUSTOMER]})
        elif path == "graphql":
            self._graph(route)
        elif file.is_file():
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            policy = {"content-security-policy": CONTENT_SECURITY_POLICY}
            route.fulfill(body=file.read_bytes(), headers={"content-type": kind} | policy)
        else:
            route.fulfill(status=404)

    def follow(self, socket: WebSocketRoute) -> None:
        """Speak graphql-transport-ws with the page; only the wallet can be followed."""
        if self.is_away:
            socket.close(code=1012)
            return

        def receive(text: str | bytes) -> None:
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "connection_init":
                socket.send(json.dumps({"type": "connection_ack"}))
            if message["type"] == "subscribe" and "walletUpdated" in text_of(message["payload"]):
                self.following = (socket, message["id"])
                self.push()

        socket.on_message(receive)

    def _graph(self, route: Route) -> None:
        sent: Any = route.request.post_data_json
        query, variables = text_of(sent), sent.get("variables", {})
        if self.is_away:
            route.fulfill(status=SERVICE)
        elif "paymentMethods" in query:
            route.fulfill(json={"data": self.methods})
        elif "wallet(" in query:
            route.fulfill(json={"data": {"wallet": self._read(variables)}})
        elif name := next((mutation for mutation in MUTATIONS if mutation in query), None):
            self.asked.append((name, variables["input"]))
            errors = [{"code": self.refuses}] if self.refuses else []
            after = {"limits": self.limits, "prompts": self.prompts, "errors": errors}
            route.fulfill(json={"data": {name: after}})
        else:
            self.pay(route, query, variables)

    def pay(self, route: Route, _query: str, _variables: dict[str, Any]) -> None:
        """Answer a request about payments; this wallet takes none."""
        route.fulfill(status=SERVICE)

    def _read(self, variables: dict[str, Any]) -> dict[str, Any]:
        if "first" not in variables:
            return self.state
        ids = [line["id"] for line in self.history]
        begin = ids.index(variables["after"]) + 1 if variables["after"] else 0
        nodes = self.history[begin : begin + variables["first"]]
        has_next = begin + len(nodes) < len(self.history)
        page = {"hasNextPage": has_next, "endCursor": nodes[-1]["id"] if nodes else None}
        return {"id": "northbet:c-1001", "transactions": {"nodes": nodes, "pageInfo": page}}


@contextmanager
def money_page(
    chromium: LocalChromium,
    wallet: Wallet,
    *,
    width: int = 1280,
    language: str = "en-GB",
    forced: Literal["active", "none"] = "none",
    theme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:
    """Open the page at a fixed moment."""
    with launched_chromium(chromium) as launched:
        page = launched.new_page(
            locale="en-GB",
            timezone_id="Europe/London",
            viewport={"width": width, "height": 900},
            forced_colors=forced,
            color_scheme=theme,
            reduced_motion="reduce",
        )
        page.set_default_timeout(PATIENCE_MS)
        page.clock.install(time=NOW)
        page.route(f"{ORIGIN}/**", wallet.serve)
        page.route_web_socket("**/graphql", wallet.follow)
        page.goto(f"{ORIGIN}/index.html?lang={language}")
        yield page
