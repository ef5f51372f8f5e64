"""Measure the consumers in one run: `make bench BENCH=consumer`; ARGS="--quick" for a short one."""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bench.consumer import sink_connector
from bench.consumer.messages import PARTITIONS, ROWS, Sizes, Workload
from bench.harness import report
from bench.harness.cores import Cores, on_core, raise_priority
from bench.harness.servers import ROOT, start_mariadb
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.topics import (
    ACCOUNT_TOPIC,
    ADJUSTMENT_TOPIC,
    MEMBERSHIP_TOPIC,
    OUTCOMES_TOPIC,
    PROGRESS_TOPIC,
    QUALIFICATION_TOPIC,
    SCHEME_TOPIC,
    WEEK_TOPIC,
)
from subgraphs.kit.topics import EVENT_MARKET_TOPIC, EVENT_OFFER_TOPIC
from subgraphs.progress.models import METADATA
from tools.private_kafka import PrivateKafka, start_kafka

from tools.private_mariadb import PrivateMariadb  # isort: skip

CUSTOMERS = 10_000
BATCH = 1000
PLAIN_SECONDS = 8.0
OTHERS = (
    WEEK_TOPIC,
    MEMBERSHIP_TOPIC,
    QUALIFICATION_TOPIC,
    ADJUSTMENT_TOPIC,
    OUTCOMES_TOPIC,
    EVENT_OFFER_TOPIC,
    EVENT_MARKET_TOPIC,
)
"""Topics that the consumer also reads, and that are empty here."""

CONTENDERS = ("ours", "no_rules", "jdbc_sink", "plain_loop")
DATABASE = ("--innodb-buffer-pool-size=512M", "--innodb-log-file-size=256M")
Run = dict[str, float]


@dataclass(frozen=True, slots=True)
class TestBed:
    """The servers, their cores, and the messages on Kafka."""

    folder: Path
    kafka: PrivateKafka
    mariadb: PrivateMariadb
    cores: Cores
    workload: Workload

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
            measured = self.program("plain_loop", [str(self.workload.messages), str(PLAIN_SECONDS)], url)
        else:
            measured = self.program("ours", [name, str(self.workload.messages)], url)
        self.mariadb.drop(url)
        return measured

    def program(self, module: str, arguments: list[str], url: str) -> Run:
        """Run a contender's program to its end; return what it measured."""
        command = [sys.executable, "-m", f"bench.consumer.{module}", *arguments]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FURLONG_")}
        ours = {
            "FURLONG_DATABASE_URL": url,
            "FURLONG_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "FURLONG_KAFKA_BATCH_RECORDS": str(BATCH),
        }
        ended = subprocess.run(  # noqa: S603 - the command above
            on_core(self.cores.server, command),
            env=clean | ours,
            start_new_session=True,
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
        if ended.returncode != 0:
            details = "\n".join(line[:500] for line in ended.stderr.splitlines()[-30:])
            raise RuntimeError(f"{module} {arguments}:\n{details}")
        measured: Run = json.loads(ended.stdout.splitlines()[-1])
        return measured

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


def main() -> None:
    """Measure in interleaved rounds, and write the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--rounds", type=int, help="number of rounds (3; quick: 1)")
    parser.add_argument("--messages", type=int, help="number of messages on Kafka (160,000; quick: 60,000)")
    parser.add_argument("--only", nargs="*", choices=CONTENDERS, default=CONTENDERS, help="only these")
    given = parser.parse_args()
    if "jdbc_sink" in given.only:
        sink_connector.install()
    cores = Cores.choose()
    cores.use_rest()
    workload = Workload(given.messages or (60_000 if given.quick else 160_000), CUSTOMERS)
    rounds = given.rounds or (1 if given.quick else 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kafka, mariadb = start_kafka(folder / "kafka"), start_mariadb(folder / "mariadb", options=DATABASE)
        try:
            kafka.create_topics([PROGRESS_TOPIC, ROWS, ACCOUNT_TOPIC], partitions=PARTITIONS)
            kafka.create_topics([SCHEME_TOPIC, *OTHERS], partitions=1)
            sizes = workload.produce(kafka.bootstrap)
            raise_priority(kafka.process.pid)
            raise_priority(mariadb.process.pid)
            testbed = TestBed(folder, kafka, mariadb, cores, workload)
            runs = _interleaved(testbed, given.only, rounds)
        finally:
            kafka.stop()
            mariadb.stop()
    _publish(runs, sizes)


def _interleaved(testbed: TestBed, names: list[str], rounds: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names:
            run = testbed.measure(name, turn)
            runs[name].append(run)
            print(f"{name}: {run['messages'] / run['seconds']:.0f} messages/s", flush=True)
    return runs


def _publish(runs: Mapping[str, list[Run]], sizes: Sizes) -> None:
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
    if set(figures) == set(CONTENDERS):
        report.write("consumer", {**figures, **size}, ratios)


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


if __name__ == "__main__":
    main()
