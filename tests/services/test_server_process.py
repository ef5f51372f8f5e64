"""Server processes are waited for, stopped by their own id, and never outlive a test session."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tools import server_process
from tools.server_process import ServiceFailedError, accepts, start_process, wait_until_ready

GENEROUS_SECONDS = 60


def wait_for(holds: Callable[[], bool]) -> bool:
    """Wait, with a generous limit, until something holds."""
    deadline = time.monotonic() + GENEROUS_SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


@pytest.mark.usefixtures("processes")
def test_a_started_process_ends_when_stopped(tmp_path: Path) -> None:
    """After `stop` returns, the process is gone."""
    process = start_process(["sleep", "1000"], tmp_path, tmp_path / "log", tied=True)
    assert process.is_running()
    process.stop()
    assert not process.is_running()


@pytest.mark.usefixtures("processes")
def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not end on SIGTERM is killed."""
    monkeypatch.setattr(server_process, "STOP_SECONDS", 0.2)
    deaf = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"
    process = start_process(["bash", "-c", deaf], tmp_path, tmp_path / "log", tied=True)
    assert wait_for(lambda: "deaf" in process.log_tail())
    process.stop()
    assert wait_for(lambda: not process.is_running())


@pytest.mark.usefixtures("processes")
def test_a_reused_id_is_not_touched(tmp_path: Path) -> None:
    """A record of an ended process does not stop the process that now has its id."""
    process = start_process(["sleep", "1000"], tmp_path, tmp_path / "log", tied=True)
    replace(process, born=process.born - 1).stop()
    assert process.is_running()
    process.stop()


@pytest.mark.usefixtures("processes")
def test_it_runs_in_its_folder_and_writes_its_log(tmp_path: Path) -> None:
    """The working directory and the log are the requested ones."""
    process = start_process(["pwd"], tmp_path, tmp_path / "log", tied=True)
    assert wait_for(lambda: not process.is_running())
    assert process.log_tail() == str(tmp_path)


@pytest.mark.usefixtures("processes")
def test_a_server_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    """Waiting for a server that ends fails, and quotes its log."""
    process = start_process(["bash", "-c", "echo no room; exit 3"], tmp_path, tmp_path / "log", tied=True)
    with pytest.raises(ServiceFailedError, match="no room"):
        wait_until_ready(process, lambda: False)


@pytest.mark.usefixtures("processes")
def test_a_server_that_is_late_is_stopped(tmp_path: Path) -> None:
    """A server that is not ready in time is not left running."""
    process = start_process(["sleep", "1000"], tmp_path, tmp_path / "log", tied=True)
    with pytest.raises(ServiceFailedError, match="not ready"):
        wait_until_ready(process, lambda: False, seconds=0)
    assert not process.is_running()


@pytest.mark.usefixtures("processes")
def test_a_tied_process_dies_with_its_starter(tmp_path: Path) -> None:
    """When a test session is killed, its servers end with it."""
    starter = (
        "import sys, time; from pathlib import Path; from tools.server_process import start_process;"
        "folder = Path(sys.argv[1]);"
        "words = ['bash', '-c', 'echo up; exec sleep 1000'];"
        "server = start_process(words, folder, folder / 'log', tied=True);"
        "print(server.pid, flush=True); time.sleep(1000)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(tmp_path)],
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert wait_for(lambda: (tmp_path / "log").exists() and "up" in (tmp_path / "log").read_text())
        parent.send_signal(signal.SIGKILL)
    assert wait_for(lambda: server_process._running_since(child) is None)


def test_many_free_ports_are_different(free_port: Callable[[], int]) -> None:
    """Whoever starts thirty servers asks for all their ports first."""
    assert len({free_port() for _ in range(200)}) == 200


def test_a_free_port_has_no_listener(free_port: Callable[[], int]) -> None:
    """Nothing listens on a port that is called free."""
    assert not accepts(free_port())
