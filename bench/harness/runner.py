"""Run a benchmark in a temporary folder, and report in one line why it could not run."""

import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.harness.servers import ServiceFailedError, ServiceMissingError
from bench.harness.tools import ToolMissingError
from bench.load.target import WrongAnswerError

Chosen = TypeVar("Chosen")


def run_benchmark(run: Callable[[Chosen, Path], None], options: Chosen) -> None:
    """Run a benchmark; exit with status 1 if something is missing or answers wrongly."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as on Ctrl-C
    try:
        with tempfile.TemporaryDirectory(prefix="furlong-bench-") as folder:
            run(options, Path(folder))
    except (ServiceFailedError, ServiceMissingError, ToolMissingError, WrongAnswerError) as error:
        sys.exit(f"bench: {error}")
