"""The adapter of statistics: polls fixtures, and the figures of those that have newer ones."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final

import msgspec

from providers.adapters.stats import ADAPTER, StatsSettings
from providers.delivery import Delivery, Item
from providers.json_api import JsonApi, NoAnswer, open_api
from providers.kept_items import KeptItems
from providers.messages import FixtureMessage, StatsMessage, item_key
from providers.polling import (
    POSITION,
    Pace,
    PolledList,
    Position,
    checked,
    deliver_while,
    keep_polling,
    note_answer,
    position_of,
)
from providers.settings import ProviderSettings
from providers.stats.protocol import FIXTURE_LISTS, FIXTURE_STATS, FixtureList, FixtureStats
from providers.topics import FIXTURES, STATS

FIGURES: Final = "figures"
"""The note with the revision of each fixture's figures, by the epoch of the list that they are of."""

AT_ONCE: Final = 4
"""How many fixtures' figures are asked for at the same time."""


class KnownFigures(msgspec.Struct):
    """The revisions of the figures that are known, by fixture."""

    epoch: str = ""
    revisions: dict[str, int] = msgspec.field(default_factory=dict)


class StatsAdapter:
    """Keeps fixtures and figures as the provider has them."""

    def __init__(self, settings: StatsSettings, shared: ProviderSettings) -> None:
        self._settings, self._shared = settings, shared
        self.items = KeptItems(settings.url)
        self._fixtures = PolledList("/fixtures", ADAPTER.limits.items, Position())
        self._figures = KnownFigures()

    async def check(self) -> str:
        """Ask for the fixtures once; return in a sentence what was found.

        Raises:
            CheckFailed: They cannot be had.
        """
        return await checked(ADAPTER, self._count())

    async def run(self, delivery: Delivery) -> None:
        """Follow the provider until cancelled."""
        self.items.restore(await delivery.load(), delivery.status)
        self._fixtures.position = position_of(self.items)
        try:
            self._figures = msgspec.json.decode(self.items.notes.get(FIGURES, b""), type=KnownFigures)
        except msgspec.DecodeError:
            self._figures = KnownFigures()
        async with self._opened() as api:
            pace = Pace.of(self._shared, self._settings.poll_seconds)
            polling = keep_polling(lambda: self._ask(api, delivery), pace, delivery)
            await deliver_while(delivery, self.items, polling)

    def _opened(self) -> AbstractAsyncContextManager[JsonApi]:
        return open_api(
            self._settings,
            "FURLONG_STATS_URL",
            lambda: self._shared.secret("stats-key"),
            ADAPTER.limits.message_bytes,
        )

    async def _count(self) -> str:
        async with self._opened() as api:
            read = await PolledList("/fixtures", ADAPTER.limits.items, Position()).next(api, FIXTURE_LISTS)
        return f"{self._settings.url} has {read[0].total if read else 0} fixtures"

    async def _ask(self, api: JsonApi, delivery: Delivery) -> None:
        """Ask for the fixtures, and for figures that are newer. The position is kept only when all came."""
        read = await self._fixtures.next(api, FIXTURE_LISTS, delivery)
        if read is None:
            return
        listing, position = read
        self._note_fixtures(listing, delivery)
        await self._ask_figures(api, listing, delivery)
        self._fixtures.position = position
        self.items.note(POSITION, msgspec.json.encode(position))

    def _note_fixtures(self, listing: FixtureList, delivery: Delivery) -> None:
        now, messages = delivery.status.now(), dict[Item, FixtureMessage]()
        for name, fixture in listing.by_id().items():
            messages[Item(FIXTURES.name, item_key(ADAPTER.name, name))] = fixture.message(ADAPTER.name, now)
        self.items.replace(FIXTURES.name, messages)
        delivery.status.items = len(messages)
        delivery.changed.set()

    async def _ask_figures(self, api: JsonApi, listing: FixtureList, delivery: Delivery) -> None:
        """Ask for figures that are newer than those that are known, and forget those that are gone."""
        if listing.epoch != self._figures.epoch:
            self._figures = KnownFigures(listing.epoch)
        revisions = self._figures.revisions
        offered = {
            fixture.id: fixture.stats_revision
            for fixture in listing.fixtures
            if fixture.stats_revision is not None
        }
        for item in list(self.items.of(STATS.name)):
            if item.key.partition(":")[2] not in offered:
                self.items.drop(item)
        self._figures.revisions = {name: number for name, number in revisions.items() if name in offered}
        due = [name for name, number in offered.items() if self._figures.revisions.get(name) != number]
        turns = asyncio.Semaphore(AT_ONCE)

        async def ask(name: str) -> None:
            async with turns:
                answer = await api.get(f"/fixtures/{name}/stats")
            note_answer(delivery, answer)
            if answer is not None:
                self._note_figures(answer.read(FIXTURE_STATS), name, offered[name] or 0, delivery)

        failures = [
            fault
            for fault in await asyncio.gather(*(ask(name) for name in due), return_exceptions=True)
            if fault is not None
        ]
        self.items.note(FIGURES, msgspec.json.encode(self._figures))
        for fault in failures:
            raise fault

    def _note_figures(self, stats: FixtureStats, name: str, least: int, delivery: Delivery) -> None:
        if stats.fixture != name:
            raise NoAnswer(f"asked for the figures of {name}, those of {stats.fixture} came")
        if stats.revision < least:
            raise NoAnswer(f"the figures of {name} are older than the list of fixtures says")
        message: StatsMessage = stats.message(ADAPTER.name, delivery.status.now())
        self.items.put(Item(STATS.name, item_key(ADAPTER.name, name)), message)
        self._figures.revisions[name] = stats.revision
        delivery.changed.set()
