"""The command of the adapter, on a real Kafka and Valkey: what is killed is whole again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.content_processes import ContentSite, content_site
from tools.private_kafka import PrivateKafka
from tools.private_valkey import PrivateValkey

TOPICS = ("provider.fixture.v1", "provider.market.v1")


def is_equal(site: ContentSite) -> bool:
    """Return whether what counts on Kafka is what the provider has."""
    events = site.state()["events"]
    scores = {f"virtual:{event['event']}": event["fixture"]["score"] for event in events}
    odds = {
        f"virtual:{market['id']}": [selection["odds_milli"] for selection in market["selections"]]
        for event in events
        for market in event["markets"]
    }
    told = {
        key: [runner["back"][0]["odds_milli"] if runner["back"] else None for runner in body["runners"]]
        for key, body in site.told("provider.market.v1").items()
    }
    return told == odds and scores == {
        key: body["score"] for key, body in site.told("provider.fixture.v1").items()
    }


@pytest.mark.kafka
@pytest.mark.valkey
@pytest.mark.usefixtures("processes")
@pytest.mark.slow("it needs Kafka and Valkey, and waits for a process that follows a killed one")
@pytest.mark.timeout(600)
def test_virtual_sports_are_the_providers_after_the_adapter_was_killed(
    tmp_path: Path, empty_kafka: PrivateKafka, valkey: PrivateValkey, free_port: Callable[[], int]
) -> None:
    """Events and markets on Kafka, after faults of the provider and the death of the adapter."""
    with content_site(tmp_path, "virtual", TOPICS, (empty_kafka, valkey), free_port) as site:
        site.require_whole_after_faults(
            is_equal, "gaps?amount=2", "wrong_signature", "schema_change", "duplicates?amount=3"
        )
