"""Puts the pseudonyms of erased customers in place of their ids in what is reserved of goodwill budgets.

The amounts stay, so that budgets add up. Customers can be erased without the back office, by a null value
that the account system publishes, so erasures are also looked for at intervals.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backoffice.support.goodwill import repository
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment.customer_data import erasure_of
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure, Pseudonyms

EVERY_SECONDS: Final = 3600.0

_log = structlog.get_logger("backoffice.support")


@dataclass(frozen=True, slots=True)
class GoodwillErasure:
    """Erases customers from reservations.

    Attributes:
        database: The back office's.
        fulfilment: Its database has the list of erased customers.
    """

    database: Database
    fulfilment: Database
    erasure: Erasure

    @classmethod
    def over(cls, database: Database, fulfilment: Database, settings: DatabaseSettings) -> "GoodwillErasure":
        """Return the erasure over databases with the same pseudonyms as the subgraphs'."""
        erasure = erasure_of(fulfilment.dialect, Pseudonyms.from_settings(settings))
        return cls(database, fulfilment, erasure)

    async def apply(self, owners: Collection[Owner] | None = None) -> int:
        """Rename erased customers, among those given or all; return how many reservations were theirs."""
        async with self.database.read() as connection:
            named = await repository.customers_named(connection)
        wanted = named if owners is None else sorted(set(named) & set(owners))
        async with self.fulfilment.read() as connection:
            erased = await self.erasure.markers(connection, wanted)
        changed = 0
        for owner, marker in sorted(erased.items()):
            pseudonym = self.erasure.pseudonyms.of_person(owner, marker.erased_at)
            async with self.database.write() as connection:
                changed += await repository.rename_customer(connection, owner, pseudonym, marker.erased_at)
        return changed

    async def run(self, stop: asyncio.Event) -> None:
        """Look for erasures every hour, until the event is set."""
        while not stop.is_set():
            try:
                await self.apply()
            except (SQLAlchemyError, OSError):
                _log.exception("reservations_of_erased_customers_not_renamed")  # tried again in an hour
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await stop.wait()
