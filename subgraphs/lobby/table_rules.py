"""One line for each table of the lobby: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import Rows
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    common_rules,
    database_rules,
    global_rule,
    postponed_rule,
)
from subgraphs.lobby.models import (
    CATALOGUE,
    CELL,
    ERASURE,
    GAME,
    GLOBAL_STATE,
    INSTALLATION,
    LAUNCH_DAY,
    OUTBOX,
    POSTPONED,
    PROVIDER,
    REFERENCE,
    STREAM,
)

TABLE_RULES: Final = (
    *reference_rules(REFERENCE),
    TableRule(
        GAME,
        Source.BACKUP,
        ("the lists of the providers",),
        lost="when each game was first seen: all of them are new",
        rows=Rows.COPIED,
    ),
    TableRule(PROVIDER, Source.TRANSIENT, rows=Rows.COPIED),
    TableRule(CATALOGUE, Source.TRANSIENT, rows=Rows.COPIED),
    TableRule(
        LAUNCH_DAY,
        Source.BACKUP,
        lost="which games are popular: they are counted anew",
        rows=Rows.OF_DATABASE,
    ),
    global_rule(GLOBAL_STATE),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
