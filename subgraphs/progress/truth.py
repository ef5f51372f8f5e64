"""The source of truth of each progress table, and what is lost without a backup."""

from typing import Final

from subgraphs.kit.records.truth import (
    Source,
    TableTruth,
    cell_truth,
    common_truths,
    installation_truth,
    reference_truths,
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

TRUTHS: Final = (
    *reference_truths(REFERENCE),
    *common_truths(STREAM, OUTBOX, ERASURE),
    cell_truth(CELL),
    installation_truth(INSTALLATION),
    TableTruth(CONTRIBUTION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(KEPT_REVISION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(LATE_REVISION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(BET_CLAIM, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(
        ADJUSTMENT,
        Source.TOPIC,
        (ADJUSTMENT_TOPIC,),
        lost="adjustments older than the topic's retention; the audit log of the back office has them",
    ),
    TableTruth(PROGRESS, Source.DERIVED, (CONTRIBUTION.name, ADJUSTMENT.name)),
    TableTruth(
        LATE_DECISION,
        Source.BACKUP,
        lost="decisions about late bets: the bets wait in `furlong review late` again",
    ),
    TableTruth(
        DISPUTE_DECISION,
        Source.BACKUP,
        lost="decisions about disputed bets: the bets wait in `furlong review disputed` again",
    ),
    TableTruth(MEMBERSHIP, Source.TOPIC, (MEMBERSHIPS,)),
    TableTruth(
        MEMBERSHIP_CHANGE,
        Source.TOPIC,
        (MEMBERSHIPS,),
        lost="all changes but the last of each customer, because the topic is compacted",
    ),
    TableTruth(
        QUALIFICATION,
        Source.TOPIC,
        ("club.qualification.v1",),
        lost="nothing; but confirmed rewards whose bets are no longer in the topic stand "
        "until a person decides",
    ),
    TableTruth(OUTCOME, Source.TOPIC, ("club.outcomes.v1",)),
    TableTruth(WEEK_CLOSING, Source.DERIVED, (REFERENCE.week_definition.name, QUALIFICATION.name)),
    TableTruth(REPAIR, Source.BACKUP, lost="the audit of repaired totals"),
    TableTruth(
        CRM_QUALIFIER,
        Source.FILE,
        ("furlong import crm",),
        lost="who was paid by hand, until the files are imported again: import them before anything is paid",
    ),
)
