"""Runs the whole simulator: the world and its bets on Kafka, the API, the traffic."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from simulator.feeds import feed_message
from simulator.installation import read_world
from simulator.messages import bet_message
from simulator.producer import MessageProducer, open_producer
from simulator.publish import publish_seed_bets, publish_world
from simulator.serve import serving_upstream
from simulator.traffic import run_traffic
from simulator.world import World
from storage.clock import Clock, SystemClock

RECORD_FILE = "upstream.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Where the simulator listens (port 0: any free one), its brokers and its folder.

    `traffic_per_second` is in progress messages, `feeds_per_second` in records of the platform's feeds; 0
    means none. `world` is a file for `read_world`; None means the one that comes with the simulator. `clock`
    tells product time, by which bets are placed and changes are recorded.
    """

    kafka_bootstrap: str
    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    traffic_per_second: float = 0.0
    feeds_per_second: float = 0.0
    traffic_seed: int = 1
    world: Path | None = None
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that answers: the address of its API, what it knows, and its way to Kafka."""

    url: str
    world: World
    producer: MessageProducer


@asynccontextmanager
async def running_simulator(settings: SimulatorSettings) -> AsyncIterator[RunningSimulator]:
    """Run the simulator while the block lasts; at its beginning the world and the seed bets are on Kafka.

    Traffic that fails ends the block; its exception comes in an exception group.

    Raises:
        OSError: if the address is taken, or the folder cannot be written.
        aiokafka.errors.KafkaError: if no broker answers.
    """
    world = read_world(settings.world)
    settings.data.mkdir(parents=True, exist_ok=True)
    record_file = settings.data / RECORD_FILE
    async with (
        open_producer(settings.kafka_bootstrap) as producer,
        serving_upstream(
            world, record_file, host=settings.host, port=settings.port, clock=settings.clock
        ) as url,
    ):
        now = settings.clock.now()
        await publish_world(producer, world, now)
        await publish_seed_bets(producer, world, now)
        running = RunningSimulator(url, world, producer)
        async with _traffic(running, settings):
            yield running


@asynccontextmanager
async def _traffic(running: RunningSimulator, settings: SimulatorSettings) -> AsyncIterator[None]:
    told = ((settings.traffic_per_second, bet_message), (settings.feeds_per_second, feed_message))
    async with asyncio.TaskGroup() as tasks:
        betting = [
            tasks.create_task(
                run_traffic(
                    running.producer,
                    running.world,
                    rate,
                    settings.traffic_seed,
                    settings.clock.now,
                    message=message,
                )
            )
            for rate, message in told
            if rate > 0
        ]
        yield
        for one in betting:
            one.cancel()
