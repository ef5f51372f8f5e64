"""The source of truth of each table: what can be rebuilt after a loss, and what only a backup has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Table

from subgraphs.kit.records.tables import OutboxTables, StreamTables


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


def global_source(table: Table) -> RecoverySource:
    """Return the source of the last global messages."""
    return RecoverySource(table, Source.TOPIC, ("club.global.v1",))


def cell_source(table: Table) -> RecoverySource:
    """Return the source of which cell a database belongs to."""
    return RecoverySource(
        table,
        Source.BACKUP,
        ("furlong cell claim",),
        lost="which cell the database belongs to, until `furlong cell claim` writes it again",
    )


def installation_source(table: Table) -> RecoverySource:
    """Return the source of which installation a database belongs to."""
    return RecoverySource(
        table,
        Source.TRANSIENT,
        lost="`furlong db upgrade` records it again, as the other databases say",
    )


def common_sources(stream: StreamTables, outbox: OutboxTables, erasure: Table) -> Sequence[RecoverySource]:
    """Return the sources of the tables of consumers and outboxes."""
    return (
        RecoverySource(
            stream.position,
            Source.TRANSIENT,
            lost="an empty table has every topic read from its beginning",
        ),
        RecoverySource(
            stream.dead_letter,
            Source.TOPIC,
            ("the topics the records came from", "their .dlq topics"),
            lost="which records were discarded by a person: they become dead letters again",
        ),
        RecoverySource(
            outbox.outbox,
            Source.DERIVED,
            lost="facts that were written but not published yet; comparing with the upstream and assessing "
            "bets again restores them",
        ),
        RecoverySource(outbox.lease, Source.TRANSIENT),
        RecoverySource(
            erasure,
            Source.TOPIC,
            ("null values of club.account-status.v1", "furlong customer erase"),
            lost="erasures older than the null values that compaction keeps (delete.retention.ms): erase "
            "those customers again",
        ),
    )


def by_name(sources: Sequence[RecoverySource]) -> Mapping[str, RecoverySource]:
    """Return sources by the names of their tables."""
    return {source.table.name: source for source in sources}
