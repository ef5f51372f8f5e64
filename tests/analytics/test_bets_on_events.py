"""Bets on sports events are judged as the ledger judges them, whatever becomes known and when."""

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from consumers.stream.records import Record
from tests.analytics.test_ingestion import COUNTED, CUSTOMERS, equals_the_ledger, ledger
from tests.support.analytics_store import Crash, Store
from tests.support.consumers.sample_messages import account, bet, event_market, event_offer, scheme

BETS: Final = 400
MANY_LEGS: Final = [(1001, 30), (1013, 30), (1014, 30), (1014, 29), (1015, 28), (1225, 2), (1224, 2)]
"""Odds of equal legs and their number: products of many digits that just reach 1.5, or just do not."""

SCOPES: Final[list[dict[str, Any]]] = [
    {"sports": ["football"]},
    {"competitions": ["cup"], "events": ["e-1"]},
    {"sports": ["tennis"], "competitions": ["cup"]},
]
REASONS: Final = {
    *("COUNTED", "EXCLUDED_EVENT", "EVENT_PENDING", "PRICE_PENDING", "BELOW_MIN_ODDS", "BELOW_MIN_STAKE"),
}


def leg(random: Random) -> dict[str, Any]:
    """Return a leg, of which some say what their event is called."""
    facts: dict[str, Any] = {
        "selection_id": random.choice(["market1-a", "market1-b", "market2-a", "market3-a"]),
        "odds_milli": random.choice([None, 1000, 1001, 1200, 1250, 1500, 2**31 - 1]),
    }
    if random.random() < 0.3:
        facts[random.choice(["sport", "competition", "sports_event_id"])] = random.choice(
            ["football", "tennis", "cup", "e-1"]
        )
    return facts


def on_events(random: Random, number: int) -> Record:
    """Return a bet on up to three legs, or on as many equal ones as make odds that are hard to compare."""
    legs = [leg(random) for _ in range(random.randint(0, 3))]
    if random.random() < 0.3:
        odds, times = random.choice(MANY_LEGS)
        legs = [{"selection_id": "market1-a", "odds_milli": odds}] * times
    return bet(
        customer_id=f"c-{random.randint(1, CUSTOMERS)}",
        bet_id=f"b-{number}",
        stake_minor=random.choice([500, 500, 500, 50]),
        counting_stake_minor=50,
        odds_milli=random.choice([None, 1499, 1500, 2500]),
        legs=legs,
    )


def told(random: Random) -> Record:
    """Return what is told of a market, or of an offer's event."""
    if random.random() < 0.5:
        return event_market(
            market_id=random.choice(["market1", "market2", "market3"]),
            offer_id=random.choice(["offer1", "offer2", "offer3"]),
        )
    return event_offer(
        offer_id=random.choice(["offer1", "offer2"]),
        sports=[random.choice(["football", "tennis"])],
        competitions=[random.choice(["cup", "league"]), "x"],
        sports_event_ids=[random.choice(["e-1", "e-2"])],
    )


@pytest.mark.parametrize("seed", range(2))
def test_bets_on_events_count_as_in_the_ledger(store: Store, tmp_path: Path, seed: int) -> None:
    """Half of the customers need all legs on what counts, half one, by what is known of events in the end."""
    random = Random(seed)  # noqa: S311 - the same each time
    facts = [
        scheme(),
        scheme(
            version=2,
            events={**random.choice(SCOPES), "legs": "all"},
            effective_from="2026-03-16T00:00:00Z",
        ),
        scheme(jurisdiction="IE", events={**random.choice(SCOPES), "legs": "qualifying"}),
        *(account(customer_id=f"c-{number}", jurisdiction="IE") for number in range(1, CUSTOMERS, 2)),
    ]
    placed = [on_events(random, number) for number in range(BETS)]
    first = (
        event_market(market_id="market1", offer_id="offer1"),
        event_offer(sports=["football"], competitions=["cup"], sports_event_ids=["e-1"]),
    )
    messages = [*first, *(told(random) for _ in range(8))]
    store.fill(*facts, *placed)
    seen = set[str]()
    for known in range(0, len(messages) + 1, 5):
        store.fill(*messages[max(known - 5, 0) : known])
        with suppress(Crash):
            store.roll_up(random.randint(4, 12), COUNTED)
        folder = tmp_path / str(known)
        folder.mkdir()
        expected = asyncio.run(ledger(folder, [*facts, *messages[:known]], placed))
        equals_the_ledger(store, expected)
        seen |= {reason for _, _, reason, _ in expected}
    assert seen >= REASONS
