"""What arrives on a Kafka broker, and the simulator as a program."""

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ProducerClosed

import furlong
from foundation.storage.clock import SystemClock
from simulator.kafka.messages import Message
from simulator.kafka.publish import (
    open_producer,
    publish_bet,
    publish_seed_bets,
    publish_world,
    seed_bets,
    world_messages,
)
from simulator.kafka.traffic import run_traffic
from simulator.run import SimulatorSettings, running_simulator
from simulator.world import World

NOW = datetime(2026, 3, 25, 14, tzinfo=UTC)
TOPICS = ("club.progress.v1", "club.account-status.v1", "club.reward-config.v1")
PATIENCE_SECONDS = 180


@asynccontextmanager
async def reading(bootstrap: str, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer at the beginning of topics."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for topic in topics for number in range(4)])
        yield consumer
    finally:
        await consumer.stop()


async def read_until(
    bootstrap: str, enough: Callable[[list[ConsumerRecord]], bool], *topics: str
) -> list[ConsumerRecord]:
    """The first records of topics, until there are enough."""
    records: list[ConsumerRecord] = []
    async with reading(bootstrap, *topics) as consumer, asyncio.timeout(PATIENCE_SECONDS):
        while not enough(records):
            batches = await consumer.getmany(timeout_ms=200)
            records += [record for batch in batches.values() for record in batch]
    return records


async def read(bootstrap: str, number: int, *topics: str) -> list[ConsumerRecord]:
    """The first records of topics, at least as many as requested."""
    return await read_until(bootstrap, lambda records: len(records) >= number, *topics)


def parts(record: ConsumerRecord | Message) -> tuple[bytes, bytes, tuple[tuple[str, bytes], ...]]:
    """Key, value and headers."""
    return record.key, record.value, tuple(record.headers)


async def test_the_world_arrives(broker: str, world: World) -> None:
    """Each account and reward configuration is on its topic as it was built."""
    async with open_producer(broker) as producer:
        await publish_world(producer, world, NOW)
    expected = list(world_messages(world, NOW))
    for topic in ("club.account-status.v1", "club.reward-config.v1"):
        of_topic = [parts(message) for message in expected if message.topic == topic]
        records = await read(broker, len(of_topic), topic)
        assert sorted(map(parts, records)) == sorted(of_topic)


async def test_seed_bets_arrive_in_order(broker: str, world: World) -> None:
    """The bets of a customer are on one partition, in their order."""
    async with open_producer(broker) as producer:
        await publish_seed_bets(producer, world, NOW)
    expected = [bet.bet_id for bet in seed_bets(world, NOW) if bet.customer_id == "c-1004"]
    records = await read(broker, len(list(seed_bets(world, NOW))), "club.progress.v1")
    of_customer = [record for record in records if record.key == b"northbet:c-1004"]
    assert [json.loads(record.value)["bet_id"] for record in of_customer] == expected
    assert len({record.partition for record in of_customer}) == 1


async def test_a_bet_arrives(broker: str, world: World) -> None:
    """A single bet is on Kafka under the id that the caller gets."""
    async with open_producer(broker) as producer:
        bet_id = await publish_bet(
            producer, world.brands[1], "m-2001", stake_minor=500, odds_milli=None, placed_at=NOW
        )
    (record,) = await read(broker, 1, "club.progress.v1")
    body = json.loads(record.value)
    assert (body["bet_id"], body["currency"], body["stake_minor"]) == (bet_id, "EUR", 500)
    assert body["odds_milli"] is None


def busy_runs(records: list[ConsumerRecord]) -> int:
    """How many runs of the traffic have sent thirty messages: a bet's id begins with its run."""
    sent = Counter(json.loads(record.value)["bet_id"].split("-")[1] for record in records)
    return sum(number >= 30 for number in sent.values())


async def test_traffic_runs_until_cancelled(broker: str, world: World) -> None:
    """Traffic continues by itself until cancelled; another run of the same seed has bets of its own."""
    async with open_producer(broker) as producer:
        for enough in (lambda records: busy_runs(records) == 1, lambda records: busy_runs(records) == 2):
            betting = asyncio.create_task(run_traffic(producer, world, 500, 3, SystemClock().now))
            await read_until(broker, enough, "club.progress.v1")
            betting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await betting


async def test_a_running_simulator_has_published_its_world(broker: str, tmp_path: Path) -> None:
    """When the block begins, the API answers and accounts, rewards and seed bets are on Kafka."""
    settings = SimulatorSettings(kafka_bootstrap=broker, data=tmp_path / "new")
    async with running_simulator(settings) as simulator, httpx.AsyncClient(base_url=simulator.url) as api:
        assert (await api.get("/simulator/journal")).status_code == 200
        now = datetime.now(UTC)
        number = len(list(world_messages(simulator.world, now))) + len(list(seed_bets(simulator.world, now)))
        assert len(await read(broker, number, *TOPICS)) == number
    assert (tmp_path / "new" / "upstream.sqlite").exists()


async def test_a_simulator_of_a_loaded_world_serves_its_customers(broker: str, tmp_path: Path) -> None:
    """Even of an unknown brand: it sends accounts, rewards and bets, and accepts memberships."""
    own = tmp_path / "own.yaml"
    text = (Path(furlong.__file__).with_name("world.yaml")).read_text(encoding="utf-8")
    own.write_text(text.replace("northbet", "ownbet"), encoding="utf-8")
    settings = SimulatorSettings(kafka_bootstrap=broker, data=tmp_path, traffic_per_second=200, world=own)
    async with running_simulator(settings) as simulator, httpx.AsyncClient(base_url=simulator.url) as api:
        member = "/v1/brands/ownbet/customers/ownbet-gb-gbp-1/membership"
        wanted = {"state": "opted_in", "terms_version": "2026-1"}
        joined = await api.put(member, json=wanted, headers={"Idempotency-Key": "k-1"})
        assert joined.status_code == 200
        barred = await api.put(
            member.replace("-gbp-1", "-gbp-x1"), json=wanted, headers={"Idempotency-Key": "k-2"}
        )
        assert (barred.status_code, barred.json()["code"]) == (422, "INELIGIBLE")
        bets = await read(broker, 20, "club.progress.v1")
    assert {record.key.split(b":")[0] for record in bets} <= {b"ownbet", b"lagunabet"}


async def test_traffic_that_fails_is_not_silent(broker: str, tmp_path: Path) -> None:
    """Where Kafka goes away from under the traffic, the block that runs the simulator ends."""
    settings = SimulatorSettings(kafka_bootstrap=broker, data=tmp_path, traffic_per_second=50)

    async def lose_kafka() -> None:
        async with running_simulator(settings) as simulator:
            await simulator.producer._kafka.stop()
            await asyncio.sleep(PATIENCE_SECONDS)

    with pytest.raises(ExceptionGroup) as raised:
        await lose_kafka()
    assert raised.group_contains(ProducerClosed)


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_program_serves_and_stops(broker: str, tmp_path: Path, number: signal.Signals) -> None:
    """`serve` tells its address, answers, bets, and ends by a signal with status 0 and no complaint."""
    command = [sys.executable, "-m", "simulator", "serve", "--kafka", broker, "--data", str(tmp_path)]
    program = await asyncio.create_subprocess_exec(
        *command, "--listen", "127.0.0.1:0", "--rate", "50", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    try:
        line = await asyncio.wait_for(program.stdout.readline(), PATIENCE_SECONDS)
        url = line.decode().split()[3].rstrip(",")
        async with httpx.AsyncClient(base_url=url) as api:
            assert (await api.get("/simulator/journal")).json() == {"entries": []}
        await read(broker, 40, "club.progress.v1")
    finally:
        program.send_signal(number)
        output, complaints = await asyncio.wait_for(program.communicate(), PATIENCE_SECONDS)
    assert (program.returncode, output, complaints) == (0, b"stopped\n", b"")
