"""The command of the adapter, on a real Kafka and Valkey: what is killed is whole again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.content_processes import ContentSite, content_site
from tools.private_kafka import PrivateKafka
from tools.private_valkey import PrivateValkey

TOPICS = ("provider.video.v1",)


def is_equal(site: ContentSite) -> bool:
    """Return whether what counts on Kafka is what the provider has."""
    pictures = {f"video:{one['event']}": one["stream"] for one in site.state()["pictures"]}
    told = site.told("provider.video.v1")
    return {body["fixtures_of"] for body in told.values()} <= {"stats"} and pictures == {
        key: body["stream_id"] for key, body in told.items()
    }


@pytest.mark.kafka
@pytest.mark.valkey
@pytest.mark.usefixtures("processes")
@pytest.mark.slow("it needs Kafka and Valkey, and waits for a process that follows a killed one")
@pytest.mark.timeout(600)
def test_pictures_are_the_providers_after_the_adapter_was_killed(
    tmp_path: Path, empty_kafka: PrivateKafka, valkey: PrivateValkey, free_port: Callable[[], int]
) -> None:
    """Pictures on Kafka, after faults of the provider and the death of the adapter."""
    with content_site(tmp_path, "video", TOPICS, (empty_kafka, valkey), free_port) as site:
        site.require_whole_after_faults(is_equal, "schema_change", "busy", "reconnect_storm?amount=2")
