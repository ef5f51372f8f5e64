"""Exporting a customer's data from all databases, and erasing the customer through the account topic.

Pseudonyms then take the place of the id in what is reserved of goodwill budgets, whose amounts stay so that
they add up. Customers can be erased without the back office, by a null value that the account system
publishes, so erasures are also looked for at intervals.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from sqlalchemy.exc import SQLAlchemyError

from backoffice.support.goodwill import repository
from foundation.storage.database import Database, open_databases
from foundation.storage.settings import DatabaseSettings
from subgraphs.block_list import BLOCKS
from subgraphs.club_kit.topics import ACCOUNT_TOPIC
from subgraphs.fulfilment.customer_data import erasure_of
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure, Pseudonyms

ERASURES: Final = {block.name: block.erasure_of for block in BLOCKS if block.has_customers}
LOOK_SECONDS: Final = 0.2

Counts = dict[str, dict[str, int]]
"""Numbers of rows, by subgraph and by what happens to them."""

LastErasures = dict[str, Mapping[str, Any]]
"""The markers of a customer's last erasure, by subgraph."""


class NotErased(Exception):
    """Consumers did not erase a customer in time; the message names them."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The result of an erasure.

    Attributes:
        at: Everything up to this instant is erased.
        found: The number of rows about the customer before, by subgraph.
        left: The number of rows that name the customer afterwards, written meanwhile by a process that
            lagged.
    """

    at: datetime
    pseudonym: str
    found: Counts
    left: Counts


@dataclass(frozen=True, slots=True)
class CustomerErasure:
    """Exports and erases a customer in the databases of all subgraphs."""

    parts: Mapping[str, tuple[Database, Erasure]]

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: DatabaseSettings) -> AsyncIterator["CustomerErasure"]:
        """Open the databases; nothing is connected yet."""
        pseudonyms = Pseudonyms.from_settings(settings)
        async with open_databases(settings, *ERASURES) as databases:
            opened = zip(ERASURES.items(), databases, strict=True)
            yield cls({name: (database, of(database.dialect, pseudonyms)) for (name, of), database in opened})

    async def counts(self, owner: Owner) -> Counts:
        """Return the numbers of rows about a customer, without zeros."""
        by_subgraph: Counts = {}
        for name, (database, erasure) in self.parts.items():
            async with database.read() as connection:
                counts = await erasure.counts(connection, owner)
            if some := {what: number for what, number in counts.items() if number}:
                by_subgraph[name] = some
        return by_subgraph

    async def export(self, owner: Owner) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Return all rows about a customer, by subgraph and table."""
        rows = {}
        for name, (database, erasure) in self.parts.items():
            async with database.read() as connection:
                rows[name] = await erasure.export(connection, owner)
        return rows

    async def last_erasures(self, owner: Owner) -> LastErasures:
        """Return the markers of a customer's last erasure, from the subgraphs that have applied it."""
        rows = {}
        for name, (database, erasure) in self.parts.items():
            async with database.read() as connection:
                if (marker := await erasure.last_time(connection, owner)) is not None:
                    rows[name] = marker
        return rows

    async def finish(self, owner: Owner, before: LastErasures, patience_seconds: float) -> Erased:
        """Wait until every consumer has erased a customer.

        Args:
            owner: The customer.
            before: What `last_erasures` returned before the null value was sent.
            patience_seconds: How long the consumers may take.

        Raises:
            NotErased: A consumer has not erased the customer in time; it will do so when it runs.
        """
        deadline = asyncio.get_running_loop().time() + patience_seconds
        while True:
            last = await self.last_erasures(owner)
            waited_for = [name for name in self.parts if last.get(name) == before.get(name)]
            if not waited_for:
                break
            if asyncio.get_running_loop().time() >= deadline:
                raise NotErased(
                    f"the null value is on {ACCOUNT_TOPIC}, but {', '.join(waited_for)} did not apply it "
                    "yet; the consumers will do so when they run"
                )
            await asyncio.sleep(LOOK_SECONDS)
        counts = {name: {k: v for k, v in marker["found"].items() if v} for name, marker in last.items()}
        marker = last[next(iter(self.parts))]
        left = await self.counts(owner)
        for name in ("club", "wallet"):  # the null values for memberships and exclusions
            left.get(name, {}).pop("outbox deleted", None)
        kept = {name: counts for name, counts in left.items() if counts}
        return Erased(marker["erased_at"], marker["pseudonym"], counts, kept)


async def send_tombstone(producer: AIOKafkaProducer, owner: Owner) -> None:
    """Send a null value for a customer to the account topic.

    Raises:
        aiokafka.errors.KafkaError: The broker did not accept it.
    """
    await producer.send_and_wait(
        ACCOUNT_TOPIC,
        None,
        key=":".join(owner).encode(),
        headers=[("producer", b"furlong-customer"), ("brand", owner.brand.encode())],
    )


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
        """Return the erasure over databases; the key finds their markers, which have the pseudonyms."""
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
            async with self.database.write() as connection:
                changed += await repository.rename_customer(
                    connection, owner, marker.pseudonym, marker.erased_at
                )
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
