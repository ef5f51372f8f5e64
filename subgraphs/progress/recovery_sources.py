"""The source of truth of each progress table, and what is lost without a backup."""

from typing import Final

from subgraphs.club_kit.records.recovery_sources import reference_sources
from subgraphs.kit.records.recovery_sources import (
    RecoverySource,
    Source,
    cell_source,
    common_sources,
    installation_source,
)
from subgraphs.progress.adjustment_repository import ADJUSTMENT_TOPIC
from subgraphs.progress.models import (
    ADJUSTMENT,
    BET_CLAIM,
    CELL,
    CONTRIBUTION,
    CRM_QUALIFIER,
    DISPUTE_DECISION,
    ERASURE,
    INSTALLATION,
    KEPT_REVISION,
    LATE_DECISION,
    LATE_REVISION,
    MEMBERSHIP,
    MEMBERSHIP_CHANGE,
    OUTBOX,
    OUTCOME,
    PROGRESS,
    QUALIFICATION,
    REFERENCE,
    REPAIR,
    STREAM,
    WEEK_CLOSING,
)

BETS: Final = "club.progress.v1"
MEMBERSHIPS: Final = "club.membership.v1"
OLD_BETS: Final = "bets older than the topic's retention"

RECOVERY_SOURCES: Final = (
    *reference_sources(REFERENCE),
    *common_sources(STREAM, OUTBOX, ERASURE),
    cell_source(CELL),
    installation_source(INSTALLATION),
    RecoverySource(CONTRIBUTION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    RecoverySource(KEPT_REVISION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    RecoverySource(LATE_REVISION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    RecoverySource(BET_CLAIM, Source.TOPIC, (BETS,), lost=OLD_BETS),
    RecoverySource(
        ADJUSTMENT,
        Source.TOPIC,
        (ADJUSTMENT_TOPIC,),
        lost="adjustments older than the topic's retention; the audit log of the back office has them",
    ),
    RecoverySource(PROGRESS, Source.DERIVED, (CONTRIBUTION.name, ADJUSTMENT.name)),
    RecoverySource(
        LATE_DECISION,
        Source.BACKUP,
        lost="decisions about late bets: the bets wait in `furlong review late` again",
    ),
    RecoverySource(
        DISPUTE_DECISION,
        Source.BACKUP,
        lost="decisions about disputed bets: the bets wait in `furlong review disputed` again",
    ),
    RecoverySource(MEMBERSHIP, Source.TOPIC, (MEMBERSHIPS,)),
    RecoverySource(
        MEMBERSHIP_CHANGE,
        Source.TOPIC,
        (MEMBERSHIPS,),
        lost="all changes but the last of each customer, because the topic is compacted",
    ),
    RecoverySource(
        QUALIFICATION,
        Source.TOPIC,
        ("club.qualification.v1",),
        lost="nothing; but confirmed rewards whose bets are no longer in the topic stand "
        "until a person decides",
    ),
    RecoverySource(OUTCOME, Source.TOPIC, ("club.outcomes.v1",)),
    RecoverySource(WEEK_CLOSING, Source.DERIVED, (REFERENCE.week_definition.name, QUALIFICATION.name)),
    RecoverySource(REPAIR, Source.BACKUP, lost="the audit of repaired totals"),
    RecoverySource(
        CRM_QUALIFIER,
        Source.FILE,
        ("furlong import crm",),
        lost="who was paid by hand, until the files are imported again: import them before anything is paid",
    ),
)
