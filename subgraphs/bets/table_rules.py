"""One line for each table of bets: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, ByParent, Parent, Rows
from subgraphs.bets.models import (
    BETS,
    CELL,
    ERASURE,
    GLOBAL_STATE,
    INSTALLATION,
    OUTBOX,
    POSTPONED,
    REFERENCE,
    STREAM,
    TRADING,
)
from subgraphs.bets.trading.table_rules import trading_table_rules
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.kit.records.erasure import kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    common_rules,
    database_rules,
    global_rule,
    postponed_rule,
)
from subgraphs.kit.topics import EVENT_RESULT_TOPIC

_LAW: Final = "what the law has kept of bets; the wallet keeps their money"
_OF_BET: Final = ByParent((Parent(BETS.bet.name, (("bet_id", "bet_id"),)),))

TABLE_RULES: Final = (
    *reference_rules(REFERENCE),
    TableRule(
        BETS.leg,
        Source.DERIVED,
        (BETS.bet.name,),
        rows=_OF_BET,
        erasure=(kept(_LAW),),
    ),
    TableRule(
        BETS.settlement,
        Source.BACKUP,
        lost="how bets were settled: results say it again, and the ledger pays nothing twice",
        rows=_OF_BET,
        erasure=(kept(_LAW),),
    ),
    *trading_table_rules(TRADING, BETS.bet),
    TableRule(
        BETS.bet,
        Source.BACKUP,
        lost="bets since the backup: their stakes are in the ledger, and `bet.state.v1` has told of them",
        rows=BY_CUSTOMER,
        erasure=(kept(_LAW),),
    ),
    TableRule(BETS.result, Source.TOPIC, (EVENT_RESULT_TOPIC,), rows=Rows.COPIED),
    global_rule(GLOBAL_STATE),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
