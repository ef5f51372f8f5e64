"""In the running product, a reward is confirmed and chosen by Kafka, paid, and shown in the graph."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Producer

from tests.support.processes.running_furlong import BRAND, Demo, eventually

CLUB = "query ($brand: ID!) { club(brand: $brand) { week { isoWeek } fulfilment { status reference } } }"
REWARD = {
    "reward_id": "fb-5",
    "config_version": 1,
    "kind": "free_bet",
    "product": "betting",
    "value_minor": 500,
    "spins": None,
    "currency": "GBP",
    "expiry_days": 7,
    "wagering_multiple": 0,
}


def club(demo: Demo, customer: str) -> dict[str, Any]:
    """Return the customer's club from the gateway."""
    answer = demo.site.ask(CLUB, {"brand": BRAND}, customer=customer)
    assert "errors" not in answer, answer
    return dict(answer["data"]["club"])


def tell(demo: Demo, customer: str, topic: str, **facts: Any) -> None:
    """Publish a subgraph's message about this week."""
    body = {
        "schema": f"{topic.removesuffix('.v1')}/1",
        "event_id": str(uuid.uuid4()),
        "brand_id": BRAND,
        "customer_id": customer,
        "iso_week": club(demo, customer)["week"]["isoWeek"],
        "revision": 1_000,  # later than what the demo itself has to say of this customer
        "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **facts,
    }
    producer = Producer({"bootstrap.servers": demo.site.kafka})
    producer.produce(topic, json.dumps(body).encode(), key=f"{BRAND}:{customer}")
    assert producer.flush(60) == 0
    producer.close()


def test_a_confirmed_reward_is_paid_and_shown(demo: Demo, achiever: str) -> None:
    """The gateway answers `Club.fulfilment`: first null, then credited, with a reference."""
    assert club(demo, achiever)["fulfilment"] is None
    tell(demo, achiever, "club.choice.v1", final=True, source="default", reward=REWARD)
    sums = {"total_minor": 3000, "target_minor": 2500, "currency": "GBP"}
    tell(demo, achiever, "club.qualification.v1", status="confirmed", **sums)

    def credited() -> bool:
        fulfilment = club(demo, achiever)["fulfilment"]
        return fulfilment is not None and fulfilment["status"] == "CREDITED"

    eventually(credited, "the reward is credited")
    assert club(demo, achiever)["fulfilment"]["reference"]
