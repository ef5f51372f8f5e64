"""One line for each table of the wallet: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.kit.records.erasure import kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import TableRule, common_rules, database_rules
from subgraphs.wallet.funds.division import division_of
from subgraphs.wallet.models import (
    CELL,
    CLOSES,
    CUSTOMER_ACCOUNT,
    ERASURE,
    INSTALLATION,
    LEDGER,
    LIMITS,
    OUTBOX,
    REFERENCE,
    STREAM,
)

_MONEY: Final = "whose money it is: nothing else knows"
_ASKED: Final = "what customers asked of their limits: nothing else knows"
_CLOSED: Final = "how days were closed, and why payouts stopped: nothing else knows"
_LAW: Final = "what the law has kept of money and of limits"
_DIVIDED: Final = division_of(LEDGER, CUSTOMER_ACCOUNT)

TABLE_RULES: Final = (
    *reference_rules(REFERENCE),
    *(
        TableRule(table, Source.BACKUP, lost=_MONEY, rows=_DIVIDED[table.name], erasure=(kept(_LAW),))
        for table in (
            CUSTOMER_ACCOUNT,
            LEDGER.account,
            LEDGER.transfer,
            LEDGER.pending_transfer,
            LEDGER.account_balance,
        )
    ),
    TableRule(
        LEDGER.frontier,
        Source.BACKUP,
        lost="which days are over: the next close says it again",
        rows=Rows.OF_DATABASE,
    ),
    *(
        TableRule(table, Source.BACKUP, lost=_CLOSED, rows=Rows.OF_DATABASE)
        for table in (CLOSES.close, CLOSES.head)
    ),
    TableRule(CLOSES.hold, Source.BACKUP, lost=_CLOSED, rows=Rows.COPIED),
    *(
        TableRule(table, Source.BACKUP, lost=_ASKED, rows=BY_CUSTOMER, erasure=(kept(_LAW),))
        for table in (
            LIMITS.holder,
            LIMITS.limit,
            LIMITS.chosen_break,
            LIMITS.change,
            LIMITS.claim,
            LIMITS.check,
        )
    ),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
