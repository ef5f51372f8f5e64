"""Serves a simulated payment processor: API and pages at one address, control requests at another."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import Route

from foundation.storage.clock import Clock, SystemClock
from simulator.payments.api import PaymentApi
from simulator.payments.books import Books
from simulator.payments.control import control_app
from simulator.payments.faults import PaymentFaults
from simulator.payments.hosted_page import HostedPages
from simulator.payments.settling import settle_due
from simulator.payments.store import Store
from simulator.payments.webhooks import FIRST_PAUSE_SECONDS, LOOK_SECONDS, EventSender
from simulator.server import HangingRequests, listen, serving

HOST: Final = "127.0.0.1"
PAGES: Final = "/c/pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettings:
    """How a processor is played.

    Attributes:
        webhooks: Where events are sent; "" for nowhere.
        port: The port of API and pages on the loopback; 0 for any free one.
        control: The port of control requests; 0 for any free one.
        settle_seconds: How long refunds and payouts are pending; None for until a request says so.
        first_pause_seconds: How long after the first attempt a webhook is sent again.
        look_seconds: How long the pauses are in which nobody looks for what is due, or to be sent.
        clock: The clock of product time, by which sessions end; signatures are by machine time.
    """

    webhooks: str = ""
    port: int = 0
    control: int = 0
    settle_seconds: float | None = 2.0
    first_pause_seconds: float = FIRST_PAUSE_SECONDS
    look_seconds: float = LOOK_SECONDS
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, slots=True)
class ServedPayments:
    """A running processor: what it is made of, the URL of API and pages, and that of control requests."""

    books: Books
    api: PaymentApi
    sender: EventSender
    url: str
    control_url: str


@asynccontextmanager
async def serving_payments(
    folder: Path, settings: PaymentSettings | None = None
) -> AsyncIterator[ServedPayments]:
    """Serve a processor on the loopback; what it knows is in the folder, and survives it.

    Raises:
        OSError: An address is taken, or the folder cannot be written.
    """
    settings = settings or PaymentSettings()
    with Store(folder) as store, listen(HOST, settings.control) as control:
        books = Books(store, settings.clock, PaymentFaults(), settings.settle_seconds)
        look = settings.look_seconds
        sender = EventSender(settings.webhooks, books, settings.first_pause_seconds, look)
        entrance = Entrance(PaymentApi(books), listen(HOST, settings.port), look)
        async with (
            serving(control_app(books, sender), control, before_stop=lambda: None) as control_url,
            _running(entrance.run()),
            _running(settle(books, look)),
            _running(sender.run() if settings.webhooks else asyncio.sleep(0)),
        ):
            yield ServedPayments(books, entrance.api, sender, entrance.url, control_url)


class Entrance:
    """The address of API and pages, which can be closed for a while."""

    def __init__(self, api: PaymentApi, listener: socket.socket, look_seconds: float) -> None:
        self._listener, self._port = listener, listener.getsockname()[1]
        self._look_seconds = look_seconds
        self.url = f"http://{HOST}:{self._port}"
        self.api = api
        api.pages = f"{self.url}{PAGES}"

    async def run(self) -> None:
        """Serve until cancelled; no connection is accepted while that fault lasts."""
        faults, pages = self.api.books.faults, HostedPages(self.api.books)
        app = Starlette(
            routes=[
                Route("/v1/{path:path}", self.api.answer, methods=["GET", "POST", "DELETE"]),
                Route(f"{PAGES}/{{session}}", pages.show, methods=["GET"]),
                Route(f"{PAGES}/{{session}}", pages.act, methods=["POST"]),
            ]
        )
        while True:
            self.api.hanging = HangingRequests()
            with self._listener:
                async with serving(app, self._listener, before_stop=self.api.hanging.release):
                    while not faults.seconds_left("refuse"):  # noqa: ASYNC110 - nothing says that it begins
                        await asyncio.sleep(self._look_seconds)
            while faults.seconds_left("refuse"):  # noqa: ASYNC110 - the fault may be disarmed meanwhile
                await asyncio.sleep(self._look_seconds)
            self._listener = listen(HOST, self._port)


async def settle(books: Books, look_seconds: float) -> None:
    """Let become of sessions, refunds and payouts what is to become of them, until cancelled."""
    while True:
        settle_due(books)
        await asyncio.sleep(look_seconds)


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
