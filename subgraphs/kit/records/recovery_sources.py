"""The source of truth of each table: what can be rebuilt after a loss, and what only a backup has."""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Table


class Source(Enum):
    """What restores a table's rows.

    TOPIC: Kafka, as far back as its retention or compaction goes.
    DERIVED: other tables of the same database.
    UPSTREAM: the upstream's API, when records are compared with it.
    FILE: files that an operator loads or imports.
    BACKUP: nothing but a backup.
    TRANSIENT: nothing is needed: the rows describe work in progress.
    """

    TOPIC = "topic"
    DERIVED = "derived"
    UPSTREAM = "upstream"
    FILE = "file"
    BACKUP = "backup"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class RecoverySource:
    """The source of truth of a table.

    Attributes:
        source: The kind of source that restores its rows.
        where: The topics, tables or commands.
        lost: What is lost without a backup, in words for an operator; empty if nothing is.
    """

    table: Table
    source: Source
    where: tuple[str, ...] = ()
    lost: str = ""


def installation_source(table: Table) -> RecoverySource:
    """Return the source of which installation a database belongs to."""
    return RecoverySource(
        table,
        Source.TRANSIENT,
        lost="`furlong db upgrade` records it again, as the other databases say",
    )
