"""The databases of the subgraphs, which areas of the back office read."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.block_list import SUBGRAPHS


@dataclass(frozen=True, slots=True)
class SubgraphDatabases:
    """The databases of the subgraphs; nothing is written to them here.

    Attributes:
        by_name: All of them; those of the club have names of their own besides.
    """

    by_name: Mapping[str, Database]

    @classmethod
    def open(cls, settings: DatabaseSettings) -> "SubgraphDatabases":
        """Open the databases; nothing connects yet."""
        return cls({name: Database.open(settings, name) for name in SUBGRAPHS})

    @property
    def club(self) -> Database:
        """Return the one of memberships."""
        return self.by_name["club"]

    @property
    def rewards(self) -> Database:
        """Return the one of rewards and choices."""
        return self.by_name["rewards"]

    @property
    def progress(self) -> Database:
        """Return the one of bets and totals."""
        return self.by_name["progress"]

    @property
    def fulfilment(self) -> Database:
        """Return the one of rewards on their way to customers."""
        return self.by_name["fulfilment"]

    async def close(self) -> None:
        """Close all connections."""
        for database in self.by_name.values():
            await database.close()
