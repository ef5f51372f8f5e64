"""What is said of trading's tables fits them."""

from sqlalchemy import Column, MetaData, Table

from foundation.storage.cells.division import BY_CUSTOMER
from foundation.storage.columns import Identifier
from subgraphs.bets.trading.table_rules import trading_table_rules
from subgraphs.bets.trading.tables import TradingTables
from subgraphs.kit.records.erasure import kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_flaws import flaws
from subgraphs.kit.records.table_rules import TableRule

METADATA = MetaData()
TABLES = TradingTables.declare(METADATA)
BET = Table(
    "bet",
    METADATA,
    Column("bet_id", Identifier(), primary_key=True),
    Column("brand_id", Identifier(), nullable=False),
    Column("customer_id", Identifier(128), nullable=False),
)


def test_each_table_has_a_rule_that_can_be_right() -> None:
    """A divided cell counts again what its open bets may cost."""
    of_bet = TableRule(BET, Source.BACKUP, lost="bets", rows=BY_CUSTOMER, erasure=(kept("the law"),))
    assert flaws(METADATA, (*trading_table_rules(TABLES, BET), of_bet)) == []
