"""The connection to the database loses answers, falls silent or returns garbage: totals stay exact."""

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from betting_field import Field, betting_field
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from tcp_proxy import TcpProxy, tcp_proxy

from consumers.stream.database.retry import is_transient
from storage.database import Database
from storage.settings import DatabaseSettings

pytestmark = pytest.mark.mariadb
COMMIT = b"\x03COMMIT"
"""A query packet's kind and text."""


@pytest.fixture
async def meadow(mariadb: Any) -> AsyncIterator[Field]:
    """Provide consumers over a real server."""
    url = mariadb.fresh_url()
    seed = random.SystemRandom().randrange(10**6)
    async with betting_field(url, seed) as opened:
        yield opened
    mariadb.drop(url)


@pytest.fixture
async def line(mariadb: Any) -> AsyncIterator[TcpProxy]:
    """Provide the proxy between the members and the server."""
    async with tcp_proxy(mariadb.port) as proxy:
        yield proxy


def _through(line: TcpProxy, driver: str = "aiomysql") -> Any:
    def way(url: str) -> str:
        return url.replace(f":{line.target}/", f":{line.port}/").replace("aiomysql", driver)

    return way


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
async def test_the_answer_to_a_commit_is_lost(meadow: Field, line: TcpProxy, driver: str) -> None:
    """The stored position shows that the commit succeeded, and the batch is not applied again."""
    meadow.send(50)
    meadow.start(_through(line, driver))
    await meadow.reckoning()
    line.deaf_to, line.cuts = COMMIT, 6
    meadow.send(300)
    await meadow.reckoning()
    assert line.cuts == 0
    assert meadow.metric("fenced_total") > 0


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
async def test_a_connection_falls_silent_without_being_closed(
    meadow: Field, line: TcpProxy, driver: str
) -> None:
    """The running batch is ended in time, health says so, and work continues with the connection."""
    meadow.send(100)
    consumer = meadow.start(_through(line, driver), stalled_seconds=0.3)
    await meadow.reckoning()
    line.silent = True
    meadow.send(100)
    await meadow.until(lambda: not consumer.health().database)
    assert "the database is unavailable" in consumer.health().detail
    line.silent = False
    await meadow.reckoning()


async def test_partitions_that_wait_for_a_worker_do_not_count_as_stalled(
    meadow: Field, line: TcpProxy
) -> None:
    """All workers wait for a silent database: the records of other partitions are not late."""
    meadow.send(100)
    consumer = meadow.start(_through(line), workers=1, stalled_seconds=0.3)
    await meadow.reckoning()
    line.silent = True
    meadow.send(100)
    await meadow.until(lambda: meadow.metric("failures_total") >= 3)
    assert consumer.health().live
    line.silent = False
    await meadow.reckoning()
    assert meadow.registry.get_sample_value("furlong_consumer_stalls_total") == 0
    assert meadow.registry.get_sample_value("furlong_consumer_rebalances_total") == 1


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
async def test_a_driver_that_is_out_of_sync_drops_its_connection(
    meadow: Field, line: TcpProxy, driver: str
) -> None:
    """Otherwise it would take the answer to one statement for that to another."""
    database = Database.open(DatabaseSettings(url=_through(line, driver)(meadow.url)), "progress")
    with pytest.raises(InternalError) as fault:  # noqa: PT012 - the connection is part of what is tested
        async with database.home.read() as connection:
            await connection.execute(text("SELECT 1"))
            line.garbles = True
            await connection.execute(text("SELECT 2"))
    assert fault.value.connection_invalidated
    assert is_transient(fault.value)
    async with database.home.read() as connection:
        assert (await connection.execute(text("SELECT 3"))).scalar_one() == 3
    await database.close()
