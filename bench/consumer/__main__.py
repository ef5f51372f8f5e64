"""Measure the consumers in one run: `make bench BENCH=consumer`; ARGS="--quick" for a short one."""

import asyncio
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry
from sqlalchemy import make_url

from bench.consumer import sink_connector
from bench.consumer.contender import Run, run_contender
from bench.consumer.messages import PARTITIONS, ROWS, Sizes, Workload
from bench.harness import report
from bench.harness.cores import Cores, on_core, raise_priority
from bench.harness.options import Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.servers import start_mariadb
from bench.harness.standstill import wait_for
from consumers.progress.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from furlong.install.topics import create_topics
from furlong.settings import TopicSettings
from furlong.topic_plans import MESSAGES
from subgraphs.progress.models import METADATA
from tools.private_kafka import PrivateKafka, start_kafka

from tools.private_mariadb import PrivateMariadb  # isort: skip

CUSTOMERS = 10_000
BATCH = 1000
SMALLEST_MESSAGES = BATCH + 500
"""More than a batch, of which the first is not measured."""

PLAIN_SECONDS = (8.0, 8.0, 0.5)
CONTENDERS = ("ours", "no_rules", "jdbc_sink", "plain_loop")
DATABASE = ("--innodb-buffer-pool-size=512M", "--innodb-log-file-size=256M")


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """The options of the benchmark.

    Attributes:
        messages: The number of messages on Kafka.
        only: The contenders.
    """

    form: Form
    rounds: int
    messages: int
    only: Sequence[str]


@dataclass(frozen=True, slots=True)
class TestBed:
    """The servers, their cores, and the messages on Kafka."""

    folder: Path
    kafka: PrivateKafka
    mariadb: PrivateMariadb
    cores: Cores
    workload: Workload
    plain_seconds: float

    def measure(self, name: str, turn: int) -> Run:
        """Measure one contender, from the topic's start into a fresh database."""
        url = self.mariadb.fresh_url()
        asyncio.run(upgrade(DatabaseSettings(url=url), "progress", METADATA))
        if name == "jdbc_sink":
            rows = len({bet["bet_id"] for bet in self.workload.bets()})
            measured = sink_connector.measure(
                self._connector_config(url, f"jdbc-sink-{turn}"), BATCH, self.workload.messages, rows
            )
        elif name == "plain_loop":
            measured = self.program(name, name, [str(self.workload.messages), str(self.plain_seconds)], url)
        else:
            measured = self.program(name, "ours", [name, str(self.workload.messages)], url)
        self.mariadb.drop(url)
        return measured

    def program(self, name: str, module: str, arguments: list[str], url: str) -> Run:
        """Run a contender's program to its end; return what it measured."""
        command = [sys.executable, "-m", f"bench.consumer.{module}", *arguments]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FURLONG_")}
        ours = {
            "FURLONG_DATABASE_URL": url,
            "FURLONG_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "FURLONG_KAFKA_BATCH_RECORDS": str(BATCH),
        }
        log, messages = self.folder / f"{name}.log", self.workload.messages
        return run_contender(name, on_core(self.cores.server, command), clean | ours, log, messages)

    def _connector_config(self, url: str, folder: str) -> sink_connector.ConnectorConfig:
        parsed = make_url(url)
        return sink_connector.ConnectorConfig(
            folder=self.folder / folder,
            bootstrap=self.kafka.bootstrap,
            host="127.0.0.1",
            port=self.mariadb.port,
            user="furlong",
            password=self.mariadb.password,
            database=f"{parsed.database}_progress",
            core=self.cores.server,
        )


def read_options(description: str) -> ConsumerOptions:
    """Return the options given on the command line."""
    parser = new_parser(description)
    parser.add_argument("--rounds", type=int, help="number of rounds (3; quick: 1)")
    parser.add_argument("--messages", type=int, help="number of messages on Kafka (160,000; quick: 60,000)")
    parser.add_argument("--only", nargs="*", choices=CONTENDERS, default=CONTENDERS, help="only these")
    given = parser.parse_args()
    form = Form.read(given)
    messages = given.messages or form.of(160_000, 60_000, SMALLEST_MESSAGES)
    return ConsumerOptions(form, given.rounds or form.of(3, 1, 1), messages, given.only)


