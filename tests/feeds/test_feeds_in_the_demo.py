"""A bet's way from the platform's own topic to the tracker, in the running product."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from consumers.feeds.adapters import exchange, sports
from consumers.feeds.mapping.feed import AnyFeed
from tests.support.consumers.feed_records import example
from tests.support.processes.running_furlong import BRAND, Demo, eventually, running_demo

CUSTOMER = "c-1001"


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Provide one demo for the tests of this module."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


def tell(demo: Demo, feed: AnyFeed, *records: dict[str, Any] | bytes) -> None:
    """Send records about one customer to a feed's topic."""
    producer = Producer({"bootstrap.servers": demo.site.kafka})
    for record in records:
        value = record if isinstance(record, bytes) else json.dumps(record).encode()
        producer.produce(feed.topic, value, key=CUSTOMER)
    assert producer.flush(60) == 0
    producer.close()


def of_now(demo: Demo, feed: AnyFeed, who: str, *times: str, **changes: Any) -> dict[str, Any]:
    """Return a record about the customer, dated now; `times` are the fields to date."""
    now = json.loads(demo.site.bet(CUSTOMER, "any"))["placed_at"]
    return example(feed, **{who: CUSTOMER, **dict.fromkeys(times, now), **changes})


def test_a_bet_on_the_sportsbook_counts_once_and_its_void_takes_it_back(demo: Demo) -> None:
    """A record that is sent twice is one bet, and poison stops nothing."""
    start = demo.site.staked(CUSTOMER)
    bet = of_now(
        demo, sports.FEED, "account", "placed_at", "changed_at", brand=BRAND, bet=f"d-{uuid.uuid4()}"
    )
    tell(demo, sports.FEED, bet, b"{broken", bet)
    eventually(lambda: demo.site.staked(CUSTOMER) == start + 500, "the bet counts once")
    tell(demo, sports.FEED, bet, bet | {"version": 2, "state": "void"})
    eventually(lambda: demo.site.staked(CUSTOMER) == start, "the void takes it back")


def test_an_exchange_order_counts_its_commission(demo: Demo) -> None:
    """It counts nothing while it is matched, and the commission once it is settled."""
    start = demo.site.staked(CUSTOMER)
    order = of_now(
        demo,
        exchange.FEED,
        "customer",
        "placed_at",
        "updated_at",
        order=f"d-{uuid.uuid4()}",
        state="MATCHED",
        matched={"size": "50.00", "price": "3.45"},
    )
    settled = order | {"revision": 2, "state": "SETTLED", "commission": "2.4575"}
    tell(demo, exchange.FEED, settled, order)
    eventually(lambda: demo.site.staked(CUSTOMER) == start + 245, "the commission counts")
