"""Run a benchmark in a temporary folder, and report in one line why it could not run."""

import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.harness.options import Form
from bench.harness.servers import ServiceFailedError, ServiceMissingError
from bench.harness.standstill import watched
from bench.harness.tools import ToolMissingError
from bench.load.target import WrongAnswerError

Chosen = TypeVar("Chosen")


def run_benchmark(run: Callable[[Chosen, Path], None], options: Chosen, form: Form) -> None:
    """Run a benchmark; exit with status 1 if something is missing, answers wrongly or stands still."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as on Ctrl-C
    try:
        with (
            watched(form.patience),
            # A server whose start is interrupted ends with this process, and may still write.
            tempfile.TemporaryDirectory(prefix="furlong-bench-", ignore_cleanup_errors=True) as folder,
        ):
            run(options, Path(folder))
    except (ServiceFailedError, ServiceMissingError, ToolMissingError, WrongAnswerError) as error:
        sys.exit(f"bench: {error}")
