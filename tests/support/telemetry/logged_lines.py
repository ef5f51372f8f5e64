"""All lines that a test logs, as a process writes them."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from foundation.logs import LogSettings, configure_logs


@contextmanager
def logged_lines(capsys: pytest.CaptureFixture[str]) -> Iterator[list[dict[str, Any]]]:
    """Log as a process of the product does, without sampling; the list is filled at the end.

    Afterwards logging is as it was.
    """
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    before = structlog.get_config()
    lines: list[dict[str, Any]] = []
    capsys.readouterr()
    try:
        configure_logs(LogSettings(level="debug", format="json", repeated=0))
        yield lines
    finally:
        lines += [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.excepthook = hook
        logging.captureWarnings(False)
