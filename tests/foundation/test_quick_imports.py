"""What a start hides from structlog is there for everybody else."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from foundation.quick_imports import NOT_FOR_STRUCTLOG, import_structlog, quick_imports
with quick_imports():
    import_structlog()
    assert not [name for name in NOT_FOR_STRUCTLOG if name in sys.modules]
    import greenlet, rich.console
import structlog.dev
assert structlog.dev.rich is None
"""


@pytest.mark.usefixtures("processes")
def test_only_structlog_is_refused_optional_packages() -> None:
    """A start imports structlog without them, and whatever needs them imports them, in the same block."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
