"""One line for each table of events: its truth and its rows in a divided cell. Nothing is a customer's."""

from typing import Final

from foundation.storage.cells.division import Rows
from subgraphs.events.models import (
    CATALOGUE,
    CELL,
    GLOBAL_STATE,
    INSTALLATION,
    LEADER,
    LEADER_CHANGE,
    MARKET,
    MATCH_DECISION,
    MATCH_WAITING,
    OFFER,
    OUTBOX,
    PICTURE,
    POSTPONED,
    PROVIDER,
    STATISTICS,
    STREAM,
    TRUST,
)
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    common_rules,
    database_rules,
    global_rule,
    postponed_rule,
)
from subgraphs.kit.topics import (
    FIXTURE_TOPIC,
    GLOBAL_TOPIC,
    MARKET_TOPIC,
    STATS_TOPIC,
    STATUS_TOPIC,
    VIDEO_TOPIC,
)

TABLE_RULES: Final = (
    TableRule(
        OFFER,
        Source.TOPIC,
        (FIXTURE_TOPIC,),
        lost="events that their providers no longer have",
        rows=Rows.COPIED,
    ),
    TableRule(
        MARKET,
        Source.TOPIC,
        (MARKET_TOPIC,),
        lost="markets that their providers no longer have",
        rows=Rows.COPIED,
    ),
    TableRule(
        STATISTICS,
        Source.TOPIC,
        (STATS_TOPIC,),
        lost="statistics that their providers no longer have",
        rows=Rows.COPIED,
    ),
    TableRule(
        PICTURE,
        Source.TOPIC,
        (VIDEO_TOPIC,),
        lost="pictures that their providers no longer have",
        rows=Rows.COPIED,
    ),
    TableRule(PROVIDER, Source.TOPIC, (STATUS_TOPIC,), rows=Rows.COPIED),
    TableRule(CATALOGUE, Source.TRANSIENT, rows=Rows.COPIED),
    TableRule(
        TRUST,
        Source.TRANSIENT,
        lost="how often each provider failed lately: all are trusted that are well now",
        rows=Rows.COPIED,
    ),
    TableRule(LEADER, Source.DERIVED, (TRUST.name,), lost="since when each one leads", rows=Rows.COPIED),
    TableRule(
        LEADER_CHANGE,
        Source.BACKUP,
        lost="the record of changes of leaders; nothing depends on it",
        rows=Rows.COPIED,
    ),
    TableRule(MATCH_DECISION, Source.TOPIC, (GLOBAL_TOPIC,), rows=Rows.COPIED),
    TableRule(MATCH_WAITING, Source.DERIVED, (OFFER.name, MATCH_DECISION.name), rows=Rows.COPIED),
    global_rule(GLOBAL_STATE),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX),
    *database_rules(CELL, INSTALLATION),
)
