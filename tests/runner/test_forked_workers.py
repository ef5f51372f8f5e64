"""The workers of a run are forked from a process that has imported the tests, and behave as others do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

pytest_plugins = "pytester"
pytestmark = pytest.mark.usefixtures("processes")

ROOT: Final = Path(__file__).resolve().parents[2]
RUN: Final = """
import sys
import pytest
sys.path.insert(0, sys.argv.pop(1))
from tools.runner.forked_workers import ForkedWorkers
sys.exit(pytest.main(sys.argv[1:], plugins=[ForkedWorkers()]))
"""
NOTES: Final = """
import os
from pathlib import Path

def note(name, what):
    with Path(__file__).with_name(name).open("a") as file:
        file.write(f"{what}\\n")
"""
NOTES_WHO_RUNS: Final = (
    NOTES
    + """
note("imports", os.getpid())

def test_passes():
    note("workers", os.getpid())
    note("servers", os.getppid())
"""
)
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(pytester: pytest.Pytester) -> Start:
    """A function that starts a run of made-up tests, each argument a file, by two workers."""
    pytester.makeini("[pytest]\naddopts = --import-mode=importlib -p xdist.plugin\n")
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # it would import all of them

    def start_run(*sources: str, options: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
        for number, source in enumerate(sources):
            (pytester.path / f"test_{number}.py").write_text(source)
        return subprocess.Popen(
            [sys.executable, "-c", RUN, str(ROOT), "-n2", "--dist=loadfile", *options],
            cwd=pytester.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        )

    return start_run


def test_modules_are_imported_once_for_all_workers(start: Start, pytester: pytest.Pytester) -> None:
    """They run what the arguments choose in processes of their own; none of these outlives the run."""
    sources = [NOTES_WHO_RUNS + "def test_other(): pass\n"] * 2
    output, _ = start(*sources, options=("-k", "passes")).communicate()
    assert "2 passed" in output
    servers, workers = _numbers(pytester.path / "servers"), _numbers(pytester.path / "workers")
    assert _numbers(pytester.path / "imports") == servers == [servers[0]] * 2
    assert len(set(workers)) == 2
    _wait_until(lambda: not any(_runs(pid) for pid in [*servers, *workers]))


def test_a_module_that_cannot_be_imported_is_reported(start: Start, pytester: pytest.Pytester) -> None:
    """The workers import everything by themselves then, and say what is wrong."""
    run = start(NOTES_WHO_RUNS, "raise RuntimeError('not to be imported')\n")
    output, _ = run.communicate()
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "RuntimeError: not to be imported" in output
    assert len(_numbers(pytester.path / "imports")) == 3


def test_a_worker_that_dies_is_replaced(start: Start) -> None:
    """Its test has failed, and the others run."""
    dies = "import os\ndef test_dies(): os._exit(3)\ndef test_after(): pass\n"
    run = start(dies, NOTES_WHO_RUNS, options=("--dist=load",))
    output, _ = run.communicate()
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "crashed while running 'test_0.py::test_dies'" in output
    assert "1 failed, 2 passed" in output


def test_nothing_is_left_of_an_interrupted_run(start: Start, pytester: pytest.Pytester) -> None:
    """Ctrl-C reaches each of its processes."""
    waits = NOTES_WHO_RUNS + "    import time\n    time.sleep(600)\n"
    run = start(waits, waits)
    _wait_until(lambda: len(_numbers(pytester.path / "servers")) == 2)
    os.killpg(run.pid, signal.SIGINT)
    run.communicate()
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    pids = _numbers(pytester.path / "servers") + _numbers(pytester.path / "workers")
    _wait_until(lambda: not any(_runs(pid) for pid in pids))


def _numbers(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
