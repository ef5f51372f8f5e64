"""What each list and figure of the back office reads: `make bench BENCH=backoffice`; ARGS="--full" for all.

MariaDB is filled with customers, bets, choices and rewards; then each list's first page and each figure is
read by the admin graph. It fails if the server reads more rows than a page needs: the number of rows
read does not depend on the machine, unlike the times, which are shown.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from backoffice.areas import AREAS, create_schema
from backoffice.base import create_base
from backoffice.graph.area import Area
from backoffice.graph.execution import OfficeGraph
from backoffice.risk.area import RiskArea
from backoffice.settings import BackofficeSettings
from bench.backoffice.filling import BRAND, NOW, PRESENT, ROWS, Filling
from bench.backoffice.measuring import Measured, Meter, measure
from bench.backoffice.operations import operations
from bench.fixtures.world import store_world
from bench.harness import report
from bench.harness.runner import run_benchmark
from bench.harness.servers import start_mariadb
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases

SERVER: Final = ("--innodb-buffer-pool-size=512M", "--innodb-flush-method=nosync")
MAX_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is filled in."""

    customers: int
    bets: int
    weeks: int


def main() -> None:
    """Fill, count, measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="100,000 customers, 10,000,000 bets, 10 weeks")
    parser.add_argument("--quick", action="store_true", help="5,000 customers, 50,000 bets, 3 weeks")
    parser.add_argument("--customers", type=int, help="(20,000)")
    parser.add_argument("--bets", type=int, help="(400,000)")
    parser.add_argument("--weeks", type=int, help="up to the present one (6)")
    given = parser.parse_args()
    size = Size(100_000, 10_000_000, 10) if given.full else Size(20_000, 400_000, 6)
    size = Size(5_000, 50_000, 3) if given.quick else size
    chosen = Size(given.customers or size.customers, given.bets or size.bets, given.weeks or size.weeks)
    needed = chosen.customers * chosen.weeks
    if chosen.bets < needed:
        parser.error(f"each customer has a bet in each week: give at least {needed} bets")
    run_benchmark(run, chosen)


def run(size: Size, folder: Path) -> None:
    """Run the benchmark in a folder."""
    mariadb = start_mariadb(folder / "mariadb", options=SERVER)
    try:
        url = mariadb.fresh_url()
        settings = DatabaseSettings(url=url)
        asyncio.run(upgrade_databases(settings))
        asyncio.run(store_world(settings))
        begun = time.monotonic()
        filling = Filling(url, size.customers, size.bets, size.weeks)
        filling.fill()
        for (database, table), values in ROWS.items():
            filling.insert(database, table, values)
            filling.analyze(database, table)
        print(f"filled in {time.monotonic() - begun:.0f} s", flush=True)
        counted, measured = asyncio.run(_measure(settings, size))
    finally:
        mariadb.stop()
    _report(size, counted, measured)


async def _measure(settings: DatabaseSettings, size: Size) -> tuple[dict[str, float], list[Measured]]:
    clock, meter = ManualClock(NOW), Meter(settings.url)
    own = BackofficeSettings(key=SecretStr("k" * 32))
    base = create_base(settings, own, clock)
    own_base = create_base(settings, own, clock)
    parts = RiskArea(own_base)
    before, begun, reads = meter.rows(), time.monotonic(), 0
    weeks = await parts.counter.weeks(BRAND)
    if weeks is None:
        raise RuntimeError("the brand does not exist")
    for week in weeks.weeks:
        clock.advance(timedelta(seconds=1))
        await parts.collector.count(weeks, week)
        reads += 1
    counted = {
        "weeks": reads,
        "seconds_a_week": (time.monotonic() - begun) / reads,
        "rows_a_week": (meter.rows() - before) / reads,
        "rows_a_customer": (meter.rows() - before) / reads / size.customers,
    }
    areas: list[Area] = [kind(base) for kind in AREAS]
    graph = OfficeGraph.over(create_schema(), areas)
    measured = [
        await measure(meter, graph, operation)
        for operation in operations(PRESENT.iso, weeks.weeks[1].iso, size.customers)
    ]
    for area in areas:
        await area.close()
    for opened in (base, own_base):
        await opened.database.close()
    await parts.close()
    return counted, measured


def _report(size: Size, counted: dict[str, float], measured: Sequence[Measured]) -> None:
    print(
        f"\n{size.customers:,} customers, {size.bets:,} bets, {size.weeks} weeks; a week is counted in "
        f"{counted['seconds_a_week']:.2f} s from {counted['rows_a_week']:,.0f} rows "
        f"({counted['rows_a_customer']:.1f} a customer)\n"
    )
    print(f"{'':44}{'rows read':>12}{'at most':>10}{'ms':>9}{'processor':>11}{'shown':>7}")
    for one in measured:
        mark = "" if one.is_bounded else "  <- reads too much"
        print(
            f"{one.name:44}{one.rows_read:12,}{one.most_rows:10,}{one.milliseconds:9.1f}"
            f"{one.processor:11.1f}{one.shown:7}{mark}"
        )
    slow = [one.name for one in measured if one.milliseconds > MAX_MILLISECONDS]
    if slow:
        print(f"\nslower than a second: {', '.join(slow)}")
    figures = {
        one.name: {
            "rows_read": one.rows_read,
            "most_rows": one.most_rows,
            "milliseconds": one.milliseconds,
            "processor_milliseconds": one.processor,
        }
        for one in measured
    }
    size_of = {"customers": size.customers, "bets": size.bets, "weeks": size.weeks}
    report.write("backoffice", {"size": size_of, "count": counted, "operations": figures}, {})
    unbounded = [one.name for one in measured if not one.is_bounded]
    if unbounded:
        sys.exit(f"bench: more rows are read than a page needs: {', '.join(unbounded)}")


if __name__ == "__main__":
    main()
