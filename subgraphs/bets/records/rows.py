"""Bets, settlements and results as rows, and back."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Row

from foundation.same_fields import with_fields_of
from subgraphs.bets.accepting.acceptance import TakenLeg
from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.betting.bet import Bet, BetStatus, Settlement
from subgraphs.bets.settlement.outcomes import Outcome
from subgraphs.bets.settlement.results import MarketResult, Runner, VoidPeriod
from subgraphs.kit.domain.selections import market_of

_SLIP: Final = msgspec.json.Decoder(Slip)
_LEGS: Final = msgspec.json.Decoder(tuple[TakenLeg, ...])
_TEXTS: Final = msgspec.json.Decoder(tuple[str, ...])
_OUTCOMES: Final = msgspec.json.Decoder(dict[str, Outcome])
_RUNNERS: Final = msgspec.json.Decoder(tuple[Runner, ...])
_PERIODS: Final = msgspec.json.Decoder(tuple[VoidPeriod, ...])


def bet_row(bet: Bet) -> dict[str, Any]:
    """Return the columns of a bet but those of its next look."""
    row = asdict(bet)
    del row["settlements"]
    return {
        **row,
        "slip": _json(bet.slip),
        "legs": _json(bet.legs),
        "changed": _json(bet.changed),
        "currency": bet.slip.currency,
        "total_minor": bet.slip.total_minor,
        "status": bet.status.value,
    }


def bet_of(row: Row[Any], settlements: Iterable[Row[Any]] = ()) -> Bet:
    """Return the bet of a row, and of the rows of its settlements in their order."""
    return with_fields_of(
        Bet,
        row,
        slip=_SLIP.decode(row.slip),
        legs=_LEGS.decode(row.legs),
        changed=_TEXTS.decode(row.changed),
        settlements=tuple(map(_settlement_of, settlements)),
    )


def leg_rows(bet: Bet) -> list[dict[str, Any]]:
    """Return the rows by which a bet is found when one of its markets has a result."""
    return [
        {
            "bet_id": bet.bet_id,
            "selection_id": leg.selection_id,
            "market_id": market_of(leg.selection_id),
        }
        for leg in bet.slip.legs
    ]


def settlement_row(bet: Bet, settlement: Settlement) -> dict[str, Any]:
    """Return the columns of a settlement."""
    return {
        **asdict(settlement),
        "bet_id": bet.bet_id,
        "status": settlement.status.value,
        "outcomes": _json(settlement.outcomes),
    }


def _settlement_of(row: Row[Any]) -> Settlement:
    return with_fields_of(
        Settlement,
        row,
        status=BetStatus(row.status),
        outcomes=_OUTCOMES.decode(row.outcomes),
        is_free_bet_kept=bool(row.is_free_bet_kept),
    )


def result_row(market: MarketResult) -> Mapping[str, Any]:
    """Return the columns of a market's result but its id, its revision, and when it was stored."""
    return {
        "kind": market.kind,
        "status": market.status,
        "runners": _json(market.runners),
        "void_periods": _json(market.void_periods),
        "known_at": market.known_at,
    }


def result_of(row: Row[Any]) -> MarketResult:
    """Return the result of a row."""
    return MarketResult(
        kind=row.kind,
        status=row.status,
        runners=_RUNNERS.decode(row.runners),
        void_periods=_PERIODS.decode(row.void_periods),
        known_at=row.known_at,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
