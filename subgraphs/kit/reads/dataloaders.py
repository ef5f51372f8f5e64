"""DataLoaders over the databases of a subgraph: one SELECT per shard, however many keys."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from storage.database import Database
from subgraphs.kit.domain.keys import Owner


class Owned(Protocol):
    """A key of a customer's data: an `Owner`, or a `ClubKey`."""

    @property
    def owner(self) -> Owner:
        """Return the customer that the data belong to."""


K = TypeVar("K")
OwnedKey = TypeVar("OwnedKey", bound=Owned)
V = TypeVar("V")
Read = Callable[[AsyncConnection, list[K]], Awaitable[Mapping[K, V]]]


def loader_by_owner(
    database: Database, read: Read[OwnedKey, V], missing: Callable[[], V]
) -> DataLoader[OwnedKey, V]:
    """Return a DataLoader for customers' data, which reads each key from its owner's shard.

    Args:
        database: The subgraph's database.
        read: Reads many keys of a shard at once; a key without data may be absent.
        missing: Returns the value for an absent key.
    """

    async def load(keys: list[OwnedKey]) -> list[V]:
        found: dict[OwnedKey, V] = {}
        for shard, group in database.by_shard(keys, lambda key: key.owner):
            async with shard.read() as connection:
                found |= await read(connection, group)
        return [found[key] if key in found else missing() for key in keys]

    return DataLoader(load)


def nothing() -> None:
    """Return None, as the value for an absent key."""
