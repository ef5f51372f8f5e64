"""Measure how long it takes to recover a progress database: `make bench BENCH=recovery`.

The same bets are read again from Kafka, and restored from a backup: the operator's two options.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.consumer.__main__ import CUSTOMERS, DATABASE, OTHERS, TestBed
from bench.consumer.messages import ACCOUNTS, BETS, PARTITIONS, ROWS, SCHEMES, Workload
from bench.harness import report
from bench.harness.cores import Cores, raise_priority
from bench.harness.servers import start_mariadb
from deploy.private_kafka import start_kafka
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.backup.backup import back_up, restore
from furlong.databases import METADATA, upgrade_databases


def main() -> None:
    """Measure once, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few messages")
    parser.add_argument("--messages", type=int, help="on Kafka (160,000; quick: 40,000)")
    given = parser.parse_args()
    workload = Workload(given.messages or (40_000 if given.quick else 160_000), CUSTOMERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kafka, mariadb = start_kafka(folder / "kafka"), start_mariadb(folder / "mariadb", options=DATABASE)
        try:
            kafka.create_topics([BETS, ROWS, ACCOUNTS], partitions=PARTITIONS)
            kafka.create_topics([SCHEMES, *OTHERS], partitions=1)
            workload.produce(kafka.bootstrap)
            raise_priority(kafka.process.pid)
            raise_priority(mariadb.process.pid)
            testbed = TestBed(folder, kafka, mariadb, Cores.choose(), workload)
            settings = DatabaseSettings(url=mariadb.fresh_url())
            asyncio.run(upgrade_databases(settings))
            replay = testbed.program("ours", ["ours", str(workload.messages)], settings.url)["seconds"]
            seconds, size = asyncio.run(_copied(settings, folder / "backup"))
        finally:
            kafka.stop()
            mariadb.stop()
    million = 1e6 / workload.messages
    figures = {
        "messages": workload.messages,
        "replay_seconds_per_million": replay * million,
        "backup_seconds_per_million": seconds["backup"] * million,
        "restore_seconds_per_million": seconds["restore"] * million,
        "backup_bytes_per_message": size / workload.messages,
    }
    ratios = {"replay_vs_restore": replay / seconds["restore"]}
    for what, figure in (figures | ratios).items():
        print(f"{what:32}{figure:12.1f}")
    report.write("recovery", figures, ratios)


async def _copied(settings: DatabaseSettings, folder: Path) -> tuple[dict[str, float], int]:
    async def timed(work: Callable[[], Awaitable[object]]) -> float:
        began = time.perf_counter()
        await work()
        return time.perf_counter() - began

    backup = await timed(lambda: back_up(settings, folder, SystemClock()))
    size = sum(file.stat().st_size for file in folder.iterdir())  # noqa: ASYNC240 - nothing else runs
    restored = await timed(lambda: restore(settings, folder, METADATA, replace=True))
    return {"backup": backup, "restore": restored}, size


if __name__ == "__main__":
    main()
