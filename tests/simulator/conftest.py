"""The simulator's world and API, as its tests use them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from furlong.demo.embedded_broker import EmbeddedBroker
from simulator.upstream.api import create_upstream, serving_upstream
from simulator.upstream.record import Record
from simulator.world import World, load_world


@pytest.fixture
def world() -> World:
    """The world that comes with the simulator."""
    return load_world()


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """An empty record."""
    with Record(tmp_path / "upstream.sqlite") as record:
        yield record


@pytest.fixture
async def api(record: Record, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The upstream's API in this process."""
    transport = httpx.ASGITransport(create_upstream(record, world))
    async with httpx.AsyncClient(transport=transport, base_url="http://upstream") as client:
        yield client


@pytest.fixture
async def served(tmp_path: Path, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The upstream's API behind a real socket."""
    async with (
        serving_upstream(world, tmp_path / "upstream.sqlite") as url,
        httpx.AsyncClient(base_url=url, timeout=20) as client,
    ):
        yield client


@pytest.fixture
def broker() -> Iterator[str]:
    """The address of an embedded Kafka broker with the upstream's topics."""
    with EmbeddedBroker() as broker:
        broker.create_topics(["club.progress.v1", "club.account-status.v1", "club.reward-config.v1"])
        yield broker.bootstrap
