"""DataLoaders over the database of a subgraph: one SELECT, however many keys."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from foundation.storage.database import Database

K = TypeVar("K")
V = TypeVar("V")
Read = Callable[[AsyncConnection, list[K]], Awaitable[Mapping[K, V]]]


def customer_loader(database: Database, read: Read[K, V], missing: Callable[[], V]) -> DataLoader[K, V]:
    """Return a DataLoader for customers' data.

    Args:
        database: The subgraph's database.
        read: Reads many keys at once; a key without data may be absent.
        missing: Returns the value for an absent key.
    """

    async def load(keys: list[K]) -> list[V]:
        async with database.read() as connection:
            found = await read(connection, keys)
        return [found[key] if key in found else missing() for key in keys]

    return DataLoader(load)


def nothing() -> None:
    """Return None, as the value for an absent key."""
