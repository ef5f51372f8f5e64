"""Where the truth of the progress tables is."""

from typing import Final

from subgraphs.kit.records.truth import Source, TableTruth, common_truths, reference_truths
from subgraphs.progress.models import (
    BET_CLAIM,
    CONTRIBUTION,
    CRM_QUALIFIER,
    DISPUTE_DECISION,
    ERASURE,
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
    TableTruth(CONTRIBUTION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(KEPT_REVISION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(LATE_REVISION, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(BET_CLAIM, Source.TOPIC, (BETS,), lost=OLD_BETS),
    TableTruth(PROGRESS, Source.DERIVED, (CONTRIBUTION.name,)),
    TableTruth(
        LATE_DECISION,
        Source.BACKUP,
        lost="what persons decided about late bets: they wait in `furlong review late` again",
    ),
    TableTruth(
        DISPUTE_DECISION,
        Source.BACKUP,
        lost="whose disputed bets are: they wait in `furlong review disputed` again",
    ),
    TableTruth(MEMBERSHIP, Source.TOPIC, (MEMBERSHIPS,)),
    TableTruth(
        MEMBERSHIP_CHANGE,
        Source.TOPIC,
        (MEMBERSHIPS,),
        lost="changes before the last one of each customer: the topic is compacted",
    ),
    TableTruth(
        QUALIFICATION,
        Source.TOPIC,
        ("club.qualification.v1",),
        lost="confirmed rewards whose bets the topic holds no more keep standing, and wait for a person",
    ),
    TableTruth(OUTCOME, Source.TOPIC, ("club.outcomes.v1",)),
    TableTruth(WEEK_CLOSING, Source.DERIVED, (REFERENCE.week_definition.name, QUALIFICATION.name)),
    TableTruth(REPAIR, Source.BACKUP, lost="the audit of repaired totals"),
    TableTruth(
        CRM_QUALIFIER,
        Source.FILE,
        ("furlong import crm",),
        lost="who was paid by hand, until the files are imported again: do that before anything is paid",
    ),
)
