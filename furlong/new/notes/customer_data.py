"""What is known about a customer's notes: what support sees of it, and how it is erased."""

from typing import Final

from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.models import BRAND_LOCK, ERASURE, NOTE, OUTBOX, STREAM
from furlong.new.notes.table_rules import TABLE_RULES
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules

HISTORY: Final = CustomerHistory(
    (HistoryTable("note", NOTE, NOTE.c.written_at, NOTE.c.note_id, message_of(NOTE_TOPIC, "revision")),)
)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the database of notes."""
    tables = ErasureTables(ERASURE, None, STREAM, OUTBOX, BRAND_LOCK)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect)
