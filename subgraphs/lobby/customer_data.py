"""What the lobby holds about a customer: an account's read model, which goes with an erasure."""

from typing import Final

from subgraphs.kit.records.customer_history import CustomerHistory
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms
from subgraphs.kit.records.table_rules import erasure_rules
from subgraphs.lobby.models import ERASURE, OUTBOX, REFERENCE, STREAM
from subgraphs.lobby.table_rules import TABLE_RULES

HISTORY: Final = CustomerHistory(())
"""Nothing: what a customer plays is the wallet's to tell."""


def erasure_of(dialect: str, pseudonyms: Pseudonyms) -> Erasure:
    """Return the erasure over the lobby's database."""
    tables = ErasureTables(ERASURE, REFERENCE.account, STREAM, OUTBOX)
    return Erasure(tables, erasure_rules(TABLE_RULES), pseudonyms, dialect)
