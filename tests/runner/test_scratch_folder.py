"""Where the files of tests are."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tools.runner.scratch_folder import PREFIX, scratch_folder


def test_temporary_files_are_in_memory_and_leave_nothing(tmp_path: Path) -> None:
    """Those of this process, and those of programs that it starts."""
    before = tempfile.gettempdir()
    with scratch_folder(tmp_path, needed=0) as folder:
        assert folder is not None
        assert folder.parent == tmp_path
        assert Path(tempfile.mkdtemp()).parent == folder
        assert os.environ["TMPDIR"] == str(folder)
    assert tempfile.gettempdir() == before
    assert list(tmp_path.iterdir()) == []


def test_without_room_files_are_where_they_always_are(tmp_path: Path) -> None:
    """A small machine, or a container with little shared memory, is not filled."""
    with scratch_folder(tmp_path, needed=2**60) as folder:
        assert folder is None
        assert tempfile.gettempdir() != str(tmp_path)
    with scratch_folder(tmp_path / "none", needed=0) as folder:
        assert folder is None


@pytest.mark.usefixtures("processes")
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """A run that still goes on keeps its own."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    running = subprocess.Popen(["sleep", "60"])
    others = [tmp_path / f"{PREFIX}{name}" for name in (ended.pid, running.pid, "of-somebody-else")]
    for folder in others:
        folder.mkdir()
    with scratch_folder(tmp_path, needed=0):
        pass
    running.kill()
    running.wait()
    assert sorted(tmp_path.iterdir()) == sorted(others[1:])
