"""What several commands have in common: addresses, and the settings of a demo that runs in this folder."""

import logging
import os
import sys
from pathlib import Path
from typing import NoReturn

import structlog
import typer
from pydantic import ValidationError

from consumers.stream.settings import StreamSettings
from furlong import ready_file
from furlong.demo import database_in
from furlong.tokens import demo_secret, demo_sessions
from subgraphs.kit.settings import DatabaseSettings, SessionSettings


def address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`.

    Raises:
        typer.BadParameter: it is no such thing.
    """
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal() and int(port) <= 65535):  # noqa: PLR2004 - the greatest port
        raise typer.BadParameter(f"{text!r} is no HOST:PORT, such as 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def database_settings() -> DatabaseSettings:
    """The configured database, else that of the demo that runs in this folder."""
    demo = ready_file.read()
    if demo and "FURLONG_DATABASE_URL" not in os.environ:
        return database_in(Path(demo.data))
    return DatabaseSettings()


def stream_settings() -> StreamSettings:
    """The configured Kafka, else that of the demo that runs in this folder."""
    demo = ready_file.read()
    if demo and "FURLONG_KAFKA_BOOTSTRAP" not in os.environ:
        return StreamSettings(bootstrap=demo.kafka, generation=demo.generation)
    return StreamSettings()


def session_settings() -> SessionSettings:
    """The configured issuer, else that of the demo that runs in this folder."""
    demo = ready_file.read()
    configured = SessionSettings()
    if demo and not (configured.secret or configured.jwks_url):
        return demo_sessions(demo_secret(Path(demo.data)))
    return configured


def fail(message: object) -> NoReturn:
    """Ends the command with a message.

    Raises:
        typer.Exit: always, with status 1.
    """
    if isinstance(message, ValidationError):
        message = "; ".join(f"{_variable(message, e)}: {e['msg']}" for e in message.errors())
    typer.echo(f"furlong: {message}", err=True)
    raise typer.Exit(1)


def _variable(error: ValidationError, item: object) -> str:
    location = item["loc"] if isinstance(item, dict) else ()
    return ".".join(str(part) for part in location) or error.title


def log_to_stderr(*, quiet: bool = False) -> None:
    """Structured log lines on stderr: for people on a terminal, as JSON otherwise."""
    level = logging.WARNING if quiet else logging.INFO
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
