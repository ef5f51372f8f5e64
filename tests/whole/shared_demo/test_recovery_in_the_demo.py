"""The demo settles changes and sends exclusions upstream, as an installation with its worker does."""

from typing import Any

import httpx
from confluent_kafka import Producer

from tests.support.consumers.sample_messages import account
from tests.support.processes.running_furlong import BRAND, MUTATIONS, Demo, eventually


def test_a_join_that_is_not_confirmed_at_once_shows_up_by_itself(demo: Demo, newcomer: str) -> None:
    """The customer sees that the join is being confirmed, and is a member soon after."""
    upstream = str(demo.facts["upstream"])
    order = {"fault": "busy", "customer": newcomer, "times": 2}
    httpx.post(f"{upstream}/simulator/faults", json=order).raise_for_status()
    wanted = {
        "brand": BRAND,
        "termsVersion": demo.site.club(newcomer)["terms"]["version"],
        "idempotencyKey": "only-once",
    }
    joined = demo.site.ask(MUTATIONS, {"input": wanted}, customer=newcomer, operation="OptIn")
    payload: dict[str, Any] = joined["data"]["optIn"]
    assert [error["code"] for error in payload["errors"]] == ["UPSTREAM_PENDING"]
    assert payload["club"]["membership"]["pending"] is True

    def settled() -> bool:
        membership = demo.site.club(newcomer)["membership"]
        return bool(membership["optedIn"] and not membership["pending"])

    eventually(settled, "the change is settled")
    journal = httpx.get(f"{upstream}/simulator/journal", params={"customer": newcomer}).json()
    assert sum(entry["outcome"] == "applied" for entry in journal["entries"]) == 1


def test_an_exclusion_goes_through_the_whole_product(demo: Demo, member: str) -> None:
    """After a self-exclusion nothing is shown and the upstream is notified; its end opts nobody in."""
    upstream = str(demo.facts["upstream"])
    membership = f"{upstream}/v1/brands/{BRAND}/customers/{member}/membership"
    assert demo.site.club(member)["membership"]["optedIn"]

    def shows(state: str, *, options: bool) -> bool:
        club = demo.site.club(member)
        told = (club["state"], club["membership"]["optedIn"], bool(club["options"]))
        return bool(told == (state, False, options))

    tell(demo, member, revision=100, rg_state="self_excluded")
    eventually(lambda: shows("INELIGIBLE", options=False), "the customer is out")
    assert demo.site.club(member)["choice"] is None
    joined = demo.site.change("OptIn", member, termsVersion=demo.site.club(member)["terms"]["version"])
    assert [error["code"] for error in joined["errors"]] == ["INELIGIBLE"]
    eventually(lambda: httpx.get(membership).json()["state"] == "opted_out", "the upstream knows")
    tell(demo, member, revision=101, rg_state="none")
    eventually(lambda: shows("NOT_OPTED_IN", options=True), "the exclusion has lifted")
    assert demo.site.club(member)["membership"]["canOptIn"]


def tell(demo: Demo, customer: str, **changes: Any) -> None:
    """Publish an account on Kafka."""
    record = account(customer_id=customer, **changes)
    producer = Producer({"bootstrap.servers": demo.site.kafka, "enable.idempotence": True})
    producer.produce(record.topic, record.value, key=record.key)
    assert producer.flush(60) == 0
    producer.close()
