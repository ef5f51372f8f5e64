"""Generated records of the platform's bets, and what each counts by the rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any

from hypothesis import strategies as st

MINIMUM = Fraction(3, 2)
"""The shortest odds that count; the least stake is one unit."""

BETTING, CASINO = "northbet", "spinbet"
INSTANTS = ["2026-03-23T00:00:00Z", "2026-03-26T12:00:00Z", "2026-03-29T23:59:59+01:00"]
MILLIS = [1774224000000, 1774526400000, 1774825199000]
"""All of week 13 in London."""

amounts = st.sampled_from(["25.00", "4.99", "1.00", "0.50"])
prices = st.sampled_from(["3.45", "1.50", "1.49", "2.80"])
customers = st.sampled_from(["c-1", "c-2"])
Told = dict[str, Any]


@dataclass(frozen=True)
class History:
    """Some revisions of one bet in a feed, the lowest first; the last one counts."""

    feed: str
    customer: str
    records: Sequence[Told]

    @property
    def brand(self) -> str:
        """Return the brand whose scheme applies."""
        return CASINO if self.feed == "casino" else BETTING

    @property
    def counts(self) -> int:
        """Return what the bet counts, in minor units."""
        return COUNTED[self.feed](self.records[-1])


@st.composite
def histories(draw: st.DrawFn) -> list[History]:
    """Draw histories of one to four bets in each of the five feeds."""
    return [
        make(draw, f"{number}", draw(customers))
        for make in (_sports, _esports, _virtual, _exchange, _casino)
        for number in range(draw(st.integers(1, 4)))
    ]


@st.composite
def histories_on_events(draw: st.DrawFn) -> list[tuple[History, bool]]:
    """Draw histories whose records say what they are on, or not; and whether all of that is football."""
    made = []
    for history in draw(histories()):
        sports = draw(st.lists(st.sampled_from(["football", "football", "tennis"]), min_size=5, max_size=5))
        legs = LEGS[history.feed](history.records[0])
        if legs and draw(st.sampled_from([True, True, False])):
            for record in history.records:
                NAMED[history.feed](record, sports[:legs])
            made.append((history, set(sports[:legs]) == {"football"}))
        else:
            made.append((history, False))
    return made


def _name_all(legs: list[Told], sports: Sequence[str], **more: Any) -> None:
    for number, sport in enumerate(sports):
        on = {"selection_id": f"s-{number}", "sport": sport, **more}
        legs[number] = {**legs[number], "on": on}


def _name_wager(told: Told, sports: Sequence[str]) -> None:
    told["on"] = [{"selectionId": f"s-{n}", "odds": 2.0, "sport": sport} for n, sport in enumerate(sports)]


NAMED: dict[str, Callable[[Told, Sequence[str]], None]] = {
    "sports": lambda told, sports: _name_all(told["legs"], sports, price="2.00"),
    "esports": _name_wager,
    "virtual": lambda told, sports: _name_all(told["selections"], sports),
    "exchange": lambda told, sports: told.update(on={"selection_id": "s-1", "sport": sports[0]}),
}
"""How the records of a feed come to say what they are on."""

LEGS: dict[str, Callable[[Told], int]] = {
    "sports": lambda told: len(told["legs"]),
    "esports": lambda told: 1 if told["betType"] == "SINGLE" else 3,
    "virtual": lambda told: len(told["selections"]),
    "exchange": lambda _: 1,
    "casino": lambda _: 0,
}


def _versions(draw: st.DrawFn) -> Sequence[int]:
    return sorted(draw(st.sets(st.integers(1, 5), min_size=1, max_size=4)))


def _sports(draw: st.DrawFn, number: str, customer: str) -> History:
    cash, free = (
        draw(st.sampled_from(["5.00", "25.00", "7.30", "0.60", "0.00"])),
        draw(st.sampled_from(["0.00", "0.40"])),
    )
    bet = {"schema": "sports.bets/1", "brand": BETTING, "account": customer, "bet": number, "currency": "GBP"}
    leg = draw(st.sampled_from([{}, {}, {"each_way": True}]))
    kind = {"legs": [leg] * draw(st.integers(1, 3)), "combinations": draw(st.sampled_from([1, 1, 2, 4]))}
    return History(
        "sports",
        customer,
        [
            {
                **bet,
                **kind,
                "version": version,
                "state": draw(st.sampled_from(["settled", "accepted", "settled", "void", "cashed_out"])),
                "price": draw(st.sampled_from(["3.45", "1.50", "2.80", "1.49", None])),
                "stake": {"cash": cash, "free": free},
                "returned": {"cash": draw(st.sampled_from(["0.00", cash, str(Decimal(cash) / 2)]))},
                "placed_at": INSTANTS[0],
                "changed_at": draw(st.sampled_from(INSTANTS)),
            }
            for version in _versions(draw)
        ],
    )


def _sports_counts(told: Told) -> int:
    cash, free = Decimal(told["stake"]["cash"]), Decimal(told["stake"]["free"])
    price = told["price"]
    legs = told["legs"]
    is_system = len(legs) > 1 and told["combinations"] > (2 if legs[0].get("each_way") else 1)
    lost = told["state"] in {"void", "cashed_out"} or is_system or price is None
    if lost or not cash or cash + free < 1 or Fraction(price) < MINIMUM:
        return 0
    return int((cash - Decimal(told["returned"]["cash"])) * 100)


def _esports(draw: st.DrawFn, number: str, customer: str) -> History:
    wager = {"wagerId": int(number) + 1, "operatorId": BETTING, "playerId": customer, "currency": "GBP"}
    stake, kind = draw(st.sampled_from([99, 100, 700])), draw(st.sampled_from(["SINGLE", "COMBO", "SYSTEM"]))
    statuses = ["ACCEPTED", "WON", "LOST", "REFUNDED", "REJECTED", "CASHED_OUT"]
    return History(
        "esports",
        customer,
        [
            {
                **wager,
                "seq": seq,
                "betType": kind,
                "status": draw(st.sampled_from(statuses)),
                "stakeMinor": stake,
                "refundedMinor": draw(st.sampled_from([0, 50, stake])),
                "bonus": draw(st.sampled_from([False, False, True])),
                "odds": draw(st.sampled_from([1.49, 1.5, 4.35])),
                "createdAt": MILLIS[0],
                "updatedAt": draw(st.sampled_from(MILLIS)),
            }
            for seq in _versions(draw)
        ],
    )


def _esports_counts(told: Told) -> int:
    lost = told["status"] not in {"ACCEPTED", "WON", "LOST"} or told["betType"] == "SYSTEM" or told["bonus"]
    if lost or told["stakeMinor"] < 100 or told["odds"] < 1.5:
        return 0
    return int(told["stakeMinor"] - told["refundedMinor"])


def _virtual(draw: st.DrawFn, number: str, customer: str) -> History:
    ticket = {"ticket": number, "site": BETTING, "customer": customer, "currency": "GBP"}
    stake, token = draw(amounts), draw(st.sampled_from([None, None, "FREE-1"]))
    odds = draw(st.lists(st.sampled_from(["1/10", "1/3", "evens", "7/2", "SP"]), min_size=1, max_size=3))
    at = {"issued": INSTANTS[0], "resulted": INSTANTS[1], "cancelled": INSTANTS[2]}
    states = draw(st.sampled_from([(0,), (0, 1), (0, 1, 2), (0, 2), (1,)]))
    return History(
        "virtual",
        customer,
        [
            {
                **ticket,
                "state": ("ISSUED", "RESULTED", "CANCELLED")[state],
                "selections": [{"odds": "2/1" if state and one == "SP" else one} for one in odds],
                "stake": stake,
                "token": token,
                "at": at,
            }
            for state in states
        ],
    )


def _virtual_counts(told: Told) -> int:
    odds = [selection["odds"] for selection in told["selections"]]
    if told["state"] == "CANCELLED" or told["token"] or Decimal(told["stake"]) < 1 or "SP" in odds:
        return 0
    shares = [Fraction(1) if one == "evens" else Fraction(one) for one in odds]
    return int(Decimal(told["stake"]) * 100) if prod(share + 1 for share in shares) >= MINIMUM else 0


def _exchange(draw: st.DrawFn, number: str, customer: str) -> History:
    order = {"order": number, "brand": BETTING, "customer": customer, "currency": "GBP"}
    side, funds = draw(st.sampled_from(["BACK", "LAY"])), draw(st.sampled_from(["cash", "cash", "bonus"]))
    matched = {"size": draw(amounts), "price": draw(prices)}
    return History(
        "exchange",
        customer,
        [
            {
                **order,
                "revision": revision,
                "side": side,
                "state": draw(st.sampled_from(["OPEN", "MATCHED", "SETTLED", "SETTLED", "VOIDED"])),
                "matched": matched,
                "funds": funds,
                "commission": draw(st.sampled_from(["0.00", "0.019", "2.459999"])),
                "placed_at": INSTANTS[0],
                "updated_at": draw(st.sampled_from(INSTANTS)),
            }
            for revision in _versions(draw)
        ],
    )


def _exchange_counts(told: Told) -> int:
    size, price = Fraction(told["matched"]["size"]), Fraction(told["matched"]["price"])
    backs = told["side"] == "BACK"
    risk, odds = (size, price) if backs else (size * (price - 1), price / (price - 1))
    if told["state"] != "SETTLED" or told["funds"] == "bonus" or risk < 1 or odds < MINIMUM:
        return 0
    return int(Decimal(told["commission"]) * 100)


def _casino(draw: st.DrawFn, number: str, customer: str) -> History:
    played = {"roundId": number, "operator": CASINO, "player": customer, "currency": "GBP"}
    return History(
        "casino",
        customer,
        [
            {
                **played,
                "transactions": transactions,
                "status": draw(st.sampled_from(["OPEN", "CLOSED", "ROLLED_BACK"])),
                "wagered": {
                    "cash": draw(st.sampled_from([0, 60, 100])) * transactions,
                    "bonus": draw(st.sampled_from([0, 60])),
                },
                "startedAt": INSTANTS[0],
                "updatedAt": draw(st.sampled_from(INSTANTS)),
            }
            for transactions in _versions(draw)
        ],
    )


def _casino_counts(told: Told) -> int:
    cash, bonus = told["wagered"]["cash"], told["wagered"]["bonus"]
    if told["status"] == "ROLLED_BACK" or cash + bonus < 100:
        return 0
    return int(cash)


COUNTED: dict[str, Callable[[Told], int]] = {
    "sports": _sports_counts,
    "esports": _esports_counts,
    "virtual": _virtual_counts,
    "exchange": _exchange_counts,
    "casino": _casino_counts,
}
