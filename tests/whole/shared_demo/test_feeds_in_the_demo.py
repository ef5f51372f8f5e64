"""A bet's way from the platform's own topic to the tracker, in the running product."""

import json
import uuid
from typing import Any

from confluent_kafka import Producer

from consumers.feeds.adapters import exchange, sports
from consumers.feeds.mapping.feed import AnyFeed
from tests.support.consumers.feed_records import example
from tests.support.processes.running_furlong import BRAND, Demo, eventually


def tell(demo: Demo, feed: AnyFeed, customer: str, *records: dict[str, Any] | bytes) -> None:
    """Send records about one customer to a feed's topic."""
    producer = Producer({"bootstrap.servers": demo.site.kafka})
    for record in records:
        value = record if isinstance(record, bytes) else json.dumps(record).encode()
        producer.produce(feed.topic, value, key=customer)
    assert producer.flush(60) == 0
    producer.close()


def of_now(demo: Demo, feed: AnyFeed, *times: str, **changes: Any) -> dict[str, Any]:
    """Return a record that is dated now; `times` are the fields to date."""
    now = json.loads(demo.site.bet("anybody", "any"))["placed_at"]
    return example(feed, **{**dict.fromkeys(times, now), **changes})


def test_a_bet_on_the_sportsbook_counts_once_and_its_void_takes_it_back(demo: Demo, newcomer: str) -> None:
    """A record that is sent twice is one bet, and poison stops nothing."""
    named = {"account": newcomer, "brand": BRAND, "bet": f"d-{uuid.uuid4()}"}
    bet = of_now(demo, sports.FEED, "placed_at", "changed_at", **named)
    tell(demo, sports.FEED, newcomer, bet, b"{broken", bet)
    eventually(lambda: demo.site.staked(newcomer) == 500, "the bet counts once")
    tell(demo, sports.FEED, newcomer, bet, bet | {"version": 2, "state": "void"})
    eventually(lambda: demo.site.staked(newcomer) == 0, "the void takes it back")


def test_an_exchange_order_counts_its_commission(demo: Demo, newcomer: str) -> None:
    """It counts nothing while it is matched, and the commission once it is settled."""
    order = of_now(
        demo,
        exchange.FEED,
        "placed_at",
        "updated_at",
        customer=newcomer,
        order=f"d-{uuid.uuid4()}",
        state="MATCHED",
        matched={"size": "50.00", "price": "3.45"},
    )
    settled = order | {"revision": 2, "state": "SETTLED", "commission": "2.4575"}
    tell(demo, exchange.FEED, newcomer, settled, order)
    eventually(lambda: demo.site.staked(newcomer) == 245, "the commission counts")
