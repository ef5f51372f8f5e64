"""The embedded broker is a fresh, separate broker each time, and gone when closed."""

import socket

import pytest
from aiokafka import AIOKafkaProducer

from furlong.demo.embedded_broker import PARTITIONS, EmbeddedBroker, EmbeddedBrokerError


def listens(bootstrap: str) -> bool:
    """Tell whether something accepts connections at an address."""
    host, _, port = bootstrap.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_it_listens_on_loopback_only_while_open() -> None:
    """The address is on 127.0.0.1, and nothing listens there after the end of `with`."""
    with EmbeddedBroker() as broker:
        assert broker.bootstrap.startswith("127.0.0.1:")
        assert listens(broker.bootstrap)
    assert not listens(broker.bootstrap)


def test_each_broker_is_a_generation_of_its_own() -> None:
    """Two brokers never share address or generation, even side by side."""
    with EmbeddedBroker() as broker, EmbeddedBroker() as other:
        assert broker.bootstrap != other.bootstrap
        assert broker.generation != other.generation


async def test_topics_may_be_created_again(embedded_broker: EmbeddedBroker) -> None:
    """Creating existing topics is harmless, and they keep their partitions."""
    embedded_broker.create_topics(["club.progress", "club.scheme"])
    embedded_broker.create_topics(["club.scheme"])
    async with AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap) as producer:
        partitions = await producer.partitions_for("club.scheme")
    assert len(partitions) == PARTITIONS


def test_closing_twice_is_harmless() -> None:
    """A second `close` does nothing."""
    broker = EmbeddedBroker()
    broker.close()
    broker.close()
    assert not listens(broker.bootstrap)


def test_a_closed_broker_creates_no_topics() -> None:
    """Using a closed broker is an error that says so."""
    broker = EmbeddedBroker()
    broker.close()
    with pytest.raises(EmbeddedBrokerError, match="closed"):
        broker.create_topics(["club.progress"])
