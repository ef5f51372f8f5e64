"""The command of the adapter, on a real Kafka and Valkey: what is killed is whole again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.content_processes import ContentSite, content_site
from tools.private_kafka import PrivateKafka
from tools.private_valkey import PrivateValkey

TOPICS = ("provider.fixture.v1", "provider.stats.v1")


def is_equal(site: ContentSite) -> bool:
    """Return whether what counts on Kafka is what the provider has."""
    state = site.state()
    fixtures = {f"stats:{one['id']}": (one["name"], one["status"], one["score"]) for one in state["fixtures"]}
    figures = {
        f"stats:{one['id']}": state["figures"][one["id"]]
        for one in state["fixtures"]
        if one["stats_revision"] is not None
    }
    told = {
        key: (body["name"], body["status"], body["score"])
        for key, body in site.told("provider.fixture.v1").items()
    }
    return told == fixtures and figures == {
        key: body["figures"] for key, body in site.told("provider.stats.v1").items()
    }


@pytest.mark.kafka
@pytest.mark.valkey
@pytest.mark.usefixtures("processes")
@pytest.mark.slow("it needs Kafka and Valkey, and waits for a process that follows a killed one")
@pytest.mark.timeout(600)
def test_statistics_are_the_providers_after_the_adapter_was_killed(
    tmp_path: Path, empty_kafka: PrivateKafka, valkey: PrivateValkey, free_port: Callable[[], int]
) -> None:
    """Fixtures and figures on Kafka, after faults of the provider and the death of the adapter."""
    with content_site(tmp_path, "stats", TOPICS, (empty_kafka, valkey), free_port) as site:
        site.require_whole_after_faults(is_equal, "schema_change", "busy", "reconnect_storm?amount=2")
