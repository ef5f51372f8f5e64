"""The adapter of the exchange: connects, subscribes, resumes, and gives books to the delivery."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog

from providers.adapters.exchange import ADAPTER, ExchangeSettings
from providers.declaration import CheckFailed
from providers.delivery import Batch, Delivery, Item, Wanted
from providers.exchange.connection import (
    ANSWER_SECONDS,
    Connection,
    ExchangeAway,
    Refused,
    Unreadable,
    connection,
)
from providers.exchange.messages import MarketTeller
from providers.exchange.protocol import Message
from providers.exchange.subscription import CLOCKS, Broken, Subscription
from providers.messages import item_key
from providers.settings import MissingSecret, ProviderSettings
from providers.topics import MARKETS
from subgraphs.kit.certificates import trusted_authorities

log = structlog.get_logger(__name__)
FIELDS: Final = ("EX_ALL_OFFERS", "EX_LTP", "EX_TRADED_VOL", "EX_MARKET_DEF")
HEARD_AT: Final = "heard-at"
"""The entry of the state with the time of the exchange's last message."""

DEAD_AFTER: Final = 2
"""How many heartbeats may be missing."""

NEEDS_IMAGE: Final = frozenset({"INVALID_CLOCK", "INVALID_INPUT"})
"""Refusals after which the clocks are not used again."""


