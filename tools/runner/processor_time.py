"""A pytest plugin that says what a run costs: processor time by folder, and how long cores had nothing to do.

The time of a file of tests is that of the process that runs it and of all that this process started, whether
they have ended or not, from the end of the file before to its own end. Servers that live as long as the
worker count where they work.
"""

import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tools.runner.recorded_costs import SHARED, Cost, record_costs, recorded_costs

Row = tuple[str, float, float, str]
"""A file of tests, its processor seconds, how long it lasted, and the `SHARED` fixtures that it used."""
ROWS: Final = "furlong_costs"
"""The key under which a worker process finds the file to which it adds its rows, a line each."""
LONG_SECONDS: Final = 300.0
"""Runs that cost less do not say what each folder costs."""
REST: Final = "what is no test's: collection, the ends of servers"
_STAT: Final = Path("/proc/stat")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class ProcessorTime:
    """The plugin: it measures in each process that runs tests, and reports in the one that was started.

    Args:
        record: Whether it writes what the files cost, for the order of later runs.
    """

    def __init__(self, *, record: bool = False) -> None:
        self._record = record
        self._before = time.monotonic(), 0.0
        self._rows: list[Row] = []
        self._uses: set[str] = set()
        self._cores = cores_so_far()
        self._told: Path | None = None
        self._told_by_workers: Path | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tests begin: what came before is none of theirs."""
        told = getattr(session.config, "workerinput", {}).get(ROWS)
        self._told = None if told is None else Path(told)
        self._count(REST)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Read the time after the last test of each file."""
        result = yield
        self._uses.update(getattr(item, "fixturenames", ()))
        if nextitem is None or nextitem.path != item.path:
            self._count(item.nodeid.split("::")[0])
        return result

    def _count(self, name: str) -> None:
        now = time.monotonic(), seconds_of_family()
        lasted, cost = (end - begin for begin, end in zip(self._before, now, strict=True))
        row = name, cost, lasted, " ".join(self._uses.intersection(SHARED))
        if self._told is None:
            self._rows.append(row)
        else:  # at once: a worker may be killed
            with self._told.open("a") as file:
                file.write(json.dumps(row) + "\n")
        self._before = now
        self._uses.clear()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Count what comes after the tests; a worker's servers have ended by now."""
        yield
        self._count(REST)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Say to a worker where its rows go."""
        if self._told_by_workers is None:
            handle, name = tempfile.mkstemp(prefix="furlong-costs-")
            os.close(handle)
            self._told_by_workers = Path(name)
        node.workerinput[ROWS] = str(self._told_by_workers)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the table of a long run, the dearest folder first, and record the files if asked."""
        if self._told_by_workers is not None:
            self._rows += map(tuple, map(json.loads, self._told_by_workers.read_text().splitlines()))
            self._told_by_workers.unlink()
        total = sum(cost for _, cost, _, _ in self._rows)
        if total > LONG_SECONDS:
            terminalreporter.section("processor seconds by folder")
            for folder, seconds in by_folder(self._rows):
                terminalreporter.line(f"{seconds:6.0f} s {folder}")
            terminalreporter.line(f"{total:6.0f} s in all{idle_words(self._cores, cores_so_far())}")
        if self._record:
            costs = recorded_costs() | costs_of(self._rows)
            record_costs({file: cost for file, cost in costs.items() if Path(file).exists()})


def costs_of(rows: Iterable[Row]) -> dict[str, Cost]:
    """Return what each file took; one whose tests were run in parts took all of them."""
    costs: dict[str, Cost] = {}
    for name, _, lasted, uses in rows:
        if name != REST:
            before = costs.get(name, Cost(0.0, frozenset()))
            costs[name] = Cost(before.seconds + lasted, before.uses.union(uses.split()))
    return costs


def by_folder(rows: Iterable[Row]) -> list[tuple[str, float]]:
    """Return the processor seconds of each folder of files, the dearest first."""
    folders: defaultdict[str, float] = defaultdict(float)
    for name, cost, _, _ in rows:
        folders[name.rpartition("/")[0] or name] += cost
    return sorted(folders.items(), key=lambda row: -row[1])


def seconds_of_family() -> float:
    """Return the processor seconds of this process and of all that it started, ended or not."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pid = int(entry.name)
        parents[pid] = int(fields[1])
        seconds[pid] = sum(map(int, fields[11:15])) / _TICKS
    if not seconds:  # no Linux
        return sum(os.times()[:4])
    return sum(cost for pid, cost in seconds.items() if _descends(pid, os.getpid(), parents))


def _descends(pid: int, ancestor: int, parents: Mapping[int, int]) -> bool:
    while pid != ancestor and pid in parents:
        pid = parents[pid]
    return pid == ancestor


def cores_so_far() -> tuple[float, float, float]:
    """Return the clock in seconds, and the seconds in which cores worked and idled since the machine's start.

    Both are 0 where the system does not say.
    """
    if not _STAT.exists():
        return time.monotonic(), 0.0, 0.0
    ticks = [int(field) / _TICKS for field in _STAT.read_text().split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return time.monotonic(), sum(ticks) - idle, idle


def idle_words(before: tuple[float, float, float], after: tuple[float, float, float]) -> str:
    """Return how long a run took, and in which share of it cores had nothing to do: see `cores_so_far`."""
    seconds, worked, idle = (end - begin for begin, end in zip(before, after, strict=True))
    if not worked:
        return ""
    return f", in {seconds:.0f} s; cores idled {idle / (worked + idle):.0%} of the time"
