"""What the exchange's rules make of a closed market: who shares what, and whether all is known. Pure.

A market has a number of winners, which of one each way are its places. If more are named, they share: each is
paid the part of the stake that there are winners for each winner (the exchange's rules and regulations, "Dead
heat"). Nobody says which of several winners have tied, so all share alike, as the exchange settles.
"""

from typing import Final

from providers.exchange.protocol import MarketDefinition

MILLI: Final = 1000
_FINAL: Final = frozenset({"WINNER", "PLACED", "LOSER", "REMOVED", "REMOVED_VACANT"})


def is_settled(market: MarketDefinition) -> bool:
    """Tell whether each listed runner of a closed market has a result, though perhaps none has won.

    Without a winner all stakes come back, or all are lost, as the statuses say. A list may lack runners that
    were there before: nothing is known of those.
    """
    return (
        market.status == "CLOSED"
        and bool(market.runners)
        and all(runner.status in _FINAL for runner in market.runners)
    )


def shares_milli(market: MarketDefinition) -> dict[str, int | None]:
    """Return the part of the stake that is paid, in thousandths, by status; None where nobody shares."""
    if market.status != "CLOSED":
        return {}
    counts = {
        status: sum(runner.status == status for runner in market.runners) for status in ("WINNER", "PLACED")
    }
    places = max(market.number_of_winners, 1)
    if market.market_type != "EACH_WAY":
        return {"WINNER": _share(places, counts["WINNER"])}
    return {
        "WINNER": _share(1, counts["WINNER"]),
        "PLACED": _share(max(places - counts["WINNER"], 1), counts["PLACED"]),
    }


def _share(paid: int, tied: int) -> int | None:
    return None if tied <= paid else round(MILLI * paid / tied)
