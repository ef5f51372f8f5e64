"""The adapter of the sports feed: connects, asks for recoveries, and gives books to the delivery."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import structlog

from providers.adapters.feed import ADAPTER, SportsFeedSettings
from providers.declaration import CheckFailed
from providers.delivery import Batch, Delivery, Item, Wanted
from providers.messages import item_key
from providers.settings import MissingSecret, ProviderSettings
from providers.sports_feed.api import ApiAway, FeedApi, open_api
from providers.sports_feed.book import Books
from providers.sports_feed.connection import (
    BrokerAddress,
    BrokerAway,
    Inbox,
    open_inbox,
    require_client,
    routing_keys,
)
from providers.sports_feed.documents import ProducerEntry
from providers.sports_feed.feed import EVENT, MARKET, Feed
from providers.sports_feed.identity import event_id
from providers.sports_feed.lookups import keep_names, look_up
from providers.sports_feed.messages import FeedTeller
from providers.sports_feed.protocol import Unreadable, read_message
from providers.sports_feed.recovery import Moment, Producer, Recovery, RecoveryLimits
from providers.status import ProviderStatus
from providers.topics import FIXTURES, MARKETS
from subgraphs.kit.certificates import trusted_authorities

log = structlog.get_logger(__name__)
HEARD_AT: Final = "heard-at"
"""The entry of the state with the time of the feed's last message."""

HOUR_MS: Final = 3_600_000
CHECK_SECONDS: Final = 0.5
"""How often what is overdue is looked for."""