def run(options: ConsumerOptions, folder: Path) -> None:
    """Measure in interleaved rounds, and write the medians."""
    left_out = options.form.left_out({"jdbc_sink"} & set(options.only))
    names = [name for name in options.only if name not in left_out]
    if "jdbc_sink" in names:
        sink_connector.install()
    cores = Cores.choose()
    cores.use_rest()
    workload = Workload(options.messages, options.form.of(CUSTOMERS, CUSTOMERS, 100))
    wait_for("Kafka to start")
    kafka = start_kafka(folder / "kafka")
    wait_for("MariaDB to start")
    mariadb = start_mariadb(folder / "mariadb", options=DATABASE)
    try:
        wait_for("Kafka to take topics and messages", kafka.process.log)
        asyncio.run(prepare_topics(kafka, mariadb.url))
        sizes = workload.produce(kafka.bootstrap)
        raise_priority(kafka.process.pid)
        raise_priority(mariadb.process.pid)
        plain_seconds = options.form.of(*PLAIN_SECONDS)
        testbed = TestBed(folder, kafka, mariadb, cores, workload, plain_seconds)
        runs = _interleaved(testbed, names, options.rounds)
    finally:
        kafka.stop()
        mariadb.stop()
    _publish(runs, sizes, options.form.results, left_out)


async def prepare_topics(kafka: PrivateKafka, url: str) -> None:
    """Create the topics that the consumer reads, whichever these are, and that of the sink's rows."""
    settings = DatabaseSettings(url=url), StreamSettings(bootstrap=kafka.bootstrap)
    consumer = create_consumer(*settings, CollectorRegistry(), SystemClock())
    plans = [plan for plan in MESSAGES if plan.name in consumer.app.by_name]
    await create_topics(kafka.bootstrap, PARTITIONS, 1, TopicSettings(), plans)
    kafka.create_topics([ROWS], partitions=PARTITIONS)


def _interleaved(testbed: TestBed, names: Sequence[str], rounds: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names:
            run = testbed.measure(name, turn)
            runs[name].append(run)
            print(f"{name}: {run['messages'] / run['seconds']:.0f} messages/s", flush=True)
    return runs


def _publish(runs: Mapping[str, list[Run]], sizes: Sizes, results: Path, left_out: Mapping[str, str]) -> None:
    figures: dict[str, dict[str, float]] = {name: _figures(found) for name, found in runs.items()}
    rates = {name: row["messages_per_second"] for name, row in figures.items()}
    ratios = {f"ours_vs_{name}": rates["ours"] / rates[name] for name in rates if name != "ours"}
    print(f"\n{'':14}{'messages/s':>12}{'least':>10}{'greatest':>10}{'CPU µs each':>13}")
    for name, row in figures.items():
        print(
            f"{name:14}{row['messages_per_second']:12.0f}{row['least']:10.0f}{row['greatest']:10.0f}"
            f"{row['cpu_us_per_message']:13.1f}"
        )
    for name, ratio in ratios.items():
        print(f"{name:26}{ratio:8.2f}")
    size = {"bytes_of_a_bet_message": sizes.bet, "bytes_of_a_row_message_of_the_sink": sizes.row}
    print(f"a bet's message has {sizes.bet:.0f} bytes, the sink's message of its row {sizes.row:.0f}")
    if figures.keys() | left_out.keys() == set(CONTENDERS):
        report.write(results, "consumer", {**figures, **size}, ratios, left_out)


def _figures(runs: list[Run]) -> dict[str, float]:
    rates = [run["messages"] / run["seconds"] for run in runs]
    cpu = [run["cpu_seconds"] / run["messages"] * 1e6 for run in runs]
    figures = {
        "messages_per_second": statistics.median(rates),
        "least": min(rates),
        "greatest": max(rates),
        "cpu_us_per_message": statistics.median(cpu),
        "messages_per_core_second": 1e6 / statistics.median(cpu),
    }
    memory = [run["mebibytes"] for run in runs if "mebibytes" in run]
    return figures | ({"mebibytes": max(memory)} if memory else {})


def main() -> None:
    """Run the benchmark with the options of the command line."""
    options = read_options(__doc__ or "")
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
