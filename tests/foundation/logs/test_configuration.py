"""All lines of a process have one form."""

from __future__ import annotations

import atexit
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from foundation.logs import LogSettings, configure_logs

LIBRARIES = ("uvicorn.error", "asyncio", "httpx", "db", "py.warnings")


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    monkeypatch.setattr(atexit, "register", lambda call: call)
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    for name in LIBRARIES:  # a server that another test ran may have been told to be quiet
        logging.getLogger(name).setLevel(logging.NOTSET)
    yield
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    logging.captureWarnings(False)


def lines(written: str) -> list[dict[str, Any]]:
    """The lines as objects; anything else fails."""
    return [json.loads(line) for line in written.splitlines()]


def test_lines_of_ours_of_libraries_and_warnings_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is a JSON object with event, level and timestamp; a traceback is a field of it."""
    configure_logs(LogSettings(repeated=0))
    structlog.get_logger("x").warning("ours", service="club")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("asyncio").info("not logged: it may name the URL of a request")
    error = RuntimeError("lost\nforged")
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=error)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", stacklevel=1)
    ours, server, failed, warned = logged = lines(capsys.readouterr().err)
    assert all(each["level"] and each["timestamp"].endswith("Z") for each in logged)
    assert (ours["event"], ours["service"], ours["level"]) == ("ours", "club", "warning")
    assert (server["event"], server["logger"]) == ("Invalid HTTP request received.", "uvicorn.error")
    assert "RuntimeError: lost" in failed["exception"]
    assert (warned["logger"], "old" in warned["event"]) == ("py.warnings", True)


def test_lines_of_libraries_are_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Also the arguments of a message, and the messages of exceptions."""
    configure_logs(LogSettings(repeated=0))
    logging.getLogger("httpx").warning("PUT %s", "http://up/v1/customers/canary-1/membership")
    logging.getLogger("db").error("failed", exc_info=ValueError("customer=canary-2"))
    structlog.get_logger().error("x", exc_info=KeyError("canary-3"))
    written = capsys.readouterr().err
    assert "canary" not in written
    assert len(lines(written)) == 3


def test_repeated_lines_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Ours and those of libraries; the count comes when the period ends."""
    configure_logs(LogSettings(repeated=2, period_seconds=3600))
    for _ in range(10):
        structlog.get_logger().warning("again", service="club")
        logging.getLogger("lib").warning("again")
    assert len(lines(capsys.readouterr().err)) == 4


def test_what_ends_a_process_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that nobody handles has the same form, and no values either."""
    configure_logs(LogSettings())
    error = LookupError("no customer canary-1")
    sys.excepthook(LookupError, error, None)
    (line,) = lines(capsys.readouterr().err)
    assert (line["event"], line["level"]) == ("process_failed", "critical")
    assert "LookupError: no customer #" in line["exception"]


def test_configuring_twice_logs_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Worker processes configure what their parent has configured."""
    configure_logs(LogSettings(repeated=0))
    configure_logs(LogSettings(repeated=0))
    logging.getLogger("lib").warning("once")
    structlog.get_logger().warning("once")
    assert len(lines(capsys.readouterr().err)) == 2


def test_level_and_format_are_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal lines are for people."""
    configure_logs(LogSettings(level="error", format="console"))
    structlog.get_logger().warning("not this")
    structlog.get_logger().error("but this")
    written = capsys.readouterr().err
    assert "not this" not in written
    assert "but this" in written
    assert not written.startswith("{")
