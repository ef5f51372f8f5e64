"""Processes that are stopped before a cell moves and continue after it, as a stalled machine does."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from forked_programs import Program, start_forked
from running_furlong import without_settings
from squad_messages import bet, scheme

from cells.moving.move import run
from cells.moving.wiring import open_move
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import MESSAGES
from furlong.subgraph_names import SUBGRAPHS
from storage.cells.cell import Cell

from .conftest import PREFIX, CellServer, MovingRig

pytestmark = [pytest.mark.mariadb, pytest.mark.timeout(900)]
LONG = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}
PATIENCE_SECONDS = 120.0
OWN = Cell("c1", 0, 1, 4)
CUSTOMERS = [f"c-{n}" for n in range(60) if OWN.has("northbet", f"c-{n}")]
PROCESSES = [("consume", "progress")] + (
    [("worker", "weeks"), ("worker", "outbox"), ("worker", "intents"), ("worker", "fulfilment"), ("serve",)]
    if LONG
    else []
)


def rows_at(place: CellServer) -> dict[str, int]:
    """Count the rows of each table of the cell, as its administrator."""
    tables = place.as_root(
        "SELECT table_schema, table_name FROM information_schema.tables "  # noqa: S608
        f"WHERE table_schema LIKE '{PREFIX}\\_%' ORDER BY 1, 2"
    )
    return {
        f"{schema}.{table}": int(place.as_root(f"SELECT COUNT(*) FROM {schema}.{table}")[0][0])  # noqa: S608
        for schema, table in tables
    }


def sums_at(place: CellServer) -> list[tuple[object, ...]]:
    """Return the checksums of all tables of the cell."""
    return place.as_root(f"CHECKSUM TABLE {', '.join(rows_at(place))}")


async def send(broker: EmbeddedBroker, prefix: str) -> None:
    """Place a bet for each customer of the cell."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    for record in [scheme(), *(bet(customer_id=one, bet_id=f"{prefix}-{one}") for one in CUSTOMERS)]:
        await producer.send_and_wait(record.topic, record.value, key=record.key)
    await producer.stop()


def until_applied(place: CellServer, number: int, consumer: Program) -> None:
    """Wait until a place has so many bets."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rows_at(place)[f"{PREFIX}_progress.contribution"] < number:
        assert consumer.poll() is None, "the consumer has ended"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def test_processes_that_slept_through_a_move_leave_the_old_place_as_it_is(
    moving: MovingRig, embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """SIGSTOP before the fence, SIGCONT after it, records waiting: no table of the old place changes.

    Neither while its account is locked, nor after somebody has unlocked it by mistake.
    """
    embedded_broker.create_topics([plan.name for plan in MESSAGES])
    environment = without_settings() | {
        "FURLONG_DATABASE_URL": moving.here.settings.url,
        "FURLONG_CELL": "c1",
        "FURLONG_CELL_PARTITIONS": "0-1",
        "FURLONG_CELL_OF": "4",
        "FURLONG_KAFKA_BOOTSTRAP": embedded_broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": embedded_broker.generation,
        "FURLONG_KAFKA_RETRY_LIMIT_SECONDS": "0.5",
        "FURLONG_TOPICS_CHECK": "false",
        "FURLONG_JWT_SECRET": "a secret of at least 32 bytes, for tests",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "tests",
    }
    asyncio.run(send(embedded_broker, "before"))
    with (tmp_path / "processes.log").open("wb") as log:
        processes = [
            start_forked("furlong", *words, environment=environment, folder=tmp_path, log=log)
            for words in PROCESSES
        ]
        try:
            until_applied(moving.here, len(CUSTOMERS), processes[0])
            for process in processes:
                process.send_signal(signal.SIGSTOP)
            run(open_move(moving.settings(), SUBGRAPHS), lambda _step, _says: None)
            before = sums_at(moving.here)
            asyncio.run(send(embedded_broker, "after"))
            for process in processes:
                process.send_signal(signal.SIGCONT)
            time.sleep(5 if LONG else 2)
            moving.here.as_root("ALTER USER 'furlong'@'127.0.0.1' ACCOUNT UNLOCK")
            time.sleep(10 if LONG else 3)
            assert processes[0].poll() is None, "the consumer waits for its database"
            assert sums_at(moving.here) == before
        finally:
            for process in processes:
                process.kill()
                process.wait(60)
    words = (tmp_path / "processes.log").read_text()
    assert "takes no writes here" in words
    assert rows_at(moving.there)[f"{PREFIX}_progress.contribution"] == len(CUSTOMERS)
