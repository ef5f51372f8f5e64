"""The database's disk is full: records wait in Kafka, and are applied once there is room again (C27)."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.long_form import seed_of_run
from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.server_process import start_process, wait_until_ready

SEED = seed_of_run(21)

pytestmark = pytest.mark.usefixtures("mariadb_installed")
FULL = 1114
SMALL = "ibdata1:12M;ibdata2:8M"
"""All tables share 20 MiB that do not grow: InnoDB meets the end of that as it meets the end of a disk."""


@pytest.fixture
def small_server(processes: None, tmp_path: Path) -> Iterator[list[PrivateMariadb]]:
    """Provide a server with little disk space; the last of the list is the running one."""
    options = ["--innodb-file-per-table=0", f"--innodb-data-file-path={SMALL}"]
    servers = [start_mariadb(tmp_path / "small", options=options)]
    yield servers
    servers[-1].stop()


@pytest.fixture
async def betting(small_server: list[PrivateMariadb]) -> AsyncIterator[BettingHarness]:
    """Provide a consumer that has applied some bets."""
    url = small_server[-1].fresh_url()
    async with betting_harness(url, SEED) as opened:
        opened.send(50)
        opened.start()
        await opened.reckoning()
        yield opened


def _fill(server: PrivateMariadb) -> None:
    """Fill nearly all the space that is left; the bets use up the rest."""
    connection: Any = pymysql.connect(
        host="127.0.0.1",
        port=server.port,
        user="furlong",
        password=server.password,
        database="furlong",
        autocommit=True,
    )
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filling (content LONGBLOB)")
        with pytest.raises(pymysql.err.OperationalError) as refused:  # noqa: PT012 - which one is unknown
            while True:
                cursor.execute("INSERT INTO filling VALUES (REPEAT('x', 262144))")
        assert refused.value.args[0] == FULL


def _give_room(server: PrivateMariadb) -> PrivateMariadb:
    """Restart the server with one more file, as an operator would."""
    process = server.process
    command = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode().strip("\0").split("\0")
    wider = [word.replace(SMALL, f"{SMALL};ibdata3:8M:autoextend") for word in command]
    assert wider != command
    process.stop()
    again = replace(server, process=start_process(wider, process.log.parent, process.log, tied=True))
    wait_until_ready(again.process, again.answers)
    return again


async def test_a_full_database_is_waited_for(
    betting: BettingHarness, small_server: list[PrivateMariadb]
) -> None:
    """Health reports it meanwhile; nothing becomes a dead letter, and work continues by itself."""
    (consumer,) = betting.running
    _fill(small_server[-1])
    while not betting.metric("failures_total"):
        seen = betting.metric("batches_total")
        betting.send(100)  # pages that are half empty take some more rows
        await betting.until(partial(_something_happened, betting, seen))
    await betting.until(lambda: "is full" in consumer.health().detail)
    assert not consumer.health().database
    small_server.append(_give_room(small_server[-1]))
    await betting.reckoning()
    assert consumer.health().database


def _something_happened(betting: BettingHarness, batches: float) -> bool:
    return betting.metric("batches_total") > batches or betting.metric("failures_total") > 0
