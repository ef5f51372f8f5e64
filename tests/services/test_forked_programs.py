"""A forked program is a process like any other: its own output, settings, folder, signals and exit code."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes.forked_programs import run_forked, start_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("processes")

TELLING = """
import os, sys
from pathlib import Path
print(sys.argv[1:], os.environ["ONLY"], "HOME" in os.environ, Path.cwd())
print(sys.stdin.read(), "is wrong", file=sys.stderr)
sys.exit(7)
"""
WAITING = """
import signal, sys
def end(*_):
    print("told", flush=True)
    sys.exit(5)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    signal.pause()
"""


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def waiting(tmp_path: Path) -> str:
    """Provide a script that ends only on request."""
    path = tmp_path / "waiting.py"
    path.write_text(WAITING)
    return str(path)


def test_a_program_has_its_own_arguments_environment_folder_and_output(tmp_path: Path) -> None:
    """Nothing of the tests' environment comes with it, and nothing is on its standard input."""
    script = tmp_path / "telling.py"
    script.write_text(TELLING)
    ended = run_forked(str(script), "a", "b", environment={"ONLY": "this"}, folder=tmp_path, timeout=60)
    assert ended.stdout == f"['a', 'b'] this False {tmp_path}\n"
    assert ended.stderr == " is wrong\n"
    assert ended.returncode == 7


def test_a_program_ends_by_signals(tmp_path: Path, waiting: str) -> None:
    """Its own handler decides about SIGTERM; SIGKILL ends it, as the exit code tells."""
    with (tmp_path / "log").open("wb") as log:
        polite = start_forked(waiting, environment={}, folder=tmp_path, log=log)
        until(lambda: (tmp_path / "log").read_text() == "ready\n")
        assert polite.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            polite.wait(0.01)
        polite.terminate()
        assert polite.wait(60) == polite.poll() == 5
        polite.kill()
        assert (tmp_path / "log").read_text() == "ready\ntold\n"
        other = start_forked(waiting, environment={}, folder=tmp_path, log=log)
        other.kill()
        assert other.wait(60) == -signal.SIGKILL


def test_programs_die_with_the_tests(tmp_path: Path, waiting: str) -> None:
    """Tests that are killed leave no program behind."""
    starter = (
        "import os, sys\nfrom pathlib import Path\n"
        "from tests.support.processes.forked_programs import start_forked\n"
        "with open('log', 'wb') as log:\n"
        f"    program = start_forked({waiting!r}, environment={{}}, folder=Path(), log=log)\n"
        "print(program.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", starter],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    until(lambda: not Path(f"/proc/{int(killed.stdout)}").exists())


def test_a_command_of_furlong_is_run_as_installed(tmp_path: Path) -> None:
    """The same output and exit code as of the command in the virtual environment."""
    arguments = ("token", "--customer", "c-1")
    forked = run_forked("furlong", *arguments, environment=dict(os.environ), folder=tmp_path, timeout=60)
    installed = subprocess.run(
        [Path(sys.executable).with_name("furlong"), *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (forked.returncode, forked.stdout) == (installed.returncode, installed.stdout)
    assert forked.stderr == installed.stderr != ""
