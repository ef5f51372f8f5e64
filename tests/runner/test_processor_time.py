"""A run says what each folder cost, with the programs of its tests, and records what orders later runs."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.runner import processor_time
from tools.runner.processor_time import REST, by_folder, costs_of, idle_words, seconds_of_family
from tools.runner.recorded_costs import Cost, record_costs, recorded_costs

pytest_plugins = "pytester"

CONFTEST = """
import pytest
from tools.runner.processor_time import ProcessorTime

def pytest_configure(config):
    config.pluginmanager.register(ProcessorTime(record=True))

@pytest.fixture(scope="session")
def kafka():
    pass
"""
BURN = "import time; [None for _ in iter(lambda: time.process_time() < {seconds}, False)]"
SETTINGS = """
[pytest]
asyncio_default_fixture_loop_scope = function
"""
COMPUTES = f"subprocess.run([sys.executable, '-c', {BURN.format(seconds=2.2)!r}])"


@pytest.fixture
def run_in_two_folders(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, dict[str, Cost]]:
    """What a run prints and records, one of whose folders starts a program that computes."""
    costs = pytester.path / "costs.json"
    monkeypatch.setattr(processor_time, "record_costs", lambda rows: record_costs(rows, costs))
    monkeypatch.setattr(processor_time, "LONG_SECONDS", 0.0)
    pytester.makeconftest(CONFTEST)
    pytester.makeini(SETTINGS)
    for folder, body in (
        ("idle", "pass"),
        ("busy", COMPUTES),
    ):
        test = pytester.mkdir(folder) / f"test_{folder}.py"
        test.write_text(f"import subprocess, sys\n\ndef test_it(kafka):\n    {body}\n")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=2)
    return str(result.stdout), recorded_costs(costs)


@pytest.mark.usefixtures("processes")
def test_a_folder_costs_what_its_programs_cost(run_in_two_folders: tuple[str, dict[str, Cost]]) -> None:
    """The folder whose program computes comes first, and the share of idle cores is said."""
    printed, _ = run_in_two_folders
    rows = printed.partition("processor seconds by folder")[2].splitlines()[1:]
    assert rows[0].endswith(" s busy") or rows[1].endswith(
        " s busy"
    )  # the first may be this run's collection
    assert "cores idled" in printed


@pytest.mark.usefixtures("processes")
def test_long_files_are_recorded_with_what_they_share(
    run_in_two_folders: tuple[str, dict[str, Cost]],
) -> None:
    """A file that takes a moment has no line."""
    _, recorded = run_in_two_folders
    assert list(recorded) == ["busy/test_busy.py"]
    assert recorded["busy/test_busy.py"].uses == {"kafka"}


@pytest.mark.usefixtures("processes")
def test_a_program_counts_while_it_runs_and_after_it_ended() -> None:
    """What it computed is counted once, whenever one looks."""
    before = seconds_of_family()
    program = subprocess.Popen(
        [sys.executable, "-c", f"{BURN.format(seconds=1.0)}; print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    program.stdout.readline()
    running = seconds_of_family()
    program.communicate(b"\n")
    assert running - before >= 0.9  # the system counts in hundredths, for each process
    assert seconds_of_family() >= running


def test_parts_of_a_file_are_one_cost() -> None:
    """Workers that share a file's tests each tell their part; what is no test's is left out."""
    rows = [("a/test_x.py", 1.0, 5.0, "kafka"), (REST, 9.0, 9.0, ""), ("a/test_x.py", 2.0, 6.0, "mariadb")]
    assert costs_of(rows) == {"a/test_x.py": Cost(11.0, frozenset({"kafka", "mariadb"}))}
    assert by_folder(rows) == [(REST, 9.0), ("a", 3.0)]


def test_costs_are_read_as_they_were_written(tmp_path: Path) -> None:
    """A file of less than two seconds has no line."""
    costs = {
        "a/test_x.py": Cost(11.0, frozenset({"kafka", "mariadb"})),
        "a/test_y.py": Cost(1.0, frozenset()),
    }
    record_costs(costs, tmp_path / "costs.json")
    assert recorded_costs(tmp_path / "costs.json") == {"a/test_x.py": costs["a/test_x.py"]}


def test_the_share_of_idle_cores_is_of_all_cores() -> None:
    """Two cores, of which one worked for half of ten seconds."""
    begin = time.monotonic()
    assert (
        idle_words((begin, 3.0, 7.0), (begin + 10.0, 8.0, 22.0)) == ", in 10 s; cores idled 75% of the time"
    )
    assert idle_words((begin, 0.0, 0.0), (begin + 10.0, 0.0, 0.0)) == ""  # where the system does not say
