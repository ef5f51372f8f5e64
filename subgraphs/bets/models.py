"""The tables of bets."""

from pathlib import Path

from sqlalchemy import MetaData

from foundation.storage.cells.ownership import cell_table
from foundation.storage.installation import installation_table
from subgraphs.bets.records.tables import BetTables
from subgraphs.bets.trading.tables import TradingTables
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.global_state import global_state_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
REFERENCE = ReferenceTables.declare(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)
GLOBAL_STATE = global_state_table(METADATA)
BETS = BetTables.declare(METADATA)
TRADING = TradingTables.declare(METADATA)
