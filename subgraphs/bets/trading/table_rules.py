"""What holds of each table of trading: its truth, its rows in a divided cell, and their erasure."""

from sqlalchemy import Table

from foundation.storage.cells.division import BY_CUSTOMER, ByParent, Count, Counted, Parent, Rows
from subgraphs.bets.trading.tables import TradingTables
from subgraphs.bets.trading.topics import FACTOR_TOPIC, VOID_TOPIC
from subgraphs.kit.records.erasure import deleted, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import TableRule

_SAME_SELECTION = tuple((name, name) for name in ("brand_id", "currency", "selection_id"))
_SUMS = ("stake_minor", "returns_minor", "places_minor")


def trading_table_rules(tables: TradingTables, bet: Table) -> tuple[TableRule, ...]:
    """Return the rules of the tables; what names bets stands before what names customers.

    Args:
        tables: Those of trading.
        bet: The table of bets, of which each open one counts: its key is `bet_id`.
    """
    leg = tables.exposed_leg
    counts = (
        *(Count(name, leg.name, _SAME_SELECTION, f"counted.{name}") for name in _SUMS),
        Count("bets", leg.name, _SAME_SELECTION),
    )
    return (
        TableRule(
            leg,
            Source.DERIVED,
            (bet.name,),
            lost="which open bets count for liability",
            rows=ByParent((Parent(bet.name, (("bet_id", "bet_id"),)),)),
            erasure=(kept("how much an open bet may cost, until it is settled; it names no customer"),),
        ),
        TableRule(tables.exposure, Source.DERIVED, (leg.name,), rows=Counted(counts)),
        TableRule(
            tables.exposed_selection,
            Source.DERIVED,
            (bet.name,),
            lost="what selections are called that were bet on, for people who trade",
            rows=Rows.UNITED,
        ),
        TableRule(
            tables.factor,
            Source.TOPIC,
            (FACTOR_TOPIC,),
            rows=BY_CUSTOMER,
            erasure=(deleted("a decision about the customer"),),
        ),
        TableRule(
            tables.bet_void,
            Source.TOPIC,
            (VOID_TOPIC,),
            lost="voids older than the topic keeps: bets that were settled by them stay so",
            rows=BY_CUSTOMER,
            erasure=(kept("why a bet was void, as the bet itself"),),
        ),
    )
