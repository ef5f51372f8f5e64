"""The running demo lives on its wallet: stakes are taken, returns are paid, and rewards are credits in it."""

import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from furlong.demo.wallets import HOUSE_BRAND, OPENING_MINOR
from tests.support.events.published import PROVIDER, PublishedMatch
from tests.support.events.told import instant, market
from tests.support.processes.running_furlong import BRAND, Demo, eventually

WALLET: Final = """query ($brand: ID!) { wallet(brand: $brand) { balance { minor } bonus { minor }
  credits { id kind amount { minor } expiresAt product paysFirst isWhole returnsStake }
  transactions { nodes { kind state amount { minor } } } } }"""
EVENTS: Final = """query ($brand: ID!, $search: String) { events(brand: $brand, search: $search) {
  nodes { markets { selections { id } } } } }"""
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


@dataclass
class Bettor:
    """A customer of the demo.

    Attributes:
        client: With the customer's token.
    """

    client: httpx.Client
    brand: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer, which must have no errors."""
        body = {"query": query, "variables": {"brand": self.brand, **variables}}
        answer = self.client.post("/graphql", json=body).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    @property
    def wallet(self) -> dict[str, Any]:
        """Return what the customer sees of their money."""
        return dict(self.ask(WALLET)["wallet"])

    @property
    def balance(self) -> int:
        """Return the customer's cash."""
        return int(self.wallet["balance"]["minor"])

    def bet(self, stake: int, **changes: Any) -> httpx.Response:
        """Place a bet at 2.50, with some facts changed."""
        slip = {"stakeMinor": stake, "oddsMilli": 2500, "betType": "single", "betId": str(uuid.uuid4())}
        return self.client.post("/demo/bets", json=slip | changes)


@pytest.fixture(scope="module")
def customers(demo: Demo) -> Iterator[dict[tuple[str, str], Bettor]]:
    """All customers of the demo, by brand and id."""
    session = httpx.get(f"{demo.site.url}/demo/session").json()
    bettors = {}
    for customer in session["customers"]:
        headers = {"authorization": f"Bearer {customer['token']}"}
        client = httpx.Client(base_url=demo.site.url, headers=headers, timeout=60)
        bettors[customer["brand"], customer["id"]] = Bettor(client, customer["brand"])
    yield bettors
    for bettor in bettors.values():
        bettor.client.close()


def result(match: PublishedMatch, *statuses: str) -> None:
    """Tell the results of home, draw and away."""
    names = ("Home", "Draw", "Away")
    runners = [
        {"selection_id": name.lower(), "name": name, "status": status, "position": place, "back": []}
        for place, (name, status) in enumerate(zip(names, statuses, strict=True), 1)
    ]
    now, revision = instant(datetime.now(UTC).replace(microsecond=0)), int(time.time() * 1000)
    told = market(
        PROVIDER,
        f"{match.id}-MATCH_RESULT",
        match.id,
        revision=revision,
        status="settled",
        runners=runners,
        occurred_at=now,
    )
    assert told.key
    assert told.value
    match.demo.site.produce(told.value, key=told.key.decode(), topic=told.topic)


def test_customers_begin_with_money_and_stakes_are_taken(
    customers: dict[tuple[str, str], Bettor],
) -> None:
    """The same bet again takes nothing more; what is not there cannot be staked."""
    bettor = customers[BRAND, "c-1001"]
    assert {customer.balance for customer in customers.values()} == {OPENING_MINOR}
    same = str(uuid.uuid4())
    for _ in range(2):
        assert bettor.bet(500, betId=same).status_code == httpx.codes.ACCEPTED
    assert bettor.balance == OPENING_MINOR - 500
    refused = bettor.bet(OPENING_MINOR)
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.CONFLICT, "INSUFFICIENT_FUNDS")
    kinds = [node["kind"] for node in bettor.wallet["transactions"]["nodes"]]
    assert kinds == ["STAKE", "DEPOSIT"]


