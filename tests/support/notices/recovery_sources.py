"""The source of truth of each table of notices."""

from typing import Final

from subgraphs.kit.records.recovery_sources import (
    RecoverySource,
    Source,
    cell_source,
    common_sources,
    installation_source,
)
from tests.support.notices import DISMISSED_TOPIC, NOTICE_TOPIC
from tests.support.notices.models import (
    BRAND_LOCK,
    CELL,
    DISMISSAL,
    ERASURE,
    INSTALLATION,
    INTENT,
    NOTICE,
    OUTBOX,
    STREAM,
)

RECOVERY_SOURCES: Final = (
    *common_sources(STREAM, OUTBOX, ERASURE),
    cell_source(CELL),
    installation_source(INSTALLATION),
    RecoverySource(BRAND_LOCK, Source.TRANSIENT),
    RecoverySource(INTENT, Source.BACKUP, lost="changes in doubt"),
    RecoverySource(NOTICE, Source.TOPIC, (NOTICE_TOPIC,)),
    RecoverySource(DISMISSAL, Source.TOPIC, (DISMISSED_TOPIC,), lost="older ones"),
)
