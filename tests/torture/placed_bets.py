"""Bets that are placed at a whole installation all the time, and their recount from the bytes produced."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pymysql
from confluent_kafka import Producer
from sqlalchemy import make_url

from tests.support.consumers.betting_load import Load, recount
from tests.support.processes.running_furlong import eventually
from tests.support.product.whole_installation import DATABASES, Installation

COUNTED: Final = (
    "SELECT bet_id, revision, counted_minor "
    "FROM {PREFIX}_progress.contribution WHERE bet_id LIKE 'b-{SEED}-%'"
)
LETTERS: Final = "SELECT reason FROM {PREFIX}_{NAME}.dead_letter"


@contextmanager
def betting(load: Load, bootstrap: str) -> Iterator[None]:
    """Place bets all the time for the duration of the block."""
    stopping = threading.Event()
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random"})

    def bet() -> None:
        while not stopping.wait(0.1):
            for record in load.more(4):
                producer.produce(record.topic, record.value, key=record.key)
            producer.poll(0)
        assert producer.flush(60) == 0

    thread = threading.Thread(target=bet)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def rows(version: Installation, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds; `{PREFIX}` in it is the prefix of the databases."""
    url = make_url(version.url)
    with (
        pymysql.connect(
            host=url.host or "", port=url.port or 0, user=url.username, password=url.password or ""
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query.replace("{PREFIX}", str(url.database)))
        return list(cursor.fetchall())


def counted(version: Installation, load: Load) -> dict[str, tuple[int, int]]:
    """Return revision and counted amount of each bet of the load in the tables."""
    found = rows(version, COUNTED.replace("{SEED}", str(load.seed)))
    return {str(bet): (int(revision), int(minor)) for bet, revision, minor in found}


def applies_more(version: Installation, load: Load) -> None:
    """Wait until bets that are placed from now on are applied."""
    before = len(recount(list(load.records)).bets)
    eventually(lambda: len(counted(version, load)) > before + 20, "bets are applied")


def each_bet_counts_once(version: Installation, load: Load) -> None:
    """Compare each bet and total with a recount of what was produced, and dead letters with the poison."""
    wanted = recount(load.records)
    eventually(
        lambda: len(counted(version, load)) == len(wanted.bets), f"{len(wanted.bets)} bets are applied"
    )
    eventually(lambda: counted(version, load) == wanted.bets, f"all bets are right, with seed {load.seed}")
    totals = {
        (str(customer), str(week)): (int(minor), int(bets))
        for customer, week, minor, bets in rows(
            version, "SELECT customer_id, iso_week, total_minor, counted_bets FROM {PREFIX}_progress.progress"
        )
    }
    assert {key: total for key, total in totals.items() if key in wanted.totals} == wanted.totals
    letters = {name: len(rows(version, LETTERS.replace("{NAME}", name))) for name in DATABASES}
    assert letters == {name: load.poison if name == "progress" else 0 for name in DATABASES}
