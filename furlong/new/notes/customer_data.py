"""What is known about a customer's notes: what support sees of it, and how it is erased."""

from typing import Final

from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.models import BRAND_LOCK, ERASURE, NOTE, OUTBOX, STREAM
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryTable, message_of
from subgraphs.kit.records.erasure import Erasure, ErasureRule, ErasureTables, Pseudonyms

HISTORY: Final = CustomerHistory(
    (HistoryTable("note", NOTE, NOTE.c.written_at, NOTE.c.note_id, message_of(NOTE_TOPIC, "revision")),)
)
RULES: Final = (ErasureRule(NOTE, "of no use without the customer", time=NOTE.c.written_at),)


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the database of notes."""
    tables = ErasureTables(ERASURE, None, STREAM, OUTBOX, BRAND_LOCK)
    return Erasure(tables, RULES, pseudonyms, dialect)
