"""The adapter of virtual sports and e-sports: puts together what follows a provider that calls us."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from providers.adapters.virtual import ADAPTER, VirtualSettings
from providers.delivery import Delivery
from providers.json_api import JsonApi, NoAnswer, open_api
from providers.kept_items import KeptItems
from providers.polling import Pace, checked, deliver_while
from providers.settings import MissingSecret, ProviderSettings
from providers.virtual.book import EventBook
from providers.virtual.follower import Follower
from providers.virtual.protocol import EVENTS
from providers.virtual.seen_ids import SeenIds
from providers.virtual.server import receiving
from providers.virtual.whole_states import WholeStates


class VirtualAdapter:
    """Keeps events and markets as the provider tells them."""

    def __init__(self, settings: VirtualSettings, shared: ProviderSettings) -> None:
        self._settings, self._shared = settings, shared
        self.items = KeptItems(settings.url)

    async def check(self) -> str:
        """Ask for all events once; return in a sentence what was found.

        Raises:
            CheckFailed: They cannot be had, or a secret is missing.
        """
        return await checked(ADAPTER, self._count())

    async def run(self, delivery: Delivery) -> None:
        """Receive and ask until cancelled.

        Raises:
            OSError: The address for webhooks is taken.
        """
        settings = self._settings
        self.items.restore(await delivery.load(), delivery.status)
        book = EventBook(ADAPTER.name, settings.currency, ADAPTER.limits.items, self.items)
        # The copy of a webhook can be accepted from its time less the tolerance until its time and that more.
        seen = SeenIds(self.items, 2 * settings.tolerance_seconds)
        book.restore()
        seen.restore()
        async with self._opened() as api:
            states = WholeStates(api, book, Pace.of(self._shared, settings.silence_seconds), delivery)
            follower = Follower(settings, self._shared, delivery, book, seen, states)
            async with receiving(settings.listen, follower.receive):
                await deliver_while(delivery, self.items, follower.supervise())

    def _opened(self) -> AbstractAsyncContextManager[JsonApi]:
        return open_api(
            self._settings,
            "FURLONG_VIRTUAL_URL",
            lambda: self._shared.secret("virtual-key"),
            ADAPTER.limits.message_bytes,
        )

    async def _count(self) -> str:
        try:
            self._shared.secret("virtual-webhook-secret")
        except MissingSecret as fault:
            raise NoAnswer(str(fault)) from fault
        async with self._opened() as api:
            answer = await api.get("/events")
        total = answer.read(EVENTS).total if answer else 0
        return f"{self._settings.url} has {total} events"
