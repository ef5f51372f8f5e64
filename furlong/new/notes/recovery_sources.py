"""The source of truth of each table of notes."""

from typing import Final

from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.models import BRAND_LOCK, CELL, ERASURE, INSTALLATION, NOTE, OUTBOX, STREAM
from subgraphs.kit.records.recovery_sources import (
    RecoverySource,
    Source,
    cell_source,
    common_sources,
    installation_source,
)

RECOVERY_SOURCES: Final = (
    *common_sources(STREAM, OUTBOX, ERASURE),
    cell_source(CELL),
    installation_source(INSTALLATION),
    RecoverySource(BRAND_LOCK, Source.TRANSIENT),
    RecoverySource(NOTE, Source.TOPIC, (NOTE_TOPIC,), lost="notes older than the topic's retention"),
)
