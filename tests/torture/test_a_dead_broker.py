"""The only broker is dead for longer than clients wait: every process of the product lives on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support.long_form import only_in_long_form
from tests.support.processes.running_furlong import eventually
from tests.support.telemetry.otlp_receiver import receiving
from tests.torture.conftest import Servers
from tests.whole.switched_on.products import CUSTOMER, LISTENING, Product, running_product
from tools.private_kafka import start_kafka
from tools.private_mariadb import PrivateMariadb
from tools.private_valkey import PrivateValkey

DEAD_SECONDS: Final = 90.0
"""More than the half minute after which a consumer that gets nothing leaves its group."""

READING: Final = tuple(name for name in LISTENING if name.startswith("consume ") and "analytics" not in name)
pytestmark = [
    only_in_long_form,
    pytest.mark.usefixtures("kafka_installed"),
    pytest.mark.slow("the broker is dead for most of a minute"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def servers(processes: None, mariadb: PrivateMariadb, tmp_path: Path) -> Iterator[Servers]:
    """A broker of this test's own."""
    running = Servers(start_kafka(tmp_path / "kafka"), mariadb)
    yield running
    running.kafka.stop()


def test_every_process_outlives_its_broker(servers: Servers, valkey: PrivateValkey, tmp_path: Path) -> None:
    """Consumers, workers, relays, feeds, analytics and gateways: none ends, and each goes on afterwards."""
    folder = tmp_path / "product"
    folder.mkdir()
    with receiving() as traces, running_product(folder, valkey.url, traces, servers.kafka) as product:
        restart = servers.kill("kafka")
        end = time.monotonic() + DEAD_SECONDS
        while time.monotonic() < end:
            time.sleep(1)
            assert ended(product) == []
        restart()
        staked = product.site.club(CUSTOMER)["progress"]["staked"]["minor"]
        product.programs.run(
            *("simulator", "bet", "--kafka", product.site.kafka, "--customer", CUSTOMER, "--stake", "500000")
        )
        eventually(
            lambda: product.site.club(CUSTOMER)["progress"]["staked"]["minor"] >= staked + 500_000,
            "a bet counts again",
        )
        assert ended(product) == []
        for name in READING:
            eventually(partial(consuming, product, name), f"{name} consumes again")


def ended(product: Product) -> list[str]:
    """Return the processes that have ended."""
    return [name for name, process in product.running.items() if process.poll() is not None]


def consuming(product: Product, name: str) -> bool:
    """Return whether a consumer says that it consumes."""
    try:
        return bool(product.get(name, "/health").json()["consuming"])
    except httpx.TransportError:
        return False
