"""The source of truth of the read models that the club's subgraphs share."""

from collections.abc import Sequence

from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.records.recovery_sources import RecoverySource, Source


def reference_sources(tables: ReferenceTables) -> Sequence[RecoverySource]:
    """Return the sources of the read models that the club's subgraphs share."""
    return (
        RecoverySource(tables.brand, Source.TOPIC, ("club.scheme.v1",)),
        RecoverySource(tables.scheme, Source.TOPIC, ("club.scheme.v1",)),
        RecoverySource(tables.account, Source.TOPIC, ("club.account-status.v1",)),
        RecoverySource(tables.week_definition, Source.TOPIC, ("club.week.v1",)),
    )
