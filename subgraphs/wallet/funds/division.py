"""What becomes of the ledger's rows if a cell is divided, or two are united.

A customer's accounts, and all transfers between them and the house's, go with the customer, under their ids.
Each cell has the house's accounts, which count what the cell's transfers have moved, so that both sides of
each cell's ledgers are equal. Transfers between accounts of the house stay where they are. An id that failed
for ever names no account, so each half remembers it: nobody can use it in either.
"""

from itertools import product
from typing import Final

from sqlalchemy import Table

from foundation.storage.cells.division import BY_CUSTOMER, ByParent, Common, Count, Parent, TableRows
from subgraphs.wallet.funds.codes import HOUSE
from subgraphs.wallet.ledger.tables import PENDING, LedgerTables
from subgraphs.wallet.ledger.transfers import TransferFlags

_NOT_POSTED: Final = int(TransferFlags.PENDING | TransferFlags.VOID_PENDING_TRANSFER)
_MOVED: Final = {
    "posted": f"CASE WHEN (counted.flags & {_NOT_POSTED}) = 0 THEN counted.amount ELSE 0 END",
    "pending": f"CASE WHEN beside.status = '{PENDING}' THEN counted.amount ELSE 0 END",
}
"""What a transfer adds to the sums of its accounts; `beside` says how a pending one stands."""


def division_of(ledger: LedgerTables, customer_account: Table) -> TableRows:
    """Return the rules of the ledger's tables and of customers' accounts, by the tables' names."""
    account, transfer, pending = ledger.account.name, ledger.transfer.name, ledger.pending_transfer.name
    beside = {"posted": None, "pending": Parent(pending, (("id", "id"),))}
    sums = tuple(
        Count(f"{side}s_{kind}", transfer, (("id", f"{side}_account_id"),), _MOVED[kind], beside[kind])
        for side, kind in product(("debit", "credit"), _MOVED)
    )
    house = Common(f"{{row}}.code >= {min(HOUSE)}", sums, ("last_timestamp",))
    sides = tuple(Parent(account, ((f"{side}_account_id", "id"),)) for side in ("debit", "credit"))
    return {
        customer_account.name: BY_CUSTOMER,
        account: ByParent((Parent(customer_account.name, (("id", "account_id"),)),), house),
        transfer: ByParent(sides, Common("{row}.failure <> ''")),
        pending: ByParent((Parent(transfer, (("id", "id"),)),)),
        ledger.account_balance.name: ByParent((Parent(account, (("account_id", "id"),)),)),
    }
