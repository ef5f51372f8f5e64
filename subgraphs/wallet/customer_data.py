"""What the wallet holds about a customer: what support sees of it, and how it is erased."""

from typing import Final

from subgraphs.kit.records.customer_history import CustomerHistory
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules
from subgraphs.wallet.models import ERASURE, OUTBOX, REFERENCE, STREAM
from subgraphs.wallet.retention.erasing import note_term
from subgraphs.wallet.table_rules import TABLE_RULES

HISTORY: Final = CustomerHistory(())


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the wallet's database."""
    tables = ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect, first=note_term)
