"""The connection to the database loses answers, falls silent or returns garbage: totals stay exact."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from consumers.stream.database.retry import is_transient
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.long_form import seed_of_run
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

SEED = seed_of_run(22)

COMMIT = b"\x03COMMIT"
"""A query packet's kind and text."""


@pytest.fixture
async def betting(mariadb_url: str) -> AsyncIterator[BettingHarness]:
    """Provide consumers over a real server."""
    async with betting_harness(mariadb_url, SEED) as opened:
        yield opened


@pytest.fixture
async def proxy(mariadb: Any) -> AsyncIterator[TcpProxy]:
    """Provide the proxy between the members and the server."""
    async with tcp_proxy(mariadb.port) as proxy:
        yield proxy


def _through(proxy: TcpProxy, driver: str = "aiomysql") -> Any:
    def way(url: str) -> str:
        return url.replace(f":{proxy.target}/", f":{proxy.port}/").replace("aiomysql", driver)

    return way


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
async def test_the_answer_to_a_commit_is_lost(betting: BettingHarness, proxy: TcpProxy, driver: str) -> None:
    """The stored position shows that the commit succeeded, and the batch is not applied again."""
    betting.send(50)
    betting.start(_through(proxy, driver))
    await betting.reckoning()
    for _ in range(10):  # a lost answer may be that of a transaction without a batch
        proxy.deaf_to, proxy.cuts = COMMIT, 6
        betting.send(300)
        await betting.reckoning()
        assert proxy.cuts == 0
        if betting.metric("fenced_total") > 0:
            break
    assert betting.metric("fenced_total") > 0


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
async def test_a_connection_falls_silent_without_being_closed(
    betting: BettingHarness, proxy: TcpProxy, driver: str
) -> None:
    """The running batch is ended in time, health says so, and work continues with the connection."""
    betting.send(100)
    consumer = betting.start(_through(proxy, driver), stalled_seconds=0.3)
    await betting.reckoning()
    proxy.silent = True
    betting.send(100)
    await betting.until(lambda: not consumer.health().database)
    assert "the database is unavailable" in consumer.health().detail
    proxy.silent = False
    await betting.reckoning()


async def test_partitions_that_wait_for_a_worker_do_not_count_as_stalled(
    betting: BettingHarness, proxy: TcpProxy
) -> None:
    """All workers wait for a silent database: the records of other partitions are not late."""
    betting.send(100)
    consumer = betting.start(_through(proxy), workers=1, stalled_seconds=1.5)
    await betting.reckoning()
    proxy.silent = True
    betting.send(100)
    await betting.until(lambda: betting.metric("failures_total") >= 4)
    assert consumer.health().live
    proxy.silent = False
    await betting.reckoning()
    assert betting.registry.get_sample_value("furlong_consumer_stalls_total") == 0
    assert betting.registry.get_sample_value("furlong_consumer_rebalances_total") == 1


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
async def test_a_driver_that_is_out_of_sync_drops_its_connection(
    betting: BettingHarness, proxy: TcpProxy, driver: str
) -> None:
    """Otherwise it would take the answer to one statement for that to another."""
    database = Database.open(DatabaseSettings(url=_through(proxy, driver)(betting.url)), "progress")
    with pytest.raises(InternalError) as fault:  # noqa: PT012 - the connection is part of what is tested
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
            proxy.garbles = True
            await connection.execute(text("SELECT 2"))
    assert fault.value.connection_invalidated
    assert is_transient(fault.value)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT 3"))).scalar_one() == 3
    await database.close()
