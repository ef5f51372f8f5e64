"""Commands end at once when their work is done."""

import subprocess
import sys

import pytest

COUNTED = """
import atexit, gc
atexit.register(lambda: print("frozen", gc.get_freeze_count()))
from furlong.cli import app
app(["settings"])
"""


@pytest.mark.usefixtures("processes")
def test_the_end_of_a_command_collects_no_garbage() -> None:
    """A demo has so many objects that the interpreter's last collections would take seconds."""
    ended = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    said, count = ended.stdout.splitlines()[-1].split()
    assert said == "frozen"
    assert int(count) > 10_000
