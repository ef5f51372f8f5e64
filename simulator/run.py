"""Runs the whole simulator: world and seed bets on Kafka, the upstream's API, and traffic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from foundation.storage.clock import Clock, SystemClock
from foundation.tracing import Tracing
from simulator.kafka.feeds import feed_message
from simulator.kafka.messages import bet_message
from simulator.kafka.publish import MessageProducer, open_producer, publish_seed_bets, publish_world
from simulator.kafka.traffic import Picks, Source, run_source, run_traffic
from simulator.upstream.api import serving_upstream
from simulator.world import Customer, World, read_world

RECORD_FILE = "upstream.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Settings of a simulator.

    Attributes:
        data: The folder of its record.
        port: The port of its API; 0 for any free port.
        traffic_per_second: The number of progress messages per second; 0 for none.
        feeds_per_second: The number of records of the platform's feeds per second; 0 for none.
        sources: What else is published while there is traffic; without, by the method `still`, if any. Bets
            are on the selections of the first one with a method `picks`.
        world: A file for `read_world`; None for the built-in world.
        more_customers: Additional customers by brand, placed before those of the world.
        clock: The clock of product time, used for bets and recorded changes.
        tracing: Records the traces that messages start; None disables tracing.
    """

    kafka_bootstrap: str
    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    traffic_per_second: float = 0.0
    feeds_per_second: float = 0.0
    traffic_seed: int = 1
    sources: tuple[Source, ...] = ()
    world: Path | None = None
    more_customers: Mapping[str, tuple[Customer, ...]] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)
    tracing: Tracing | None = None


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A running simulator: the URL of its API, its world, and its Kafka producer."""

    url: str
    world: World
    producer: MessageProducer


@asynccontextmanager
async def running_simulator(settings: SimulatorSettings) -> AsyncIterator[RunningSimulator]:
    """Run the simulator for the duration of the block; world and seed bets are on Kafka when it begins.

    If the traffic fails, the block ends with its exception in an exception group.

    Raises:
        OSError: The address is taken, or the folder cannot be written.
        aiokafka.errors.KafkaError: No broker answers.
    """
    world = read_world(settings.world).with_customers(settings.more_customers)
    settings.data.mkdir(parents=True, exist_ok=True)
    record_file = settings.data / RECORD_FILE
    async with (
        open_producer(settings.kafka_bootstrap, settings.tracing) as producer,
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
    streams = ((settings.traffic_per_second, bet_message), (settings.feeds_per_second, feed_message))
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
                    picks=_picks(settings.sources),
                )
            )
            for rate, message in streams
            if rate > 0
        ]
        for source in filter(None, (_source(source, settings) for source in settings.sources)):
            publishing = run_source(
                running.producer, source, running.world, settings.traffic_seed, settings.clock.now
            )
            betting.append(tasks.create_task(publishing))
        yield
        for task in betting:
            task.cancel()


def _picks(sources: Iterable[Source]) -> Picks | None:
    """Return what picks selections for bets: the first source that has some, by its method `picks`."""
    return next((source.picks for source in sources if hasattr(source, "picks")), None)


def _source(source: Source, settings: SimulatorSettings) -> Source | None:
    """Return what publishes of a source: without traffic, only what does not happen by chance.

    What says by the machine's clock that it is well is given that clock, by its method `by_machine`.
    """
    by_machine: Callable[[Callable[[], datetime]], None] | None = getattr(source, "by_machine", None)
    if by_machine is not None:
        by_machine(settings.clock.machine.now)
    if settings.traffic_per_second > 0 or settings.feeds_per_second > 0:
        return source
    still: Source | None = getattr(source, "still", None)
    return still
