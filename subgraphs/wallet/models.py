"""The wallet's tables."""

from pathlib import Path

from sqlalchemy import MetaData

from subgraphs.wallet.ledger.tables import LedgerTables

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
LEDGER = LedgerTables.declare(METADATA)
