"""The tables of the wallet, which become its `models` with the line of the block."""

from pathlib import Path

from sqlalchemy import MetaData

from subgraphs.wallet.funds.customer_accounts import customer_account_table
from subgraphs.wallet.ledger.tables import LedgerTables
from subgraphs.wallet.limits.tables import LimitTables

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
LEDGER = LedgerTables.declare(METADATA)
CUSTOMER_ACCOUNT = customer_account_table(METADATA)
LIMITS = LimitTables.declare(METADATA)