class SportsFeedAdapter:
    """Keeps the books of the followed producers and sports, through whatever happens to broker and API.

    Raises:
        NotInstalled: The client of AMQP is not there.
    """

    def __init__(self, settings: SportsFeedSettings, shared: ProviderSettings) -> None:
        require_client()
        self._settings, self._shared = settings, shared
        self._teller = FeedTeller(ADAPTER.name, settings.currency)
        followed = json.dumps(
            [
                settings.api_url,
                settings.producers,
                settings.sports,
                settings.language,
                settings.least_certainty,
            ]
        )
        limits = RecoveryLimits(
            settings.inactivity_seconds,
            settings.recovery_seconds,
            settings.request_seconds,
            settings.refresh_seconds,
        )
        self.feed = Feed(followed, limits, Books(ADAPTER.limits.items, settings.least_certainty))

    async def check(self) -> str:
        """Try API, broker and token; return in a sentence what was found.

        Raises:
            CheckFailed: They cannot be used.
        """
        try:
            async with self._api() as api:
                producers = self._followed(await api.producers())
                async with self._inbox(api):
                    names = ", ".join(f"{producer.id} ({producer.name})" for producer in producers)
                    return f"{self._settings.host}:{self._settings.port} accepts the token; producers {names}"
        except (ApiAway, BrokerAway, MissingSecret) as fault:
            raise CheckFailed(str(fault)) from fault

    async def run(self, delivery: Delivery) -> None:
        """Follow the feed until cancelled; it is connected anew after every fault."""
        entries = dict(await delivery.load())
        delivery.status.heard_before(entries.pop(HEARD_AT, b"").decode())
        self.feed.restore(entries)
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
            except (ApiAway, BrokerAway, MissingSecret, Unreadable) as fault:
                status.provider_fails(str(fault), status.heard_at)
            log.warning("feed_lost", reason=status.provider and status.provider.reason)
            self.feed.disconnected()
            delivery.changed.set()
            if clock() - began > self._shared.longest_pause_seconds:
                pause = self._shared.first_pause_seconds
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, self._shared.longest_pause_seconds)

    async def _session(self, delivery: Delivery) -> None:
        """Connect and follow until something is wrong.

        Raises:
            ApiAway: The API cannot be used for what a session begins with.
            BrokerAway: The connection cannot be made, or has ended.
            MissingSecret: There is no token.
            Unreadable: A message is not of the specification, so that something is missing.
        """
        delivery.status.connects()
        async with self._api() as api:
            producers = self._followed(await api.producers())
            async with self._inbox(api) as inbox:
                self.feed.connected(producers)
                helpers = [
                    asyncio.create_task(work, name="feed-names")
                    for work in (
                        keep_names(self.feed, api, delivery, self._shared, self._settings.refresh_seconds),
                        look_up(self.feed, api, delivery, self._shared),
                    )
                ]
                try:
                    await self._receive(inbox, api, delivery, helpers)
                finally:
                    for helper in helpers:
                        helper.cancel()
                    await asyncio.gather(*helpers, return_exceptions=True)

    async def _receive(
        self, inbox: Inbox, api: FeedApi, delivery: Delivery, helpers: list[asyncio.Task[None]]
    ) -> None:
        clock, checked = asyncio.get_running_loop().time, 0.0
        while True:
            body = await inbox.receive(CHECK_SECONDS)
            at = Moment(clock(), round(delivery.status.now().timestamp() * 1000))
            if body is not None:
                self.feed.receive(read_message(body), at)
                delivery.status.counts["received"] += 1
                delivery.status.heard_at = delivery.status.now()
            if at.clock - checked >= CHECK_SECONDS or body is None:
                checked = at.clock
                for producer, recovery in self.feed.check(at):
                    asking = self._ask(api, producer, recovery)
                    helpers.append(asyncio.create_task(asking, name="feed-recovery"))
                self.feed.retire(at.wall_ms - round(HOUR_MS * self._settings.keep_hours))
                for helper in [helper for helper in helpers if helper.done()]:
                    helpers.remove(helper)
                    helper.result()
            self._note(delivery)

    async def _ask(self, api: FeedApi, producer: Producer, recovery: Recovery) -> None:
        try:
            await api.recover(producer.path, recovery.number, recovery.after)
            log.info("feed_recovery", producer=producer.id, after=recovery.after, number=recovery.number)
        except ApiAway as fault:
            log.warning("feed_recovery_refused", producer=producer.id, error=str(fault))
            producer.failed(recovery.number, str(fault))

    def _note(self, delivery: Delivery) -> None:
        """Note how the feed is, and let what changed be delivered."""
        status, feed = delivery.status, self.feed
        former = status.provider
        status.items = len(feed.books.markets)
        delays = [producer.delay_ms for producer in feed.producers.values()]
        status.compare_clocks(-max(delays, default=0) / 1000)
        if not feed.producers:
            status.provider_fails("there is no producer to follow", status.heard_at)
        elif trouble := feed.trouble:
            _fail(status, feed, trouble)
        elif not feed.unknown:
            status.provider = None
        if (former is None) != (status.provider is None) or feed.books.touched or feed.books.touched_events:
            delivery.changed.set()

    def _take(self, wanted: Wanted, delivery: Delivery) -> Batch:
        """Return what is to be delivered."""
        feed, books, now = self.feed, self.feed.books, delivery.status.now()
        events, markets = books.touched_events, books.touched
        books.touched_events, books.touched = set(), set()
        messages = dict[Item, bytes | None]()
        for urn in events | books.events.keys() if wanted.everything else events:
            item = Item(FIXTURES.name, item_key(ADAPTER.name, event_id(urn)))
            event, fixture = books.events.get(urn), feed.fixtures.get(urn)
            told = event and fixture and self._teller.event(event, fixture, wanted.revision, now)
            if event is None or told:
                messages[item] = told or None
        for name in markets | books.markets.keys() if wanted.everything else markets:
            market = books.markets.get(name)
            body = market and self._teller.market(
                market,
                books,
                (feed.fixtures.get(market.event), feed.descriptions.get(market.number)),
                is_up=feed.is_up(market.producer),
                revision=wanted.revision,
                occurred_at=now,
            )
            messages[Item(MARKETS.name, item_key(ADAPTER.name, name))] = body or None
        kept_events = books.events.keys() if wanted.all_entries else events & books.events.keys()
        kept_markets = books.markets.keys() if wanted.all_entries else markets & books.markets.keys()
        entries = feed.entries(kept_events, kept_markets)
        removed = {EVENT + urn for urn in events - books.events.keys()}
        removed |= {MARKET + name for name in markets - books.markets.keys()}
        if delivery.status.heard_at is not None:
            entries[HEARD_AT] = delivery.status.heard_at.isoformat().encode()
        return Batch(messages, entries, frozenset(removed), wanted.all_entries)

    @asynccontextmanager
    async def _api(self) -> AsyncIterator[FeedApi]:
        settings = self._settings
        async with open_api(
            settings.api_url,
            self._token(),
            self._trusted(),
            language=settings.language,
            node=settings.node,
            longest=ADAPTER.limits.message_bytes,
        ) as api:
            yield api

    @asynccontextmanager
    async def _inbox(self, api: FeedApi) -> AsyncIterator[Inbox]:
        settings, token = self._settings, self._token()
        virtual_host = settings.virtual_host or (await api.account()).virtual_host
        address = BrokerAddress(
            settings.host,
            settings.port,
            virtual_host,
            user=settings.user or token,
            password=token if settings.user else "",
            trusted=self._trusted() if settings.tls else None,
        )
        async with open_inbox(address, routing_keys(settings.node, settings.sports)) as inbox:
            yield inbox

    def _token(self) -> str:
        (name,) = ADAPTER.secrets
        return self._shared.secret(name)

    def _followed(self, entries: list[ProducerEntry]) -> list[ProducerEntry]:
        wanted = self._settings.producers
        missing = set(wanted) - {entry.id for entry in entries if entry.active}
        if missing:
            named = ", ".join(map(str, sorted(missing)))
            raise ApiAway(f"the account has no active producer {named}: correct FURLONG_FEED_PRODUCERS")
        return [entry for entry in entries if entry.active and (not wanted or entry.id in wanted)]

    def _trusted(self) -> ssl.SSLContext:
        authority = self._settings.authority
        if authority is None:
            return trusted_authorities()
        try:
            return ssl.create_default_context(cafile=authority)
        except OSError as fault:
            raise BrokerAway(f"{authority} cannot be read as certificates: {fault}") from fault


def _fail(status: ProviderStatus, feed: Feed, trouble: str) -> None:
    """Note what is wrong, since the last moment at which a producer that is down was complete."""
    moments = [producer.known_ms for producer in feed.producers.values() if producer.trouble]
    known = [datetime.fromtimestamp(moment / 1000, UTC) for moment in moments if moment is not None]
    status.provider_fails(trouble, min(known, default=status.heard_at))
