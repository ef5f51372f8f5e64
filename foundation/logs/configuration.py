"""Gives all log lines of a process one form: its own, those of libraries, warnings, the last traceback."""

from __future__ import annotations

import atexit
import logging
import sys
from types import TracebackType
from typing import Any, Final, Literal

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from structlog.typing import Processor

from foundation.logs.redaction import redact
from foundation.logs.sampling import Sampler

LIBRARIES_LEVEL: Final = logging.WARNING
"""Below this level some libraries log the URLs of requests, and with them customers."""


class LogSettings(BaseSettings):
    """What is logged, and how often lines may repeat."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_LOG_", frozen=True)

    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="json: one object per line; console: for people; auto: console on a terminal, else json",
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least level that is logged; libraries log from warnings on",
    )
    repeated: int = Field(
        default=20,
        ge=0,
        description="How many lines of the same warning or error are logged in a period, and ten times as "
        "many of the same event; the others are counted. 0: all",
    )
    period_seconds: float = Field(default=60.0, gt=0, description="The length of that period")


def configure_logs(settings: LogSettings | None = None, *, quiet: bool = False) -> None:
    """Log to stderr from now on: one JSON object per line, or readable lines on a terminal.

    Lines of `logging`, such as uvicorn's and asyncio's, and of `warnings` get the same form. Tokens,
    customers and clients' addresses are redacted, and repeated warnings are counted instead of logged.

    Args:
        settings: The settings; by default those of the environment.
        quiet: Whether nothing below warnings is logged.
    """
    settings = settings or LogSettings()
    level = logging.WARNING if quiet else logging.getLevelNamesMapping()[settings.level.upper()]
    on_terminal = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    )
    sampler = Sampler(settings.repeated, settings.period_seconds) if settings.repeated else None
    finished: list[Processor] = [structlog.processors.format_exc_info, redact, renderer]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            *([sampler] if sampler else []),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *finished,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _configure_libraries(finished, sampler)
    if sampler is not None:
        atexit.register(sampler.flush)
    if not on_terminal:
        sys.excepthook = _log_end


def _configure_libraries(finished: list[Processor], sampler: Sampler | None) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finished],
        )
    )
    if sampler is not None:
        handler.addFilter(sampler.filter)
    root = logging.getLogger()
    for each in [handler for handler in root.handlers if handler.__class__ is logging.StreamHandler]:
        root.removeHandler(each)
    root.addHandler(handler)
    root.setLevel(LIBRARIES_LEVEL)
    logging.captureWarnings(True)


def _log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
    """Log the exception that ends the process."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("furlong").critical("process_failed", exc_info=(kind, error, trace))
