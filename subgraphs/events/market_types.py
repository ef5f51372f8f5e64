"""Markets and selections of the graph, as their provider has them and as far as it can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from subgraphs.events.market_views import MarketView
from subgraphs.events.records.runners import StoredRunner
from subgraphs.kit.domain.sports import MARKET_KINDS

_KINDS: Final = {kind: place for place, kind in enumerate(MARKET_KINDS)}
_RACE_WIN: Final = "WIN"
_WINNERS: Final = frozenset({"winner", "placed"})


class MarketStatus(StrEnum):
    """Whether a market takes bets, and whether its results are known."""

    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"
    SETTLED = "SETTLED"


class SelectionStatus(StrEnum):
    """Whether a selection can be bet on, and its result."""

    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    WITHDRAWN = "WITHDRAWN"
    WON = "WON"
    LOST = "LOST"
    VOID = "VOID"
    DEAD_HEAT = "DEAD_HEAT"


def market_status(market: MarketView, *, is_priced: bool) -> MarketStatus:
    """Return the status of a market; one that would be open is suspended if its prices cannot be believed."""
    match market.status:
        case "open":
            return MarketStatus.OPEN if is_priced else MarketStatus.SUSPENDED
        case "settled" | "cancelled":
            return MarketStatus.SETTLED
        case "closed":
            has_result = any(runner.status in _WINNERS for runner in market.runners)
            return MarketStatus.SETTLED if has_result else MarketStatus.CLOSED
        case _:
            return MarketStatus.SUSPENDED


def selection_status(market: MarketView, runner: StoredRunner, status: MarketStatus) -> SelectionStatus:
    """Return the status of a selection in a market of this status."""
    if market.status == "cancelled":
        return SelectionStatus.VOID
    if runner.status == "active" and status is MarketStatus.OPEN:
        return SelectionStatus.OPEN
    if runner.status == "winner" and runner.dead_heat_milli is not None:
        return SelectionStatus.DEAD_HEAT
    if runner.status == "placed":
        return SelectionStatus.LOST if market.kind == _RACE_WIN else SelectionStatus.WON
    return _RESULTS.get(runner.status, SelectionStatus.SUSPENDED)


_RESULTS: Final = {
    "removed": SelectionStatus.WITHDRAWN,
    "removed_vacant": SelectionStatus.WITHDRAWN,
    "winner": SelectionStatus.WON,
    "loser": SelectionStatus.LOST,
    "void": SelectionStatus.VOID,
}


def shown_runners(market: MarketView) -> list[StoredRunner]:
    """Return the selections of a market that are shown, in the provider's order."""
    shown = (runner for runner in market.runners if runner.status != "hidden")
    return sorted(shown, key=lambda runner: (runner.position, runner.key))


def in_order(markets: Iterable[MarketView]) -> list[MarketView]:
    """Return markets in the order in which they are shown: those first that people bet on most."""
    last = len(_KINDS)
    return sorted(
        markets,
        key=lambda market: (
            _KINDS.get(market.kind, last),
            market.name,
            market.line_milli or 0,
            market.own_id,
        ),
    )


def line_of(market: MarketView) -> str | None:
    """Return the line of a market, such as 2.5."""
    return None if market.line_milli is None else f"{market.line_milli / 1000:g}"


def name_of(market: MarketView) -> str:
    """Return the name of a market: the provider's, or that of its kind."""
    if market.name:
        return market.name
    name = MARKET_KINDS.get(market.kind, market.kind.replace("_", " ").title()) or "Market"
    line = line_of(market)
    return name if line is None else f"{name} {line}"
