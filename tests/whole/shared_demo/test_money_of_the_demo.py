"""The running demo lives on its wallet: stakes are taken, and rewards are credits in it that pay bets."""

import json
import uuid
from datetime import UTC, datetime
from typing import Final

import pytest

from furlong.demo.money.house import HOUSE_BRAND
from furlong.demo.money.wallets import OPENING_MINOR
from tests.support.bets.demo_bettors import Bettor, all_bettors
from tests.support.events.told import instant
from tests.support.processes.running_furlong import BRAND, Demo, eventually
from tests.support.product.newcomers import Newcomers

BONUS: Final = """query ($brand: ID!) { wallet(brand: $brand) { bonus { minor }
  credits { id kind amount { minor } expiresAt product paysFirst isWhole returnsStake } } }"""
EXCLUDE: Final = "mutation ($input: SelfExcludeInput!) { selfExclude(input: $input) { errors { code } } }"
WEEK: Final = "query ($brand: ID!) { club(brand: $brand) { week { isoWeek } } }"
REWARD: Final = {
    "reward_id": "eur-5",
    "config_version": 1,
    "kind": "free_bet",
    "product": "betting",
    "value_minor": 500,
    "spins": None,
    "currency": "EUR",
    "expiry_days": 7,
    "wagering_multiple": 0,
}


@pytest.fixture(scope="module")
def customers(demo: Demo) -> dict[tuple[str, str], Bettor]:
    """All customers of the demo, by brand and id."""
    return all_bettors(demo)


def test_customers_begin_with_money_and_stakes_are_taken(
    demo: Demo, customers: dict[tuple[str, str], Bettor], newcomer: str
) -> None:
    """The same bet again takes nothing more; what is not there cannot be staked."""
    bettor = Bettor(demo, newcomer)
    assert {customer.balance for customer in customers.values()} == {OPENING_MINOR}
    pick, same = bettor.offered(), str(uuid.uuid4())
    assert len({bettor.bets(500, pick, key=same) for _ in range(2)}) == 1
    assert bettor.balance == OPENING_MINOR - 500
    assert bettor.refused(OPENING_MINOR, pick) == "INSUFFICIENT_FUNDS"
    assert [node["kind"] for node in bettor.transactions] == ["DEPOSIT", "STAKE"]


def test_a_customer_who_takes_a_break_cannot_bet(demo: Demo, member: str) -> None:
    """The wallet says so; the money stays."""
    bettor = Bettor(demo, member)
    asked = {"brand": BRAND, "months": 6, "idempotencyKey": "break-1"}
    assert bettor.ask(EXCLUDE, input=asked)["selfExclude"]["errors"] == []
    assert bettor.refused(500) == "SELF_EXCLUDED"
    assert bettor.balance == OPENING_MINOR


def test_a_reward_is_a_credit_of_the_wallet_and_pays_a_stake(demo: Demo, newcomers: Newcomers) -> None:
    """Fulfilment gives it by the adapter; it pays one stake whole, and the customer's cash stays."""
    customer = newcomers.one(HOUSE_BRAND)
    bettor = Bettor(demo, customer, HOUSE_BRAND, "EUR")
    week = bettor.ask(WEEK)["club"]["week"]["isoWeek"]
    common = {
        "brand_id": HOUSE_BRAND,
        "customer_id": customer,
        "iso_week": week,
        "revision": 1_000,
        "occurred_at": instant(datetime.now(UTC).replace(microsecond=0)),
    }
    sums = {"status": "confirmed", "total_minor": 3000, "target_minor": 2500, "currency": "EUR"}
    for topic, facts in (
        ("club.choice.v1", {"final": True, "source": "default", "reward": REWARD}),
        ("club.qualification.v1", sums),
    ):
        named = {"schema": f"{topic.removesuffix('.v1')}/1", "event_id": str(uuid.uuid4())}
        body = json.dumps(common | named | facts).encode()
        demo.site.produce(body, key=f"{HOUSE_BRAND}:{customer}", topic=topic)

    [credit] = eventually(lambda: bettor.ask(BONUS)["wallet"]["credits"], "the reward is in the wallet")
    assert (credit["kind"], credit["amount"]["minor"], credit["product"]) == ("FREE_BET", 500, "BETTING")
    assert (credit["paysFirst"], credit["isWhole"], credit["returnsStake"]) == (False, True, False)
    assert credit["expiresAt"]
    assert bettor.ask(BONUS)["wallet"]["bonus"]["minor"] == 500
    pick = bettor.offered()
    assert bettor.refused(300, pick, freeBetId=credit["id"]) == "INSUFFICIENT_FUNDS"
    assert bettor.bet(bettor.bets(500, pick, freeBetId=credit["id"]))["isFreeBet"]
    left = bettor.ask(BONUS)["wallet"]
    assert (bettor.balance, left["bonus"]["minor"], left["credits"]) == (OPENING_MINOR, 0, [])
