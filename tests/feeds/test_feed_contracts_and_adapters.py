"""What a feed's contract allows becomes a progress message, and what an adapter refuses it forbids."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.feeds.settings import find, known
from consumers.messages.bet_legs import MAX_BET_LEGS
from subgraphs.kit.domain.currencies import minor_digits
from tests.support.consumers.feed_records import feed_contract
from tests.support.contract_cases import FEWER, Body, Case, Rule, in_order, keep_order
from tests.support.contract_messages import instant_of
from tests.support.message_contracts import schema_of

MOST: Final = 2**31 - 1


def _minor(amount: str, currency: str) -> Decimal:
    return Decimal(amount) * 10 ** minor_digits(currency)


def _is_whole(amount: str, currency: str) -> bool:
    minor = _minor(amount, currency)
    return minor == int(minor)


def _is_plausible(text: str) -> bool:
    """Tell whether a time is in the years 2000 to 2100 in UTC, too."""
    instant = instant_of(text)
    return instant is not None and 2000 <= instant.year <= 2100


def _say_all_or_none(legs: Sequence[Body]) -> bool:
    """Tell whether all legs say what they are on, or none does."""
    named = sum(leg.get("on") is not None for leg in legs)
    return named in {0, len(legs)} and named <= MAX_BET_LEGS


def _keep_all_or_none(legs: Sequence[Body]) -> None:
    if not _say_all_or_none(legs):
        for leg in legs:
            leg.pop("on", None)


def _has_few_digits(odds: float) -> bool:
    return len(Decimal(repr(odds)).as_tuple().digits) <= 18


def _purses(bet: Body) -> tuple[list[str], list[str]]:
    stake, returned = bet["stake"], bet.get("returned", {"cash": "0"})
    return [stake["cash"], stake.get("free", "0")], [returned["cash"], returned.get("free", "0")]


def _sports_holds(bet: Body) -> bool:
    stake, returned = _purses(bet)
    return (
        all(_is_whole(amount, bet["currency"]) for amount in (*stake, *returned))
        and sum(_minor(amount, bet["currency"]) for amount in stake) <= MOST
        and all(Decimal(back) <= Decimal(of) for of, back in zip(stake, returned, strict=True))
        and in_order("placed_at", "changed_at")(bet)
        and all(_is_plausible(bet[name]) for name in ("placed_at", "changed_at"))
        and _say_all_or_none(bet["legs"])
    )


def _keep_sports(bet: Body) -> None:
    bet["currency"] = "GBP"
    for purses in (bet["stake"], bet.get("returned", {})):
        purses.update({name: _whole(amount) for name, amount in purses.items()})
    stake, returned = _purses(bet)
    bet["returned"] = {
        name: min(of, back, key=Decimal)
        for name, of, back in zip(("cash", "free"), stake, returned, strict=True)
    }
    keep_order(bet, "placed_at", "changed_at")
    _keep_all_or_none(bet["legs"])


def _whole(amount: str) -> str:
    return amount[:-1] if amount[-4:-3] == "." else amount


def _esports_holds(wager: Body) -> bool:
    return (
        wager.get("refundedMinor", 0) <= wager["stakeMinor"]
        and wager["updatedAt"] >= wager["createdAt"] - 300_000
        and all(_has_few_digits(priced["odds"]) for priced in (wager, *wager.get("on", ())))
    )


def _keep_esports(wager: Body) -> None:
    wager["refundedMinor"] = min(wager.get("refundedMinor", 0), wager["stakeMinor"])
    wager["createdAt"], wager["updatedAt"] = sorted((wager["createdAt"], wager["updatedAt"]))


def _casino_holds(record: Body) -> bool:
    wagered = record["wagered"]
    in_time = all(_is_plausible(record[name]) for name in ("startedAt", "updatedAt"))
    return (
        wagered["cash"] + wagered["bonus"] <= MOST and in_time and in_order("startedAt", "updatedAt")(record)
    )


def _keep_casino(record: Body) -> None:
    record["wagered"]["bonus"] = min(record["wagered"]["bonus"], MOST - record["wagered"]["cash"])
    keep_order(record, "startedAt", "updatedAt")


def _exchange_holds(order: Body) -> bool:
    matched, is_lay = order["matched"], order["side"] == "LAY"
    price = None if matched["price"] is None else Decimal(matched["price"])
    at_risk = _minor(matched["size"], order["currency"]) * (price - 1 if is_lay and price is not None else 1)
    is_settled = order["state"] == "SETTLED"
    return (
        int(at_risk) <= MOST
        and not (is_settled and is_lay and price == 1)
        and (not is_settled or _minor(order["commission"], order["currency"]) < MOST + 1)
        and in_order("placed_at", "updated_at")(order)
        and all(_is_plausible(order[name]) for name in ("placed_at", "updated_at"))
    )


def _keep_exchange(order: Body) -> None:
    order["currency"], matched = "GBP", order["matched"]
    if order["side"] == "LAY" and matched["price"] is not None:
        matched["price"] = matched["price"].partition(".")[0][:1] + ".5"
    matched["size"] = matched["size"][-7:] if "." in matched["size"][-7:] else matched["size"]
    keep_order(order, "placed_at", "updated_at")


def _virtual_holds(ticket: Body) -> bool:
    state = {"ISSUED": "issued", "RESULTED": "resulted", "CANCELLED": "cancelled"}[ticket["state"]]
    return (
        _is_whole(ticket["stake"], ticket["currency"])
        and _minor(ticket["stake"], ticket["currency"]) <= MOST
        and in_order("issued", "resulted", "cancelled")(ticket["at"])
        and all(_is_plausible(ticket["at"][name]) for name in ("issued", state))
        and _say_all_or_none(ticket["selections"])
    )


def _keep_virtual(ticket: Body) -> None:
    ticket["currency"], at = "GBP", ticket["at"]
    ticket["stake"] = _whole(ticket["stake"])
    names = [name for name in ("issued", "resulted", "cancelled") if at.get(name) is not None]
    keep_order(at, *names)
    _keep_all_or_none(ticket["selections"])


RULES: Final = {
    "sports": Rule(_sports_holds, _keep_sports),
    "esports": Rule(_esports_holds, _keep_esports),
    "casino": Rule(_casino_holds, _keep_casino),
    "exchange": Rule(_exchange_holds, _keep_exchange),
    "virtual": Rule(_virtual_holds, _keep_virtual),
}


def _read(feed: Any) -> Callable[[Body, str], Any]:
    return lambda _, text: feed.progress(text.encode())


CASES: Final = [
    Case(feed.topic, schema_of(feed_contract(feed.topic)), _read(feed), RULES[feed.name])
    for feed in find(known())
]
each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@each_case
@FEWER
@given(data=st.data())
def test_what_a_contract_allows_becomes_a_message(case: Case, data: st.DataObject) -> None:
    """However its numbers are spelled, and the same message."""
    case.check_allowed(data)


@each_case
@FEWER
@given(data=st.data())
def test_a_changed_record_is_taken_if_the_contract_allows_it(case: Case, data: st.DataObject) -> None:
    """An adapter refuses only what the contract forbids, and takes only what it allows."""
    case.check_changed(data)
