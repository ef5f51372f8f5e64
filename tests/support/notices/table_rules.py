"""One line for each table of notices: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, Rows
from subgraphs.kit.records.erasure import deleted
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    brand_lock_rule,
    common_rules,
    database_rules,
    postponed_rule,
)
from tests.support.notices import DISMISSED_TOPIC, NOTICE_TOPIC
from tests.support.notices.models import (
    BRAND_LOCK,
    CELL,
    DISMISSAL,
    ERASURE,
    INSTALLATION,
    INTENT,
    NOTICE,
    OUTBOX,
    POSTPONED,
    STREAM,
)

TABLE_RULES: Final = (
    TableRule(
        INTENT,
        Source.BACKUP,
        lost="changes in doubt",
        rows=BY_CUSTOMER,
        erasure=(deleted("changes of the erased customer"),),
    ),
    TableRule(
        DISMISSAL,
        Source.TOPIC,
        (DISMISSED_TOPIC,),
        lost="older ones",
        rows=BY_CUSTOMER,
        erasure=(deleted("nobody needs it", time=DISMISSAL.c.dismissed_at),),
    ),
    TableRule(NOTICE, Source.TOPIC, (NOTICE_TOPIC,), rows=Rows.COPIED),
    brand_lock_rule(BRAND_LOCK),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
