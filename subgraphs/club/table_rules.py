"""One line for each of the club's tables: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, Rows
from subgraphs.club.models import (
    ACCOUNT_CHANGE,
    CELL,
    COMPARISON,
    CONTROL_DRAW,
    ERASURE,
    GLOBAL_STATE,
    IMPRESSION,
    INSTALLATION,
    INTENT,
    MEMBERSHIP_EVENT,
    OUTBOX,
    POSTPONED,
    REFERENCE,
    STREAM,
    TRIAL_DRAW,
)
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, MEMBERSHIP_TOPIC
from subgraphs.kit.records.erasure import deleted, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    common_rules,
    database_rules,
    global_rule,
    intent_rule,
    postponed_rule,
)

TABLE_RULES: Final = (
    intent_rule(INTENT),
    *reference_rules(REFERENCE),
    TableRule(
        ACCOUNT_CHANGE,
        Source.TOPIC,
        (ACCOUNT_TOPIC,),
        lost="earlier states of accounts, because the topic keeps only the last one of each customer",
        rows=BY_CUSTOMER,
        erasure=(deleted("read model of the account"),),
    ),
    TableRule(
        MEMBERSHIP_EVENT,
        Source.TOPIC,
        (MEMBERSHIP_TOPIC,),
        lost="the history of memberships between first opt-in and current state, which are both read back; "
        "the terms that were agreed to",
        rows=BY_CUSTOMER,
        erasure=(
            kept(
                "evidence of consent to the terms, and of exclusions that were obeyed",
                time=MEMBERSHIP_EVENT.c.at,
            ),
        ),
    ),
    TableRule(
        IMPRESSION,
        Source.BACKUP,
        lost="who was shown the tracker: customers who return in the current week are recorded again, and "
        "the funnel of earlier weeks begins with zero",
        rows=BY_CUSTOMER,
        erasure=(deleted("what the customer was shown"),),
    ),
    TableRule(
        CONTROL_DRAW,
        Source.BACKUP,
        lost="since when customers are compared with the control group: the same draw is recorded again when "
        "they return, and analytics keeps the first time",
        rows=BY_CUSTOMER,
        erasure=(deleted("which group the customer was drawn for"),),
    ),
    TableRule(
        TRIAL_DRAW,
        Source.BACKUP,
        lost="since when customers are compared in a reward's trial: the same draw is recorded again when "
        "they return, and analytics keeps the first time",
        rows=BY_CUSTOMER,
        erasure=(deleted("which reward the customer was drawn for"),),
    ),
    TableRule(COMPARISON, Source.TRANSIENT, rows=Rows.BOOKMARK),
    global_rule(GLOBAL_STATE),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
