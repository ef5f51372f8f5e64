"""Runs the whole simulator: the world and its bets on Kafka, the API, the traffic."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from simulator.faults import Faults
from simulator.producer import MessageProducer, open_producer
from simulator.publish import publish_seed_bets, publish_world
from simulator.record import Record
from simulator.traffic import run_traffic
from simulator.upstream import create_upstream
from simulator.world import World, load_world

RECORD_FILE = "upstream.sqlite"
SECONDS_TO_FINISH_REQUESTS = 2
BACKLOG = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Where the simulator listens (port 0: any free one), its brokers and its folder.

    `traffic_per_second` is in messages; 0 means no traffic.
    """

    kafka_bootstrap: str
    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    traffic_per_second: float = 0.0
    traffic_seed: int = 1


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that answers: the address of its API, what it knows, and its way to Kafka."""

    url: str
    world: World
    producer: MessageProducer


@asynccontextmanager
async def running_simulator(settings: SimulatorSettings) -> AsyncIterator[RunningSimulator]:
    """Run the simulator while the block lasts; at its beginning the world and the seed bets are on Kafka.

    Traffic that fails ends the block, with its exception in an exception group.

    Raises:
        OSError: if the address is taken, or the folder cannot be written.
        aiokafka.errors.KafkaError: if no broker answers.
    """
    world = load_world()
    settings.data.mkdir(parents=True, exist_ok=True)
    async with (
        open_producer(settings.kafka_bootstrap) as producer,
        _api(world, settings) as url,
        asyncio.TaskGroup() as tasks,
    ):
        now = datetime.now(UTC)
        await publish_world(producer, world, now)
        await publish_seed_bets(producer, world, now)
        traffic = tasks.create_task(_traffic(producer, world, settings))
        try:
            yield RunningSimulator(url, world, producer)
        finally:
            traffic.cancel()


async def _traffic(producer: MessageProducer, world: World, settings: SimulatorSettings) -> None:
    if settings.traffic_per_second > 0:
        await run_traffic(producer, world, settings.traffic_per_second, settings.traffic_seed)


@asynccontextmanager
async def _api(world: World, settings: SimulatorSettings) -> AsyncIterator[str]:
    """Serve the squad's API at the address given. What comes before it is up waits at the socket."""
    faults = Faults()
    listener = socket.create_server((settings.host, settings.port), backlog=BACKLOG)
    with Record(settings.data / RECORD_FILE) as record:
        config = uvicorn.Config(
            create_upstream(record, world, faults),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH_REQUESTS,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            host, port = listener.getsockname()[:2]
            yield f"http://{host}:{port}"
        finally:
            faults.release()
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: in the demo it is one part of a process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
