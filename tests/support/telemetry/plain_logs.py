"""Logs with plain tracebacks: those of structlog show all values, and take seconds or minutes to write."""

import structlog


def log_plainly() -> None:
    """Configure structlog as it is by default, but for its tracebacks."""
    structlog.reset_defaults()
    *others, _renderer = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*others, plain])