class ExchangeAdapter:
    """Keeps the books of the configured markets, through whatever happens to the connection."""

    def __init__(self, settings: ExchangeSettings, shared: ProviderSettings) -> None:
        self._settings, self._shared = settings, shared
        self._teller = MarketTeller(ADAPTER.name, settings.levels, settings.currency)
        self._subscribed = {"marketFilter": _market_filter(settings), "marketDataFilter": {"fields": FIELDS}}
        name = json.dumps([settings.host, settings.port, self._subscribed])
        self.subscription = Subscription(name, ADAPTER.limits.items)

    async def check(self) -> str:
        """Try the address and the secrets; return in a sentence what was found.

        Raises:
            CheckFailed: They cannot be used.
        """
        try:
            async with self._authenticated():
                return f"{self._settings.host}:{self._settings.port} accepts the session"
        except (ExchangeAway, MissingSecret, Refused, Unreadable) as fault:
            raise CheckFailed(str(fault)) from fault

    async def run(self, delivery: Delivery) -> None:
        """Follow the exchange until cancelled; it is started anew after every fault."""
        entries = dict(await delivery.load())
        delivery.status.heard_before(entries.pop(HEARD_AT, b"").decode())
        self.subscription.restore(entries)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(delivery.run(lambda wanted: self._take(wanted, delivery)), name="delivery")
            await self._follow(delivery)

    async def _follow(self, delivery: Delivery) -> None:
        status, pause = delivery.status, self._shared.first_pause_seconds
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                await self._session(delivery)
                continue  # only because all books are due
            except (ExchangeAway, MissingSecret) as fault:
                status.provider_fails(str(fault), status.heard_at)
            except Refused as fault:
                status.provider_fails(f"the exchange refuses: {fault}", status.heard_at)
                if fault.code in NEEDS_IMAGE:
                    self.subscription.forget()
            except (Unreadable, Broken) as fault:
                status.provider_fails(str(fault), status.heard_at)
                self.subscription.forget()
            log.warning("exchange_lost", reason=status.provider and status.provider.reason)
            self.subscription.connected()
            delivery.changed.set()
            if clock() - began > self._shared.longest_pause_seconds:
                pause = self._shared.first_pause_seconds
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, self._shared.longest_pause_seconds)

    async def _session(self, delivery: Delivery) -> None:
        """Connect and follow until something is wrong, or books are due to be asked for anew."""
        delivery.status.counts["connections"] += 1
        async with self._authenticated() as opened:
            request = await self._subscribe(opened)
            await self._receive(opened, request, delivery)

    @asynccontextmanager
    async def _authenticated(self) -> AsyncIterator[Connection]:
        settings, limits = self._settings, ADAPTER.limits
        app_key, session = (self._shared.secret(name) for name in ADAPTER.secrets)
        async with connection(settings.host, settings.port, self._trusted(), limits.message_bytes) as opened:
            await opened.request("authentication", appKey=app_key, session=session)
            yield opened

    async def _subscribe(self, opened: Connection) -> int:
        settings, clocks = self._settings, self.subscription.clocks
        resumed = {"initialClk": clocks.initial, "clk": clocks.clk} if clocks else {}
        return await opened.request(
            "marketSubscription",
            **self._subscribed,
            conflateMs=settings.conflate_ms,
            heartbeatMs=settings.heartbeat_ms,
            segmentationEnabled=True,
            **resumed,
        )

    async def _receive(self, opened: Connection, request: int, delivery: Delivery) -> None:
        clock = asyncio.get_running_loop().time
        due = clock() + self._settings.refresh_seconds * random.uniform(0.9, 1)  # noqa: S311 - as above
        silence = DEAD_AFTER * self._settings.heartbeat_ms / 1000
        self.subscription.connected()
        while True:
            # The image may take longer than a change.
            message = await opened.receive(silence if self.subscription.complete else ANSWER_SECONDS)
            if message.op == "status":
                raise Refused(message.error_code or "UNEXPECTED_ERROR", message.error_message or "")
            if message.op != "mcm" or message.id != request:
                raise Unreadable(f"{message.op} of request {message.id} came, not mcm of {request}")
            self.subscription.receive(message)
            self._note(message, delivery)
            if clock() >= due and self.subscription.complete:
                self.subscription.forget()
                return

    def _note(self, message: Message, delivery: Delivery) -> None:
        """Note what a message says about the exchange, and let what it changed be delivered."""
        status, now = delivery.status, delivery.status.now()
        status.counts["received"] += 1
        status.items = len(self.subscription.books.markets)
        if message.pt is not None:
            status.ahead_seconds = message.pt / 1000 - now.timestamp()
        if self.subscription.unreliable:
            status.provider_fails("the exchange says that its data are behind", status.heard_at)
        elif self.subscription.complete and status.provider is not None:
            status.provider = None
            delivery.changed.set()
        status.heard_at = now
        if self.subscription.touched:
            delivery.changed.set()

    def _take(self, wanted: Wanted, delivery: Delivery) -> Batch:
        """Return what is to be delivered."""
        books, touched = self.subscription.books.markets, self.subscription.touched
        self.subscription.touched = set()
        now, messages = delivery.status.now(), dict[Item, bytes | None]()
        for name in touched | books.keys() if wanted.everything else touched:
            book, item = books.get(name), Item(MARKETS.name, item_key(ADAPTER.name, name))
            if book is None:
                messages[item] = None
            elif book.definition is not None:
                messages[item] = self._teller.message(book, book.definition, wanted.revision, now)
        kept = books.keys() if wanted.all_entries else touched & books.keys()
        entries = {name: msgspec.json.encode(books[name].image()) for name in kept}
        removed = touched - books.keys()
        if self.subscription.clocks is None:
            removed |= {CLOCKS}
        else:
            entries[CLOCKS] = msgspec.json.encode(self.subscription.clocks)
        if delivery.status.heard_at is not None:
            entries[HEARD_AT] = delivery.status.heard_at.isoformat().encode()
        return Batch(messages, entries, frozenset(removed), wanted.all_entries)

    def _trusted(self) -> ssl.SSLContext:
        authority = self._settings.authority
        if authority is None:
            return trusted_authorities()
        try:
            return ssl.create_default_context(cafile=authority)
        except OSError as fault:
            raise ExchangeAway(f"{authority} cannot be read as certificates: {fault}") from fault


def _market_filter(settings: ExchangeSettings) -> dict[str, list[str]]:
    chosen = {
        "marketIds": settings.markets,
        "eventTypeIds": settings.event_types,
        "marketTypes": settings.market_types,
        "countryCodes": settings.countries,
    }
    return {name: sorted(values) for name, values in chosen.items() if values}
