"""One line for each table of notes: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER
from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.models import BRAND_LOCK, CELL, ERASURE, INSTALLATION, NOTE, OUTBOX, POSTPONED, STREAM
from subgraphs.kit.records.erasure import deleted
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    brand_lock_rule,
    common_rules,
    database_rules,
    postponed_rule,
)

TABLE_RULES: Final = (
    TableRule(
        NOTE,
        Source.TOPIC,
        (NOTE_TOPIC,),
        lost="notes older than the topic's retention",
        rows=BY_CUSTOMER,
        erasure=(deleted("of no use without the customer", time=NOTE.c.written_at),),
    ),
    brand_lock_rule(BRAND_LOCK),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
