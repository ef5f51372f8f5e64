"""The platform's feeds: a bet as each of its systems publishes it, as defined in `contracts/feeds/`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from simulator.kafka.messages import LEGS, Bet, Message

EPOCH: Final = datetime.fromtimestamp(0, UTC)
COMMISSION: Final = Decimal("0.05")
"""The exchange's share of the winnings."""

COMBINATIONS: Final = {"single": 1, "multiple": 1, "system": 4}
"""The number of combinations that the legs of each type of bet make."""


def feed_message(bet: Bet) -> Message:
    """Return the record of the system that took the bet; equal revisions give equal bytes."""
    topic, form = _FORMS[bet.product if bet.channel is None else bet.channel]
    return Message(
        topic, f"{bet.brand_id}:{bet.customer_id}".encode(), msgspec.json.encode(form(bet)), headers=()
    )


def _sports(bet: Bet) -> Mapping[str, Any]:
    states = {"void": "void", "cashed_out": "cashed_out", "placed": "accepted"}
    kind = bet.bet_type or "single"
    legs, combinations = LEGS[kind], COMBINATIONS[kind]
    is_each_way = _number(bet) % 5 == 0
    purse = "cash" if bet.stake_source == "cash" else "free"
    nothing = {"cash": "0.00", "free": "0.00"}
    returned = bet.stake_minor - bet.counting_stake_minor if bet.status == "partially_void" else 0
    on = [
        {"on": {"selection_id": leg.selection_id, "price": str(Decimal(leg.odds_milli) / 1000)}}
        for leg in bet.legs
    ] or [{}] * legs
    return {
        "schema": "sports.bets/1",
        "brand": bet.brand_id,
        "account": bet.customer_id,
        "bet": bet.bet_id,
        "version": bet.revision,
        "state": states.get(bet.status, "settled"),
        "legs": [
            {"event": f"e-{number}", "each_way": is_each_way, **leg} for number, leg in enumerate(on, 1)
        ],
        "combinations": combinations * 2 if is_each_way else combinations,
        "price": None if bet.odds_milli is None else str(Decimal(bet.odds_milli) / 1000),
        "currency": bet.currency,
        "stake": nothing | {purse: _units(bet.stake_minor)},
        "returned": nothing | {purse: _units(returned)},
        "placed_at": _instant(bet.placed_at),
        "changed_at": _instant(bet.changed_at),
    }


def _esports(bet: Bet) -> Mapping[str, Any]:
    statuses = {"placed": "ACCEPTED", "void": "REFUNDED", "cashed_out": "CASHED_OUT"}
    kinds = {"single": "SINGLE", "multiple": "COMBO", "system": "SYSTEM"}
    return {
        "wagerId": _number(bet) + 1,
        "seq": bet.revision,
        "operatorId": bet.brand_id,
        "playerId": bet.customer_id,
        "betType": kinds[bet.bet_type or "single"],
        "status": statuses.get(bet.status, "WON" if _won(bet) else "LOST"),
        "stakeMinor": bet.stake_minor,
        "refundedMinor": bet.stake_minor - bet.counting_stake_minor if bet.status == "partially_void" else 0,
        "currency": bet.currency,
        "bonus": bet.stake_source == "free_bet",
        "odds": (bet.odds_milli or 2000) / 1000,
        "createdAt": _milliseconds(bet.placed_at),
        "updatedAt": _milliseconds(bet.changed_at),
    }


def _virtual(bet: Bet) -> Mapping[str, Any]:
    """Return a ticket on one runner; instead of a cash-out or a partial void it is resulted."""
    state = {"placed": "ISSUED", "void": "CANCELLED"}.get(bet.status, "RESULTED")
    changed = None if state == "ISSUED" else _instant(bet.changed_at)
    return {
        "ticket": bet.bet_id,
        "site": bet.brand_id,
        "customer": bet.customer_id,
        "state": state,
        "selections": [{"runner": str(_number(bet) % 8 + 1), "odds": _fractional(bet.odds_milli)}],
        "stake": _units(bet.stake_minor),
        "currency": bet.currency,
        "token": None if bet.stake_source == "cash" else f"FREE-{_number(bet)}",
        "at": {
            "issued": _instant(bet.placed_at),
            "resulted": changed if state == "RESULTED" else None,
            "cancelled": changed if state == "CANCELLED" else None,
        },
    }


def _exchange(bet: Bet) -> Mapping[str, Any]:
    """Return an order that was matched at once; unless voided it is settled, half of them with profit."""
    state = {"placed": "MATCHED", "void": "VOIDED"}.get(bet.status, "SETTLED")
    price = Decimal(bet.odds_milli or 2000) / 1000
    side = "LAY" if _number(bet) % 4 == 0 else "BACK"
    won = Decimal(bet.stake_minor) / 100 * (price - 1 if side == "BACK" else 1)
    commission = (won * COMMISSION if _won(bet) else Decimal(0)).quantize(Decimal("0.0001"))
    return {
        "order": bet.bet_id,
        "revision": bet.revision,
        "brand": bet.brand_id,
        "customer": bet.customer_id,
        "side": side,
        "state": state,
        "matched": {"size": _units(bet.stake_minor), "price": str(price)},
        "funds": "cash" if bet.stake_source == "cash" else "bonus",
        "currency": bet.currency,
        "commission": str(commission) if state == "SETTLED" else None,
        "placed_at": _instant(bet.placed_at),
        "updated_at": _instant(bet.changed_at),
    }


def _casino(bet: Bet) -> Mapping[str, Any]:
    purse = "cash" if bet.stake_source == "cash" else "bonus"
    return {
        "roundId": bet.bet_id,
        "operator": bet.brand_id,
        "player": bet.customer_id,
        "game": "book-of-rivers",
        "transactions": bet.revision,
        "status": "ROLLED_BACK" if bet.status == "void" else "CLOSED",
        "wagered": {"cash": 0, "bonus": 0} | {purse: bet.stake_minor},
        "currency": bet.currency,
        "startedAt": _instant(bet.placed_at),
        "updatedAt": _instant(bet.changed_at),
    }


_FORMS: Final[Mapping[str, tuple[str, Callable[[Bet], Mapping[str, Any]]]]] = {
    "sports": ("sports.bets.v1", _sports),
    "esports": ("esports.wagers.v1", _esports),
    "virtual": ("virtual.tickets.v1", _virtual),
    "exchange": ("exchange.orders.v1", _exchange),
    "casino": ("casino.rounds.v1", _casino),
}
"""Topic and encoder, by product or channel."""


def _units(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _fractional(odds_milli: int | None) -> str:
    if odds_milli is None:
        return "SP"
    odds = Fraction(odds_milli - 1000, 1000)
    return f"{odds.numerator}/{odds.denominator}"


def _number(bet: Bet) -> int:
    """Return a number that depends only on the bet's id."""
    return uuid5(NAMESPACE_URL, bet.bet_id).int % (2**31 - 1)


def _won(bet: Bet) -> bool:
    return _number(bet) % 2 == 0


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)
