"""One line for each progress table: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, Rows
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.club_kit.topics import (
    ADJUSTMENT_TOPIC,
    MEMBERSHIP_TOPIC,
    OUTCOMES_TOPIC,
    PROGRESS_TOPIC,
    QUALIFICATION_TOPIC,
)
from subgraphs.kit.records.erasure import deleted, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import TableRule, common_rules, database_rules, postponed_rule
from subgraphs.kit.topics import EVENT_MARKET_TOPIC, EVENT_OFFER_TOPIC
from subgraphs.progress.models import (
    ADJUSTMENT,
    BET_CLAIM,
    BET_MARKET,
    CELL,
    CONTRIBUTION,
    CRM_QUALIFIER,
    DISPUTE_DECISION,
    ERASURE,
    INSTALLATION,
    KEPT_REVISION,
    KNOWN_MARKET,
    KNOWN_OFFER,
    LATE_DECISION,
    LATE_REVISION,
    MEMBERSHIP,
    MEMBERSHIP_CHANGE,
    OUTBOX,
    OUTCOME,
    POSTPONED,
    PROGRESS,
    QUALIFICATION,
    REFERENCE,
    REPAIR,
    STREAM,
    WEEK_CLOSING,
)

OLD_BETS: Final = "bets older than the topic's retention"
_KEPT_ELSEWHERE: Final = "bets: the betting platform keeps its own"
_MONEY: Final = "evidence of why a reward was or was not paid"
_AUDIT: Final = "audit of what people decided"

TABLE_RULES: Final = (
    *reference_rules(REFERENCE),
    TableRule(
        CONTRIBUTION,
        Source.TOPIC,
        (PROGRESS_TOPIC,),
        lost=OLD_BETS,
        rows=BY_CUSTOMER,
        erasure=(deleted(_KEPT_ELSEWHERE, time=CONTRIBUTION.c.placed_at),),
    ),
    TableRule(
        KEPT_REVISION,
        Source.TOPIC,
        (PROGRESS_TOPIC,),
        lost=OLD_BETS,
        rows=BY_CUSTOMER,
        erasure=(deleted(_KEPT_ELSEWHERE, time=KEPT_REVISION.c.placed_at),),
    ),
    TableRule(
        BET_CLAIM,
        Source.TOPIC,
        (PROGRESS_TOPIC,),
        lost=OLD_BETS,
        rows=BY_CUSTOMER,
        erasure=(deleted(_KEPT_ELSEWHERE, time=BET_CLAIM.c.placed_at),),
    ),
    TableRule(
        KNOWN_OFFER,
        Source.TOPIC,
        (EVENT_OFFER_TOPIC,),
        lost="sports events that the block of events no longer keeps: bets on them wait as EVENT_PENDING",
        rows=Rows.COPIED,
    ),
    TableRule(
        KNOWN_MARKET,
        Source.TOPIC,
        (EVENT_MARKET_TOPIC,),
        lost="markets that the block of events no longer keeps: bets on them wait as EVENT_PENDING",
        rows=Rows.COPIED,
    ),
    TableRule(
        BET_MARKET,
        Source.DERIVED,
        (CONTRIBUTION.name, KEPT_REVISION.name),
        rows=BY_CUSTOMER,
        erasure=(deleted(_KEPT_ELSEWHERE),),
    ),
    TableRule(
        DISPUTE_DECISION,
        Source.BACKUP,
        lost="decisions about disputed bets: the bets wait in `furlong review disputed` again",
        rows=BY_CUSTOMER,
        erasure=(kept(_AUDIT),),
    ),
    TableRule(
        LATE_REVISION,
        Source.TOPIC,
        (PROGRESS_TOPIC,),
        lost=OLD_BETS,
        rows=BY_CUSTOMER,
        erasure=(deleted("bets that wait for a decision", time=LATE_REVISION.c.occurred_at),),
    ),
    TableRule(
        ADJUSTMENT,
        Source.TOPIC,
        (ADJUSTMENT_TOPIC,),
        lost="adjustments older than the topic's retention; the audit log of the back office has them",
        rows=BY_CUSTOMER,
        erasure=(
            deleted(
                "part of the totals; the audit log of the back office keeps who decided",
                time=ADJUSTMENT.c.decided_at,
            ),
        ),
    ),
    TableRule(
        PROGRESS,
        Source.DERIVED,
        (CONTRIBUTION.name, ADJUSTMENT.name),
        rows=BY_CUSTOMER,
        erasure=(deleted("totals of the bets; worked out again from the bets that are left"),),
    ),
    TableRule(
        MEMBERSHIP,
        Source.TOPIC,
        (MEMBERSHIP_TOPIC,),
        rows=BY_CUSTOMER,
        erasure=(deleted("read model of the membership", time=MEMBERSHIP.c.occurred_at),),
    ),
    TableRule(
        MEMBERSHIP_CHANGE,
        Source.TOPIC,
        (MEMBERSHIP_TOPIC,),
        lost="all changes but the last of each customer, because the topic is compacted",
        rows=BY_CUSTOMER,
        erasure=(deleted("read model of the membership", time=MEMBERSHIP_CHANGE.c.at),),
    ),
    TableRule(
        QUALIFICATION,
        Source.TOPIC,
        (QUALIFICATION_TOPIC,),
        lost="nothing; but confirmed rewards whose bets are no longer in the topic stand "
        "until a person decides",
        rows=BY_CUSTOMER,
        erasure=(
            deleted("a reward that is not due yet", where=QUALIFICATION.c.status == "provisional"),
            kept(_MONEY),
        ),
    ),
    TableRule(OUTCOME, Source.TOPIC, (OUTCOMES_TOPIC,), rows=BY_CUSTOMER, erasure=(kept(_MONEY),)),
    TableRule(
        LATE_DECISION,
        Source.BACKUP,
        lost="decisions about late bets: the bets wait in `furlong review late` again",
        rows=BY_CUSTOMER,
        erasure=(kept(_AUDIT, time=LATE_DECISION.c.decided_at),),
    ),
    TableRule(
        REPAIR,
        Source.BACKUP,
        lost="the audit of repaired totals",
        rows=BY_CUSTOMER,
        erasure=(kept(_AUDIT, time=REPAIR.c.repaired_at),),
    ),
    TableRule(
        CRM_QUALIFIER,
        Source.FILE,
        ("furlong import crm",),
        lost="who was paid by hand, until the files are imported again: import them before anything is paid",
        rows=BY_CUSTOMER,
        erasure=(kept("was paid by hand"),),
    ),
    TableRule(
        WEEK_CLOSING,
        Source.DERIVED,
        (REFERENCE.week_definition.name, QUALIFICATION.name),
        rows=Rows.COPIED,
    ),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