def test_a_customer_who_takes_a_break_cannot_bet(customers: dict[tuple[str, str], Bettor]) -> None:
    """The wallet says so, and the slip in plain words; the money stays."""
    bettor = customers[BRAND, "c-1003"]
    change = """mutation ($input: SelfExcludeInput!) { selfExclude(input: $input) { errors { code } } }"""
    asked = {"brand": BRAND, "months": 6, "idempotencyKey": "break-1"}
    assert bettor.ask(change, input=asked)["selfExclude"]["errors"] == []
    refused = bettor.bet(500)
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.CONFLICT, "SELF_EXCLUDED")
    assert bettor.balance == OPENING_MINOR


@pytest.mark.parametrize(
    ("statuses", "returns"),
    [
        (("winner", "loser", "loser"), 1250),
        (("loser", "winner", "loser"), 0),
        (("removed", "winner", "loser"), 500),
    ],
    ids=["won", "lost", "void"],
)
def test_a_bet_returns_what_its_result_says(
    demo: Demo, customers: dict[tuple[str, str], Bettor], statuses: tuple[str, ...], returns: int
) -> None:
    """Once the market is settled, without anybody asking."""
    bettor = customers[BRAND, "c-1002"]
    name = f"Settling {uuid.uuid4().hex[:6]}"
    match = PublishedMatch(demo, name, "Wickford Town")
    match.tell()
    match.offer(2500, 3000, 4000)

    def selections() -> list[str]:
        nodes = bettor.ask(EVENTS, search=name)["events"]["nodes"]
        return [
            selection["id"] for node in nodes for told in node["markets"] for selection in told["selections"]
        ]

    home = eventually(selections, "the match is shown")[0]
    before = bettor.balance
    accepted = eventually(
        lambda: (placed := bettor.bet(500, selectionId=home)).status_code == httpx.codes.ACCEPTED and placed,
        "the bet is taken",
    )
    assert accepted.json()["odds"]["milli"] == 2500
    assert bettor.balance == before - 500
    result(match, *statuses)
    if returns:
        eventually(lambda: bettor.balance == before - 500 + returns, "the bet is paid")
    else:
        eventually(lambda: _is_settled(demo, home), "the bet is settled")
        assert bettor.balance == before - 500


def _is_settled(demo: Demo, selection: str) -> bool:
    """Return whether no bet on a selection waits for its result."""
    with closing(sqlite3.connect(f"{demo.facts['data']}/slips.sqlite")) as file:
        rows = file.execute("SELECT COUNT(*) FROM open_slip WHERE selection_id = ?", (selection,))
        return bool(rows.fetchone()[0] == 0)


def test_a_reward_is_a_credit_of_the_wallet_and_pays_a_stake(
    demo: Demo, customers: dict[tuple[str, str], Bettor]
) -> None:
    """Fulfilment gives it by the adapter; it pays one stake whole, and the customer's cash stays."""
    customer, bettor = next((key[1], other) for key, other in customers.items() if key[0] == HOUSE_BRAND)
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

    [credit] = eventually(lambda: bettor.wallet["credits"], "the reward is in the wallet")
    assert (credit["kind"], credit["amount"]["minor"], credit["product"]) == ("FREE_BET", 500, "BETTING")
    assert (credit["paysFirst"], credit["isWhole"], credit["returnsStake"]) == (False, True, False)
    assert credit["expiresAt"]
    assert bettor.wallet["bonus"]["minor"] == 500
    part = bettor.bet(300, freeBet=credit["id"])
    assert (part.status_code, part.json()["code"]) == (httpx.codes.CONFLICT, "INSUFFICIENT_FUNDS")
    assert bettor.bet(500, freeBet=credit["id"]).status_code == httpx.codes.ACCEPTED
    wallet = bettor.wallet
    assert (wallet["balance"]["minor"], wallet["bonus"]["minor"], wallet["credits"]) == (OPENING_MINOR, 0, [])
