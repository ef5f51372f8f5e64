"""Measure analytics: `make bench BENCH=analytics`, a hundred million bets; ARGS="--quick" for five million.

Bets are made by the engine; records are then read as from Kafka, before that and after it. Roll-ups are
recounted, and MariaDB, which gets the contributions of the last weeks, must say the same.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from analytics.engine import ChdbEngine, prepare
from analytics.ingestion import Ingestion
from analytics.pseudonyms import Pseudonyms
from analytics.questions.reports import report_question, reports
from analytics.questions.sandbox import ask
from analytics.questions.snapshot import publish
from analytics.record_tables import Retention
from analytics.rollups import Rollups
from analytics.settings import AnalyticsSettings
from bench.analytics.made_facts import MadeFacts
from bench.analytics.peer import QUESTIONS, named, running_peer
from bench.harness import report
from bench.harness.cores import raise_priority
from bench.harness.options import SMALLEST, Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.standstill import wait_for
from consumers.stream.records import Partition
from foundation.storage.clock import SystemClock
from subgraphs.club_kit.topics import PROGRESS_TOPIC, SCHEME_TOPIC

BATCH: Final = AnalyticsSettings().batch_rows
REPORT_SECONDS, ROWS_A_SECOND = 2.0, 100_000
"""What is promised: how long a report may take, and how many records a core stores."""

PATIENCE_SECONDS: Final = 1800.0
"""How long a step of all bets may take."""

_KEY: Final = "a key of pseudonyms that is long enough"


@dataclass(frozen=True, slots=True)
class AnalyticsOptions:
    """The options of the benchmark.

    Attributes:
        bets: How many are made.
        weeks: Over which they are spread.
        peer_bets: How many MariaDB gets, in whole weeks.
        peer_megabytes: Of its memory.
        folder: Where the store is made; None for the folder of temporary files.
        batch: How many records are stored at once.
        batches: So many that the engine merges what they leave, which is counted with them.
        rest_seconds: After that long without a merge, none is to come.
        times: How often it is measured.
    """

    form: Form
    bets: int
    weeks: int
    peer_bets: int
    peer_megabytes: int
    folder: Path | None
    batch: int
    batches: int
    rest_seconds: float
    times: int


def read_options(description: str) -> AnalyticsOptions:
    """Return the options given on the command line."""
    parser = new_parser(description)
    parser.add_argument("--bets", type=int, help="how many bets are made (100,000,000; quick: 5,000,000)")
    parser.add_argument(
        "--peer-bets", type=int, default=5_000_000, help="how many MariaDB gets, in whole weeks"
    )
    parser.add_argument("--folder", type=Path, help="where the store is made (the folder of temporary files)")
    given = parser.parse_args()
    form = Form.read(given)
    return AnalyticsOptions(
        form=form,
        bets=given.bets or form.of(100_000_000, 5_000_000, 20_000),
        weeks=form.of(12, 12, 2),
        peer_bets=given.peer_bets,
        peer_megabytes=form.of(2048, 2048, 64),
        folder=given.folder,
        batch=form.of(BATCH, BATCH, 1_000),
        batches=form.of(20, 20, 1),
        rest_seconds=form.of(10.0, 10.0, 0.1),
        times=form.of(3, 3, 1),
    )


def run(options: AnalyticsOptions, folder: Path) -> None:
    """Measure once, and write the figures."""
    raise_priority(os.getpid())
    made = MadeFacts(options.bets, customers=max(1000, options.bets // 100), weeks=options.weeks)
    with tempfile.TemporaryDirectory(dir=options.folder or folder) as name:
        figures, ratios, broken = _Run.in_folder(Path(name), made, options).measure()
    for what, figure in (figures | ratios).items():
        print(f"{what:40}{figure:14,.3f}")
    report.write(options.form.results, "analytics", figures, ratios)
    for promise in broken:
        print(f"NOT KEPT: {promise}", file=sys.stderr)
    sys.exit(1 if broken else 0)


@dataclass(slots=True)
class _Run:
    folder: Path
    made: MadeFacts
    options: AnalyticsOptions
    engine: ChdbEngine
    ingestion: Ingestion
    position: int = 0

    @classmethod
    def in_folder(cls, folder: Path, made: MadeFacts, options: AnalyticsOptions) -> "_Run":
        engine = ChdbEngine(folder / "analytics")
        prepare(engine, Retention())
        pseudonyms = Pseudonyms(folder / "analytics" / "customers.sqlite", _KEY)
        return cls(folder, made, options, engine, Ingestion(engine, pseudonyms, SystemClock()))

    def measure(self) -> tuple[dict[str, float], dict[str, float], list[str]]:
        """Return figures, ratios, and which promises are not kept."""
        self.ingestion.write(Partition(SCHEME_TOPIC, 0, "made"), 0, [self.made.scheme()])
        self._read_batches(1)  # imports, secrets of customers
        empty = self._records_a_second()
        figures = {"bets": float(self.made.bets), "made_seconds": self._make()}
        full = self._records_a_second()
        wait_for("roll-ups and reports", seconds=PATIENCE_SECONDS)
        rollups = Rollups(self.engine)
        figures |= {"all_weeks_counted_seconds": _seconds(rollups.refresh)}
        self._read_batches(1)
        figures |= {"running_week_counted_seconds": _seconds(rollups.refresh)}
        different = [f"{rollup} of {week.iso_week}" for week, rollup in rollups.differences()]
        figures |= {
            "records_a_core_second_empty": empty,
            "records_a_core_second_full": full,
            "differences": float(len(different)),
            "publish_seconds": _seconds(lambda: publish(self.folder / "analytics", self.engine)),
            "bytes_a_bet": self._bytes() / self.made.bets,
        }
        taken = {"asked_report": self._asked()}
        taken |= {f"report_{name}": seconds for name, seconds in self._reports().items()}
        figures |= {f"{name}_seconds": seconds for name, seconds in taken.items()}
        compared, unequal = self._compare()
        broken = self._too_slow(taken, full) if self.options.form.size != SMALLEST else []
        broken += [f"counted otherwise: {one}" for one in different]
        broken += [f"MariaDB says otherwise: {name}" for name in unequal]
        return figures, {"ours_full_vs_ours_empty_ingestion": full / empty} | compared, broken

    def _too_slow(self, taken: Mapping[str, float], full: float) -> list[str]:
        """Return which promises about speed are not kept; a few bets say nothing about it."""
        slow = [f"{name} took {took:.2f} s" for name, took in taken.items() if took >= REPORT_SECONDS]
        return slow + ([f"a core stored {full:,.0f} records a second"] if full < ROWS_A_SECOND else [])

    def _make(self) -> float:
        began, bets = time.perf_counter(), 0
        for statement, count in self.made.statements():
            wait_for(f"bets to be made: {bets:,} of {self.made.bets:,} so far", seconds=PATIENCE_SECONDS)
            self.engine.execute(statement)
            bets += count
            if count:
                print(f"{bets:,} of {self.made.bets:,} bets, {time.perf_counter() - began:.0f} s", flush=True)
        seconds = time.perf_counter() - began
        self._rest()
        return seconds

    def _records_a_second(self) -> float:
        """Return how many records a core stores, though the engine may once merge what was there before."""
        return statistics.median(self._read_batches(self.options.batches) for _ in range(self.options.times))

    def _read_batches(self, batches: int) -> float:
        """Store batches as from Kafka; return how many records a second of processor time stored.

        All threads count, until everything is merged that is to be.
        """
        batch = self.options.batch
        began, making = time.process_time(), 0.0
        for _ in range(batches):
            made = time.thread_time()
            records = self.made.records(self.position, batch)
            making += time.thread_time() - made
            self.ingestion.write(Partition(PROGRESS_TOPIC, 0, "read"), self.position, records)
            self.position += batch
        self._rest()
        return batches * batch / (time.process_time() - began - making)

    def _rest(self) -> None:
        """Wait until the engine has nothing more to merge."""
        wait_for("the engine to merge what there is", seconds=PATIENCE_SECONDS)
        quiet_since, rest = time.monotonic(), self.options.rest_seconds
        while time.monotonic() < quiet_since + rest:
            time.sleep(rest / 10)
            if self.engine.read("SELECT 1 FROM system.merges LIMIT 1"):
                quiet_since = time.monotonic()

    def _reports(self) -> Mapping[str, float]:
        """Return how long the store takes for each report, without the analyst's process and its snapshot."""
        return {name: self._ask(report_question(name, "json").sql)[1] for name in reports()}

    def _asked(self) -> float:
        """Return how long an analyst waits for a report: process and snapshot included."""
        settings = AnalyticsSettings(folder=self.folder / "analytics")
        question = report_question("funnel", "json")
        return statistics.median(_seconds(lambda: ask(question, settings)) for _ in range(self.options.times))

    def _compare(self) -> tuple[dict[str, float], list[str]]:
        """Return how many times longer MariaDB takes, and which questions it answers otherwise."""
        wait_for("MariaDB, beside the store", seconds=PATIENCE_SECONDS)
        counted = self.engine.read(
            "SELECT iso_week, count() AS bets FROM contributions GROUP BY iso_week ORDER BY iso_week DESC"
        )
        weeks: list[str] = []
        bets = 0
        for row in counted:
            if bets + row["bets"] > self.options.peer_bets and weeks:
                break
            weeks.append(row["iso_week"])
            bets += row["bets"]
        found, unequal = {"peer_bets": float(bets)}, []
        with running_peer(self.folder / "mariadb", self.options.peer_megabytes) as peer:
            peer.fill(self.engine, weeks, self.folder)
            for question in QUESTIONS:
                sql = question.theirs.format(weeks=named(weeks))
                answers = [peer.ask(sql) for _ in range(self.options.times)]
                mine, own = self._ask(question.ours.format(weeks=named(weeks)))
                if list(map(_plain, mine)) != list(map(_plain, answers[0][0])):
                    unequal.append(question.name)
                theirs = statistics.median(seconds for _, seconds in answers)
                found[f"ours_vs_mariadb_{question.name}"] = theirs / own
        return found, unequal

    def _ask(self, sql: str) -> tuple[list[tuple[Any, ...]], float]:
        taken = []
        for _ in range(self.options.times):
            began = time.perf_counter()
            answer = self.engine.read(sql)
            taken.append(time.perf_counter() - began)
        return [tuple(row.values()) for row in answer], statistics.median(taken)

    def _bytes(self) -> int:
        rows = self.engine.read("SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active")
        return int(rows[0]["bytes"])


def _plain(row: Sequence[Any]) -> list[Any]:
    """Return the values of a row as both databases can say them: texts and whole numbers."""
    return [value if isinstance(value, str) else int(value) for value in row]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Run the benchmark with the options of the command line."""
    options = read_options(__doc__ or "")
    run_benchmark(run, options, options.form)


if __name__ == "__main__":
    main()
