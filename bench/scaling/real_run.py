"""Real runs of one, two and four processes: what a request and a bet cost, and which rates are reached."""

import asyncio
import os
import re
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.betslip import graph_at
from bench.fixtures.club import FAST_DRIVER, MARIADB_OPTIONS, Club, fill, new_sessions
from bench.fixtures.customers import customer_id
from bench.harness.cores import cpu_seconds
from bench.harness.servers import (
    Server,
    Servers,
    ServiceFailedError,
    free_port,
    furlong,
    running_servers,
    start_mariadb,
)
from bench.load.open_loop import offer
from bench.load.wrk import LoadTool
from bench.scaling.costs import MICROSECOND, Work
from bench.together.bets import BetGenerator, instant
from bench.together.producer import TOPIC, MessageProducer
from bench.together.testbed import busy_seconds
from deploy.private_kafka import start_kafka
from foundation.storage.settings import DatabaseSettings
from furlong.install.topics import create_topics
from furlong.settings import TopicSettings

PROCESSES: Final = (1, 2, 4)
PARTITIONS: Final = 8
JOINED_SECONDS: Final = 12.0
"""How long members of a group have to divide the partitions before they are measured."""
STANDSTILL_SECONDS: Final = 120.0
_APPLIED: Final = re.compile(rf'^furlong_consumer_records_total{{topic="{TOPIC}"}} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Measured:
    """A real run.

    Attributes:
        processes: The number of our processes.
        rate: Requests answered or messages applied per second.
        cost: Processor time per request or message.
        free_cores: The cores that other work has left.
        half_p99_ms: For requests: the 99th percentile at half of that rate.
        start_seconds: From the start until the first answer.
    """

    processes: int
    rate: float
    cost: Work
    free_cores: float
    half_p99_ms: float = 0.0
    start_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Machine:
    """The servers of all runs."""

    folder: Path
    club: Club
    servers: Servers
    engines: tuple[int, ...]
    bootstrap: str


@contextmanager
def open_machine(folder: Path, customers: int) -> Iterator[Machine]:
    """Start MariaDB with customers, and Kafka."""
    with ExitStack() as stack:
        mariadb = start_mariadb(folder / "mariadb", options=MARIADB_OPTIONS)
        stack.callback(mariadb.stop)
        kafka = start_kafka(folder / "kafka")
        stack.callback(kafka.stop)
        club = Club(DatabaseSettings(url=mariadb.url), new_sessions(), customers)
        asyncio.run(_prepare(club, kafka.bootstrap))
        servers = stack.enter_context(running_servers(folder))
        engines = (mariadb.process.pid, kafka.process.pid)
        yield Machine(folder, club, servers, engines, kafka.bootstrap)


async def _prepare(club: Club, bootstrap: str) -> None:
    await fill(club.database, club.customers)
    await create_topics(bootstrap, PARTITIONS, 1, TopicSettings())


@dataclass(frozen=True, slots=True)
class Meter:
    """Processor time so far, of ours, of MariaDB and Kafka, of the load, and of everything."""

    ours: float
    engines: float
    load: float
    everything: float
    at: float

    @classmethod
    def read(cls, machine: Machine, servers: tuple[Server, ...]) -> "Meter":
        """Read all meters."""
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return cls(
            sum(server.cpu_seconds() for server in servers),
            sum(cpu_seconds(engine) for engine in machine.engines),
            own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
            busy_seconds(),
            time.monotonic(),
        )

    def since(self, before: "Meter", number: float) -> tuple[Work, float]:
        """Return the costs of each of a number of requests, and the cores that others have left."""
        ours, engines = self.ours - before.ours, self.engines - before.engines
        load = self.load - before.load
        others = self.everything - before.everything - ours - engines - load
        cores = len(os.sched_getaffinity(0)) - max(0.0, others) / (self.at - before.at)
        per = 1 / MICROSECOND / number
        return Work(round(ours * per, 1), round(engines * per, 1), round(load * per, 1)), round(cores, 2)


def read_run(machine: Machine, processes: int, seconds: float) -> Measured:
    """Measure `furlong serve` with a number of workers."""
    port = free_port()
    command = furlong("serve", "--listen", f"127.0.0.1:{port}", "--workers", str(processes))
    server = machine.servers.start(f"serve-{processes}", command, port, machine.club.settings(FAST_DRIVER))
    tokens = machine.club.tokens(1000)
    tool = LoadTool(machine.folder, tokens, connections=32 * processes)
    tool.run("warm", graph_at(port), seconds / 2)
    before = Meter.read(machine, (server,))
    run = tool.run("full", graph_at(port), seconds)
    cost, cores = Meter.read(machine, (server,)).since(before, run.requests)
    half = offer(graph_at(port), tokens, run.rate / 2, seconds, 1.0)
    machine.servers.stop_last()
    return Measured(
        processes, round(run.rate), cost, cores, round(half.p99(), 1), round(server.ready_after, 1)
    )


def bet_run(machine: Machine, processes: int, messages: int, bets: BetGenerator) -> Measured:
    """Measure how fast a number of `furlong consume progress` processes apply messages."""
    settings = machine.club.settings() | {"FURLONG_KAFKA_BOOTSTRAP": machine.bootstrap}
    started: list[Server] = []
    for number in range(processes):
        port = free_port()
        command = furlong("consume", "progress", "--listen", f"127.0.0.1:{port}")
        started.append(machine.servers.start(f"consume-{processes}-{number}", command, port, settings))
    producer = MessageProducer(machine.bootstrap)
    time.sleep(JOINED_SECONDS)
    done = _applied(started)
    before = Meter.read(machine, tuple(started))
    for number in range(messages):
        producer.send(bets.next_message(instant()))
        if number % 500 == 0:
            producer.poll()
    producer.flush()
    _wait(started, done + messages)
    after = Meter.read(machine, tuple(started))
    cost, cores = after.since(before, messages)
    for _ in started:
        machine.servers.stop_last()
    return Measured(processes, round(messages / (after.at - before.at)), cost, cores)


def generator(machine: Machine) -> BetGenerator:
    """Return a generator of bets of the machine's customers."""
    return BetGenerator([customer_id(number) for number in range(machine.club.customers)])


def idle_ms(machine: Machine) -> float:
    """Return the median time to answer a query while nothing else is asked, in milliseconds."""
    port = free_port()
    command = furlong("serve", "--listen", f"127.0.0.1:{port}")
    machine.servers.start("idle", command, port, machine.club.settings(FAST_DRIVER))
    target, token = graph_at(port), machine.club.token(0)
    took = []
    with httpx.Client() as client:
        for _ in range(200):
            begun = time.perf_counter()
            target.ask(token, client)
            took.append(time.perf_counter() - begun)
    machine.servers.stop_last()
    return round(sorted(took)[len(took) // 2] * 1000, 2)


def _applied(consumers: list[Server]) -> int:
    total = 0
    for server in consumers:
        text = httpx.get(f"http://127.0.0.1:{server.port}/metrics", timeout=30).text
        match = _APPLIED.search(text)
        total += int(float(match[1])) if match else 0
    return total


def _wait(consumers: list[Server], messages: int) -> None:
    last, moved = -1, time.monotonic()
    while last < messages:
        now = _applied(consumers)
        if now != last:
            last, moved = now, time.monotonic()
        elif time.monotonic() > moved + STANDSTILL_SECONDS:
            raise ServiceFailedError(f"the consumers stopped at {last} of {messages} messages")
        time.sleep(0.05)


def predictions(runs: Mapping[int, Measured]) -> dict[int, float]:
    """Return the rates that the model predicts for several processes from the costs of one."""
    cost = runs[min(runs)].cost
    return {number: cost.most_a_second(number, run.free_cores) for number, run in runs.items()}
