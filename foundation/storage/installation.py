"""The table that records which installation a database belongs to, and its statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Integer, MetaData, String, Table, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import Identifier, UtcDateTime

TABLE: Final = "installation"
_ONLY: Final = 1


@dataclass(frozen=True, slots=True)
class Installation:
    """What a database says about where it belongs.

    Attributes:
        installation_id: The same in all databases that were created, or adopted, together.
        kafka_cluster: The id of the Kafka cluster whose topics it has applied; None before the first.
    """

    installation_id: str
    kafka_cluster: str | None = None

    def __str__(self) -> str:
        cluster = "" if self.kafka_cluster is None else f" on Kafka cluster {self.kafka_cluster}"
        return f"installation {self.installation_id[:8]}{cluster}"


def installation_table(metadata: MetaData) -> Table:
    """Add the table to the metadata of a database: one row."""
    return Table(
        TABLE,
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("installation_id", Identifier(36), nullable=False),
        Column("kafka_cluster", String(64), nullable=True),
        Column("recorded_at", UtcDateTime, nullable=False),
    )


_INSTALLATION: Final = installation_table(MetaData())


async def read_installation(connection: AsyncConnection) -> Installation | None:
    """Return the installation of a database; None if it was never recorded."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table(TABLE)):
        return None
    c = _INSTALLATION.c
    row = (await connection.execute(select(c.installation_id, c.kafka_cluster))).one_or_none()
    return None if row is None else Installation(*row)


async def write_installation(connection: AsyncConnection, installation: Installation, at: datetime) -> None:
    """Replace what a database says. Call it in a write transaction."""
    await connection.execute(_INSTALLATION.delete())
    await insert_installation(connection, installation, at)


async def insert_installation(connection: AsyncConnection, installation: Installation, at: datetime) -> None:
    """Write what a database that names no installation says from now on. Call it in a write transaction.

    Raises:
        sqlalchemy.exc.IntegrityError: It names one, perhaps since another transaction ended.
    """
    await connection.execute(
        _INSTALLATION.insert().values(
            id=_ONLY,
            installation_id=installation.installation_id,
            kafka_cluster=installation.kafka_cluster,
            recorded_at=at,
        )
    )


async def record_cluster(connection: AsyncConnection, cluster: str) -> None:
    """Record the Kafka cluster of a database that knows none yet. Call it in a write transaction."""
    unknown = _INSTALLATION.c.kafka_cluster.is_(None)
    await connection.execute(update(_INSTALLATION).where(unknown).values(kafka_cluster=cluster))
