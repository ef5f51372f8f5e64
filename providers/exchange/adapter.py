"""The adapter of the exchange: connects, subscribes, resumes, and gives books to the delivery."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from providers.adapters.exchange import ADAPTER, ExchangeSettings
from providers.declaration import CheckFailed
from providers.delivery import Delivery
from providers.exchange.catalogue import Names
from providers.exchange.connection import (
    ANSWER_SECONDS,
    Connection,
    ExchangeAway,
    Refused,
    Unreadable,
    connection,
)
from providers.exchange.messages import MarketTeller
from providers.exchange.outbound import Outbound
from providers.exchange.protocol import Message
from providers.exchange.subscription import Broken, Subscription
from providers.settings import MissingSecret, ProviderSettings
from subgraphs.kit.certificates import trusted_authorities

if TYPE_CHECKING:
    from providers.exchange.catalogue_client import CatalogueClient

log = structlog.get_logger(__name__)
FIELDS: Final = ("EX_ALL_OFFERS", "EX_LTP", "EX_TRADED_VOL", "EX_MARKET_DEF")
DEAD_AFTER: Final = 2
"""How many heartbeats may be missing."""

NEEDS_IMAGE: Final = frozenset({"INVALID_CLOCK", "INVALID_INPUT"})
"""Refusals after which the clocks are not used again."""


class ExchangeAdapter:
    """Keeps the books of the configured markets, through whatever happens to the connection."""

    def __init__(self, settings: ExchangeSettings, shared: ProviderSettings) -> None:
        self._settings, self._shared = settings, shared
        self._subscribed = {"marketFilter": _market_filter(settings), "marketDataFilter": {"fields": FIELDS}}
        name = json.dumps([settings.host, settings.port, self._subscribed])
        self.subscription = Subscription(name, ADAPTER.limits.items)
        teller = MarketTeller(ADAPTER.name, settings.levels, settings.currency)
        self.names = Names(settings.catalogue_refresh_seconds, shared.first_pause_seconds)
        self._outbound = Outbound(teller, self.subscription, self.names)

    async def check(self) -> str:
        """Try the address and the secrets; return in a sentence what was found.

        Raises:
            CheckFailed: They cannot be used.
        """
        try:
            async with self._authenticated():
                found = f"{self._settings.host}:{self._settings.port} accepts the session"
            if (catalogue := self._catalogue()) is not None:
                await catalogue.ask(["1.0"])
                found += ", and so does the catalogue"
        except (ExchangeAway, MissingSecret, Refused, Unreadable) as fault:
            raise CheckFailed(str(fault)) from fault
        return found

    async def run(self, delivery: Delivery) -> None:
        """Follow the exchange until cancelled; it is started anew after every fault."""
        self._outbound.restore(await delivery.load(), delivery.status)
        async with asyncio.TaskGroup() as tasks:
            take = partial(self._outbound.take, status=delivery.status)
            tasks.create_task(delivery.run(take), name="delivery")
            if (catalogue := self._catalogue()) is not None:
                tasks.create_task(self._name(catalogue, delivery), name="names")
            await self._follow(delivery)

    def _catalogue(self) -> CatalogueClient | None:
        """Return what asks for names; None if the settings do not want them."""
        if not self._settings.catalogue_url:
            return None
        from providers.exchange.catalogue_client import CatalogueClient  # noqa: PLC0415 - only where it is used

        return CatalogueClient(self._settings.catalogue_url, self._trusted, self._secrets)

    async def _name(self, catalogue: CatalogueClient, delivery: Delivery) -> None:
        """Keep asking for names until cancelled."""
        from providers.exchange.naming import Naming  # noqa: PLC0415 - as above

        await Naming(self.names, self.subscription.books, catalogue, delivery, self._shared).run()

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
        delivery.status.connects()
        async with self._authenticated() as opened:
            request = await self._subscribe(opened)
            await self._receive(opened, request, delivery)

    @asynccontextmanager
    async def _authenticated(self) -> AsyncIterator[Connection]:
        settings, limits = self._settings, ADAPTER.limits
        app_key, session = self._secrets()
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
        due = None  # counted from the image's end: else a slow image would end in the next one
        silence = DEAD_AFTER * self._settings.heartbeat_ms / 1000
        self.subscription.connected()
        progress = clock()
        while True:
            # The image may take longer than a change.
            message = await opened.receive(silence if self.subscription.complete else ANSWER_SECONDS)
            if message.op == "status":
                raise Refused(message.error_code or "UNEXPECTED_ERROR", message.error_message or "")
            if message.op != "mcm" or message.id != request:
                raise Unreadable(f"{message.op} of request {message.id} came, not mcm of {request}")
            self.subscription.receive(message)
            self._note(message, delivery)
            if not self.subscription.complete:
                if message.mc:
                    progress = clock()
                elif clock() > progress + ANSWER_SECONDS:
                    raise Broken(f"no image came for {ANSWER_SECONDS:g} s, but heartbeats")
                continue
            if due is None:
                due = clock() + self._settings.refresh_seconds * random.uniform(0.9, 1)  # noqa: S311 - as above
            elif clock() >= due:
                self.subscription.forget()
                return

    def _note(self, message: Message, delivery: Delivery) -> None:
        """Note what a message says about the exchange, and let what it changed be delivered."""
        status, now = delivery.status, delivery.status.now()
        status.counts["received"] += 1
        status.items = len(self.subscription.books.markets)
        if message.pt is not None:
            status.compare_clocks(message.pt / 1000 - now.timestamp())
        if self.subscription.unreliable:
            status.provider_fails("the exchange says that its data are behind", status.heard_at)
        elif self.subscription.complete and status.provider is not None:
            status.provider = None
            delivery.changed.set()
        status.heard_at = now
        if self.subscription.touched:
            delivery.changed.set()

    def _secrets(self) -> tuple[str, ...]:
        """Return the application's key and the session, as they are now."""
        return tuple(self._shared.secret(name) for name in ADAPTER.secrets)

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
