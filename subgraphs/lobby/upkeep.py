"""Upkeep: asks each provider for its games when that is due, and forgets what is old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.rounds import WorkerParts
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.lobby.game_list import WrongList, read_list
from subgraphs.lobby.hub88 import Hub88Client, NoAnswer
from subgraphs.lobby.models import POSTPONED
from subgraphs.lobby.records.games import forget_gone, store_list
from subgraphs.lobby.records.launches import forget_old
from subgraphs.lobby.records.providers import ProviderHealth, forget_others, read_health, store_health

log = structlog.get_logger(__name__)
WORKER: Final = "lobby-upkeep"
PROVIDERS: Final = LoopName(WORKER, "providers")
AT_ONCE: Final = 8
"""How many providers are asked at the same time."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Does all of it in each round; several processes may do so at the same time.

    Attributes:
        clock: Product time, by which games are new; providers are asked by the machine's.
    """

    database: Database
    clock: Clock
    settings: LobbySettings
    clients: Sequence[Hub88Client]

    async def round(self) -> Mapping[str, int]:
        """Ask the providers whose lists are due, each for itself, and delete some of what is old.

        Returns:
            Whether there may be more to delete, and how many providers do not answer as they should.
        """
        known, now = await self._known()
        due = [client for client in self.clients if self._is_due(known.get(client.config.name), now)]
        postponed, machine = PostponedItems(self.database, POSTPONED), self.clock.machine

        async def ask(client: Hub88Client) -> None:
            await self._ask(client, known.get(client.config.name), now)

        loop = Loop(name=PROVIDERS, postponed=postponed, clock=machine, named=_named, at_once=AT_ONCE)
        await loop.each(due, ask)
        async with self.database.write() as connection:
            now = await self.clock.at(connection)
            is_more = await forget_gone(connection, now)
            is_more = await forget_old(connection, now) or is_more
            health = await read_health(connection)
        away = [one for one in health.values() if one.away_since is not None]
        failing = await postponed.counts(WORKER, machine)
        return {"deletion": is_more, "providers": len(away), **failing}

    async def _known(self) -> tuple[Mapping[str, ProviderHealth], datetime]:
        """Return how the configured providers are, and the machine's time."""
        configured = {client.config.name for client in self.clients}
        async with self.database.read() as connection:
            known, now = await read_health(connection), await self.clock.machine.at(connection)
        if known.keys() - configured:
            async with self.database.write() as connection:
                await forget_others(connection, configured)
        return known, now

    def _is_due(self, health: ProviderHealth | None, now: datetime) -> bool:
        settings = self.settings
        interval, retry = timedelta(seconds=settings.list_seconds), timedelta(seconds=settings.retry_seconds)
        return health is None or health.is_due(now, interval, retry)

    async def _ask(self, client: Hub88Client, before: ProviderHealth | None, now: datetime) -> None:
        """Store a provider's list; if there is none that can be used, note why."""
        name = client.config.name
        health = before or ProviderHealth(provider=name, asked_at=now)
        try:
            listed = read_list(client.config, await client.games())
        except (NoAnswer, WrongList) as why:
            log.warning("games_not_listed", provider=name, why=str(why))
            async with self.database.write() as connection:
                await store_health(connection, health.away(now, str(why)))
            return
        async with self.database.write() as connection:
            changed = await store_list(connection, name, listed.games, await self.clock.at(connection))
            await store_health(connection, health.listed(now, len(listed.games), listed.left_out))
        if changed or listed.left_out:
            log.info("games_listed", provider=name, changed=changed, left_out=listed.left_out)

    async def close(self) -> None:
        """Close all connections."""
        for client in self.clients:
            await client.http.aclose()
        await self.database.close()


def _named(client: Hub88Client) -> str:
    return client.config.name


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the lobby's database.

    Raises:
        LobbyError: The file of the lobby, or one of keys, cannot be used.
    """
    settings = parts.given.of(LobbySettings)
    clients = [Hub88Client.of(config) for config in settings.read().providers]
    return Upkeep(Database.open(parts.database, "lobby"), parts.clock, settings, clients)
