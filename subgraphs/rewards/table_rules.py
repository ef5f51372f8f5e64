"""One line for each rewards table: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, Count, Counted, Rows
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.club_kit.topics import CHOICE_TOPIC, REWARD_CONFIG_TOPIC
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
from subgraphs.kit.topics import GLOBAL_TOPIC
from subgraphs.rewards.models import (
    ALLOTMENT,
    ANNOUNCEMENT,
    ASKED,
    BUDGET,
    CELL,
    ERASURE,
    GLOBAL_STATE,
    INSTALLATION,
    INTENT,
    OUTBOX,
    POSTPONED,
    REFERENCE,
    REWARD_CHOICE,
    REWARD_CONFIG,
    REWARD_CONTENT,
    STREAM,
    TAKEN,
)

_SAME_REWARD: Final = (("brand_id", "brand_id"), ("iso_week", "iso_week"), ("reward_id", "reward_id"))

TABLE_RULES: Final = (
    intent_rule(INTENT),
    *reference_rules(REFERENCE),
    TableRule(
        ANNOUNCEMENT,
        Source.TOPIC,
        (CHOICE_TOPIC,),
        rows=BY_CUSTOMER,
        erasure=(deleted("what was published about choices; nothing more is published"),),
    ),
    TableRule(
        REWARD_CHOICE,
        Source.TOPIC,
        (CHOICE_TOPIC,),
        lost="choices that the law replaced before they were published, and those older than the topic's "
        "retention",
        rows=BY_CUSTOMER,
        erasure=(kept("uses up part of a budget", time=REWARD_CHOICE.c.chosen_at),),
    ),
    TableRule(REWARD_CONFIG, Source.TOPIC, (REWARD_CONFIG_TOPIC,), rows=Rows.COPIED),
    TableRule(
        REWARD_CONTENT,
        Source.TOPIC,
        (GLOBAL_TOPIC,),
        lost="revisions before the last of each version and locale",
        rows=Rows.COPIED,
    ),
    TableRule(BUDGET, Source.TOPIC, (GLOBAL_TOPIC,), rows=Rows.COPIED),
    TableRule(ALLOTMENT, Source.TOPIC, (GLOBAL_TOPIC,), rows=Rows.COPIED),
    TableRule(
        ASKED,
        Source.TRANSIENT,
        lost="which cells need more of a budget, until the next request",
        rows=Counted((Count("asked"),)),
    ),
    TableRule(
        TAKEN,
        Source.DERIVED,
        (REWARD_CHOICE.name,),
        rows=Counted((Count("taken", REWARD_CHOICE.name, _SAME_REWARD),)),
    ),
    global_rule(GLOBAL_STATE),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
