"""Customers, partitions and cells: all of them follow from Kafka's own partitioner."""

from itertools import pairwise
from typing import Any

import pytest
from confluent_kafka import Message, Producer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from foundation.storage.cells.cell import Cell, customer_key, parse_range, partition_of
from foundation.storage.errors import InvalidCell
from foundation.storage.settings import CellSettings
from furlong.demo.embedded_broker import PARTITIONS, EmbeddedBroker

CUSTOMERS = 300


def test_partitions_are_those_of_another_client_of_kafka(embedded_broker: EmbeddedBroker) -> None:
    """Librdkafka's murmur2 puts every customer's record where we say that it belongs."""
    embedded_broker.create_topics(["club.progress.v1"])
    producer = Producer({"bootstrap.servers": embedded_broker.bootstrap, "partitioner": "murmur2"})
    found: dict[bytes, int | None] = {}

    def place(_fault: object, message: "Message[bytes, bytes]") -> None:
        found[message.key() or b""] = message.partition()

    for number in range(CUSTOMERS):
        producer.produce(
            "club.progress.v1",
            key=customer_key("northbet", f"kundé-{number}"),
            on_delivery=place,
        )
    assert producer.flush(30) == 0
    assert found == {key: partition_of(key, PARTITIONS) for key in found}
    assert len(found) == CUSTOMERS


@given(st.integers(1, 200), st.data())
def test_every_customer_is_in_exactly_one_cell(of: int, data: st.DataObject) -> None:
    """However the partitions are divided into ranges, one cell has a customer."""
    cuts = sorted(data.draw(st.sets(st.integers(1, of - 1), max_size=5)) if of > 1 else [])
    edges = [0, *cuts, of]
    cells = [Cell(f"c{n}", first, end - 1, of) for n, (first, end) in enumerate(pairwise(edges))]
    customer = data.draw(st.text(min_size=1, max_size=40))
    assert sum(cell.has("northbet", customer) for cell in cells) == 1


def test_settings_name_a_cell_or_none() -> None:
    """Without settings there is no cell; with both there is the one that they name."""
    assert CellSettings().own() is None
    settings = CellSettings(cell="c1", cell_partitions="6-11", cell_of=12)
    assert settings.own() == Cell("c1", 6, 11, 12)
    assert str(settings.own()) == "c1 (partitions 6-11 of 12)"


@pytest.mark.parametrize(
    "wrong",
    [
        {"cell": "c1"},
        {"cell_partitions": "0-3"},
        {"cell": "c1", "cell_partitions": "6-24"},
        {"cell": "c1", "cell_partitions": "7-6"},
        {"cell": "c1", "cell_partitions": "all"},
        {"cell": "c1", "cell_partitions": "-1-3"},
        {"cell": "C 1", "cell_partitions": "0-3"},
        {"cell": "", "cell_partitions": "0-3"},
    ],
)
def test_settings_that_are_no_cell_are_refused(wrong: dict[str, Any]) -> None:
    """Half a cell, a range outside the partitions and a name with blanks do not start a process."""
    with pytest.raises(ValidationError):
        CellSettings(**wrong)


def test_a_single_partition_is_a_range() -> None:
    """The range of one partition may be written as its number."""
    assert parse_range("6") == (6, 6)
    with pytest.raises(InvalidCell):
        parse_range("6-7-8")
