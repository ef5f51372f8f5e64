"""The set-up does what is missing, and nothing twice."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.set_up.small_clone import INSTALLS, SmallClone, make_clone
from tests.support.processes.running_furlong import eventually

pytestmark = pytest.mark.usefixtures("processes")


@pytest.fixture
def clone(tmp_path: Path) -> SmallClone:
    """A clone where nothing was done."""
    return make_clone(tmp_path)


def test_each_step_says_its_number_and_its_time(clone: SmallClone) -> None:
    """Without a terminal there is one plain line for each step."""
    status, out, error = clone.set_up()
    assert (status, error) == (0, "")
    lines = out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["1/4", "2/4", "3/4", "4/4"]
    assert all(line.endswith(" s") for line in lines)
    assert "\r" not in out


def test_the_command_of_the_clone_runs(clone: SmallClone) -> None:
    """Furlong is installed as it stands in the clone, without a build."""
    clone.set_up()
    command = clone.folder / ".venv" / "bin" / "furlong"
    assert subprocess.run([command], capture_output=True, text=True, check=True).stdout == "this is furlong\n"
    version = "from importlib.metadata import version; print(version('furlong'))"
    python = clone.folder / ".venv" / "bin" / "python"
    assert (
        subprocess.run([python, "-c", version], capture_output=True, text=True, check=True).stdout == "1.2\n"
    )


def test_what_is_up_to_date_is_not_done_again(clone: SmallClone) -> None:
    """Contents count, not times: a checkout changes the times of files."""
    clone.set_up()
    before = clone.calls
    for file in clone.folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            os.utime(file, (1, 1))
    assert clone.set_up() == (0, "", "")
    assert clone.calls == before


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ("requirements.lock", "Python packages"),
        ("web/demo/App.tsx", "Pages"),
        ("contracts/betslip.graphql", "Pages"),
        ("furlong/cli.py", None),
    ],
)
def test_a_changed_input_is_noticed(clone: SmallClone, changed: str, title: str | None) -> None:
    """Only the steps that read a changed file are done again."""
    clone.set_up()
    (clone.folder / changed).write_text("changed")
    _, out, _ = clone.set_up()
    assert [line.split(" ", 1)[1].partition(" …")[0] for line in out.splitlines()] == (
        [title] if title else []
    )


def test_what_development_installed_serves_the_demo(clone: SmallClone) -> None:
    """After `make install-dev`, `make demo` installs nothing."""
    clone.set_up("wheel")
    assert clone.set_up() == (0, "", "")


def test_a_step_that_was_killed_is_done_again(clone: SmallClone) -> None:
    """The next set-up waits for what the killed one had started, and begins the step anew."""
    gate = clone.fakes / "gate"
    clone.npm(f"while [ ! -e {gate} ]; do sleep 0.05; done")
    first = clone.start()
    eventually(lambda: "bun install" in clone.calls, "bun runs")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = clone.start()
    assert second.stdout is not None
    assert "waiting" in second.stdout.readline()
    clone.npm()
    gate.touch()
    out, error = second.communicate(timeout=60)
    assert (second.returncode, error) == (0, "")
    assert "npm packages" in out
    assert clone.calls.count("bun install") == 2


def test_two_at_once_do_each_step_once(clone: SmallClone) -> None:
    """The second one waits, and then finds everything done."""
    gate = clone.fakes / "gate"
    clone.npm(f"while [ ! -e {gate} ]; do sleep 0.05; done; {INSTALLS}")
    first = clone.start()
    eventually(lambda: "bun install" in clone.calls, "bun runs")
    second = clone.start()
    assert second.stdout is not None
    assert "waiting" in second.stdout.readline()
    gate.touch()
    assert [process.wait(60) for process in (first, second)] == [0, 0]
    for process in (first, second):
        process.communicate()
    assert clone.calls.count("bun install") == 1
