"""Up to when each cell's facts are complete, and that a cell counts once whatever happens to it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.ingestion import Reading
from analytics.questions.sandbox import Completeness
from consumers.stream.records import Record
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import bet, scheme

NOW = datetime(2026, 3, 25, 15, tzinfo=UTC)
BETS, SCHEMES = "club.progress.v1", "club.scheme.v1"


def reported(node: str, cell: tuple[str, int, int] | None, minute: int) -> Record:
    """Return the report of a node about the cell that it is."""
    body: dict[str, Any] = {
        "schema": "club.cells/1",
        "event_id": f"{node}-{minute}",
        "brand_id": "*",
        "kind": "acknowledgement",
        "node": node,
        "part": "progress",
        "process": f"{node}:1",
        "epoch": 0,
        "number": 0,
        "every_seconds": 10,
        "reported_at": (NOW + timedelta(minutes=minute)).isoformat(),
    }
    if cell is not None:
        name, first, last = cell
        body["cell"] = {"name": name, "first": first, "last": last, "of": 4}
    return Record(
        "club.cells.v1", 0, 0, f"{node}:acknowledgement:progress".encode(), json.dumps(body).encode()
    )


def read_up_to(store: Store, **behind: int) -> None:
    """Report that all was read a minute ago, but for some partitions of bets, each with what waits there."""
    waiting = {int(name.removeprefix("p")): count for name, count in behind.items()}
    readings = {
        store.partition(BETS, number): Reading(
            100,
            100 + waiting.get(number, 0),
            NOW - timedelta(hours=1) if number in waiting else NOW - timedelta(minutes=1),
        )
        for number in range(4)
    }
    readings[store.partition(SCHEMES)] = Reading(1, 1, NOW)
    store.ingestion().report(readings)


def completeness(store: Store) -> list[tuple[Any, ...]]:
    """Return what the view says."""
    return store.rows("SELECT cell, complete_until, waiting FROM completeness ORDER BY cell")


def test_without_cells_the_least_partition_decides(store: Store) -> None:
    """A single line, whose time is that of the partition that was read least far."""
    read_up_to(store)
    assert completeness(store) == [("*", NOW - timedelta(minutes=1), 0)]
    read_up_to(store, p2=7)
    assert completeness(store) == [("*", NOW - timedelta(hours=1), 7)]


def test_each_cell_is_complete_by_its_own_partitions(store: Store) -> None:
    """Records that wait in a partition of one cell say nothing about the other."""
    store.fill(reported("c1", ("c1", 0, 1), 0), reported("c2", ("c2", 2, 3), 0))
    read_up_to(store, p3=7)
    assert completeness(store) == [
        ("c1", NOW - timedelta(minutes=1), 0),
        ("c2", NOW - timedelta(hours=1), 7),
    ]


def test_a_cell_that_was_split_moved_or_merged_counts_once(store: Store) -> None:
    """Its facts are those of its partitions: the same sums before and after, whoever reports them."""
    facts = [
        bet(bet_id=f"b-{number}", customer_id=f"c-{number}", stake_minor=100 + number) for number in range(8)
    ]
    store.fill(scheme(), reported("c1", ("c1", 0, 3), 0), *facts)
    sums = "SELECT count(), sum(stake_minor) FROM bets"
    before = store.rows(sums)
    read_up_to(store)
    assert [cell for cell, *_ in completeness(store)] == ["c1"]

    split = (reported("c1", ("c1", 0, 1), 1), reported("c1b", ("c1b", 2, 3), 1))
    store.fill(*split, *facts)  # both halves publish what they copied
    assert store.rows(sums) == before
    assert [cell for cell, *_ in completeness(store)] == ["c1", "c1b"]

    store.fill(reported("c1", ("c1", 0, 3), 2), reported("c1b", None, 2), *facts)
    assert store.rows(sums) == before
    assert [cell for cell, *_ in completeness(store)] == ["c1"]


@pytest.mark.parametrize(
    ("until", "waiting", "says"),
    [
        (NOW - timedelta(seconds=5), 0, "Cell c1: complete up to 14:59:55 UTC"),
        (NOW - timedelta(hours=1), 0, "INCOMPLETE: cell c1: complete up to 14:00:00 UTC"),
        (NOW - timedelta(days=1), 0, "INCOMPLETE: cell c1: complete up to 24 March 2026, 15:00:00 UTC"),
        (NOW, 3_000, "INCOMPLETE: cell c1: complete up to 15:00:00 UTC; 3,000 records wait"),
        (
            datetime(1970, 1, 1, tzinfo=UTC),
            9,
            "INCOMPLETE: cell c1: nothing was read up to the present yet; 9 records wait",
        ),
    ],
)
def test_an_answer_marks_itself_incomplete(until: datetime, waiting: int, says: str) -> None:
    """If records wait, or if nothing was read for a minute."""
    assert Completeness("c1", until, waiting).says(NOW) == says
