"""The databases of the subgraphs, which support reads."""

from dataclasses import dataclass

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings


@dataclass(frozen=True, slots=True)
class SubgraphDatabases:
    """The databases of the subgraphs; nothing is written to them here."""

    club: Database
    rewards: Database
    progress: Database
    fulfilment: Database

    @classmethod
    def open(cls, settings: DatabaseSettings) -> "SubgraphDatabases":
        """Open the databases; nothing connects yet."""
        names = ("club", "rewards", "progress", "fulfilment")
        return cls(**{name: Database.open(settings, name) for name in names})

    async def close(self) -> None:
        """Close all connections."""
        for database in (self.club, self.rewards, self.progress, self.fulfilment):
            await database.close()
