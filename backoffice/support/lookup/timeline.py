"""One timeline of a customer: what all databases record, merged in one order and read in pages by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final

from backoffice.access.actor import Actor
from backoffice.graph.pages import Moment, Name, no_cursor, read_cursor, require_moment
from backoffice.support.databases import SubgraphDatabases
from backoffice.support.lookup.customers import Customers
from foundation.storage.database import Database
from subgraphs.club.customer_data import HISTORY as CLUB
from subgraphs.fulfilment.customer_data import HISTORY as FULFILMENT
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryEntry, HistoryPosition
from subgraphs.progress.customer_data import HISTORY as PROGRESS
from subgraphs.rewards.customer_data import HISTORY as REWARDS

MAX_DIGITS: Final = 18
"""A number of this length fits into each database's integers."""

HISTORIES: Final = {"club": CLUB, "rewards": REWARDS, "progress": PROGRESS, "fulfilment": FULFILMENT}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Reads timelines, and records each look."""

    databases: SubgraphDatabases
    customers: Customers

    async def page(
        self, actor: Actor, owner: Owner, size: int, after: HistoryPosition | None
    ) -> Sequence[HistoryEntry]:
        """Return up to `size` entries of a customer after a position, the newest first.

        Each table is read for no more than `size` rows, by an index that begins with the customer.

        Raises:
            NotFound: There is no such customer whom the actor may look at.
        """
        await self.customers.require_known(actor, owner)
        streams: list[list[HistoryEntry]] = []
        for database, history in self._sources():
            async with database.read() as connection:
                streams += await history.page(connection, owner, size, after)
        return list(islice(merge(*streams, key=_order), size))

    def _sources(self) -> list[tuple[Database, CustomerHistory]]:
        return [(getattr(self.databases, name), history) for name, history in HISTORIES.items()]


def position_key(position: HistoryPosition) -> list[str]:
    """Return a position as the key of a page."""
    return [position.at.isoformat(), position.kind, position.id]


def position_of(after: str | None) -> HistoryPosition | None:
    """Return the position of a page's key; None for the first page.

    Raises:
        Invalid: It is not a key of a timeline.
    """
    key = read_cursor(after, tuple[Moment, Name, Name])
    if key is None:
        return None
    position = HistoryPosition(*key)
    require_moment(position.at)
    if not _has_id(position):
        raise no_cursor()
    return position


def _has_id(position: HistoryPosition) -> bool:
    """Return whether the id has the type of the ids of its kind's tables."""
    for history in HISTORIES.values():
        for table in history.tables:
            if table.kind == position.kind and table.id.type.python_type is int:
                return position.id.isascii() and position.id.isdigit() and len(position.id) <= MAX_DIGITS
    return True


def _order(entry: HistoryEntry) -> tuple[float, str]:
    """Order entries of different tables; each table's own are in order already."""
    return (-entry.at.timestamp(), entry.kind)
