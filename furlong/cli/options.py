"""What commands share: settings (or those of a demo in this folder), addresses, logs, and how to fail."""

import os
from pathlib import Path
from typing import NoReturn, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from sqlalchemy.exc import DBAPIError

from consumers.stream.settings import StreamSettings
from furlong.cli.database_errors import explain_database_error
from furlong.demo import ready_file
from furlong.demo.data_folder import database_in
from furlong.demo.tokens import demo_secret, demo_sessions
from furlong.settings import TopicSettings
from logs import LogSettings, configure_logs
from storage import rehearsal
from storage.clock import Clock
from storage.settings import ClockSettings, DatabaseSettings
from subgraphs.kit.settings import CallerSettings, SessionSettings, UpstreamSettings

S = TypeVar("S", bound=BaseSettings)


def address(text: str) -> tuple[str, int]:
    """Return the host and port of `HOST:PORT`.

    Raises:
        typer.BadParameter: the text has another form.
    """
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal() and int(port) <= 65535):  # noqa: PLR2004 - the greatest port
        raise typer.BadParameter(f"{text!r} is not HOST:PORT, such as 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def database_settings() -> DatabaseSettings:
    """Return the configured database, or else that of the demo in this folder."""
    demo = ready_file.read()
    if demo and "FURLONG_DATABASE_URL" not in os.environ:
        return database_in(Path(demo.data))
    return _read(DatabaseSettings)


def stream_settings() -> StreamSettings:
    """Return the configured Kafka, or else that of the demo in this folder."""
    demo = ready_file.read()
    if demo and "FURLONG_KAFKA_BOOTSTRAP" not in os.environ:
        return StreamSettings(bootstrap=demo.kafka, generation=demo.generation)
    return _read(StreamSettings)


def topic_settings() -> TopicSettings:
    """Return how long topics keep their messages."""
    return _read(TopicSettings)


def session_settings() -> SessionSettings:
    """Return the configured issuer, or else that of the demo in this folder."""
    demo = ready_file.read()
    configured = _read(SessionSettings)
    if demo and not (configured.secret or configured.jwks_url):
        return demo_sessions(demo_secret(Path(demo.data)))
    return configured


def caller_settings() -> CallerSettings:
    """Return who may call a subgraph; beside a demo in this folder everybody, unless the settings say."""
    configured = _read(CallerSettings)
    is_open = not configured.model_fields_set & {"callers", "gateway_keys_file", "gateway_keys"}
    if is_open and ready_file.read() and "FURLONG_DATABASE_URL" not in os.environ:
        return configured.model_copy(update={"callers": "development"})
    return configured


def upstream_settings() -> UpstreamSettings:
    """Return the configured upstream, or else that of the demo in this folder."""
    demo = ready_file.read()
    configured = _read(UpstreamSettings)
    if demo and "url" not in configured.model_fields_set:
        return configured.model_copy(update={"url": demo.upstream})
    return configured


def product_clock() -> Clock:
    """Return the configured clock, or else that of the demo in this folder; report a moved one on stderr."""
    clock = _clock()
    for mark in rehearsal.rehearsal_marks(clock).values():
        typer.echo(f"furlong: this is a rehearsal; it is {mark} there", err=True)
    return clock


def running_clock() -> Clock:
    """Return the same clock for a long-running process; report a moved one in its log."""
    clock = _clock()
    rehearsal.announce_rehearsal(clock)
    return clock


def clock_file() -> Path:
    """Return the file that moves the clock of the installation, or of the demo in this folder."""
    demo = _clock_of_demo()
    try:
        return demo or rehearsal.declared_file(_read(ClockSettings))
    except rehearsal.ClockError as error:
        fail(error)


def _clock() -> Clock:
    demo = _clock_of_demo()
    try:
        return rehearsal.RehearsalClock(demo) if demo else rehearsal.product_clock(_read(ClockSettings))
    except rehearsal.ClockError as error:
        fail(error)


def _clock_of_demo() -> Path | None:
    """Return the clock file of the demo in this folder, if commands use its databases and no other clock."""
    demo = ready_file.read()
    ours = demo and "FURLONG_DATABASE_URL" not in os.environ and _read(ClockSettings).file is None
    return Path(demo.clock) if demo and ours and demo.clock else None


def fail(message: object) -> NoReturn:
    """End the command with a message.

    Raises:
        typer.Exit: always, with status 1.
    """
    match message:
        case ValidationError():
            message = _explained(message, "")
        case DBAPIError():
            message = explain_database_error(message)
    typer.echo(f"furlong: {message}", err=True)
    raise typer.Exit(1)


def _read(settings: type[S]) -> S:
    """Return settings from the environment; end the command if one is wrong."""
    try:
        return settings()
    except ValidationError as error:
        fail(_explained(error, settings.model_config.get("env_prefix", "")))


def _explained(error: ValidationError, prefix: str) -> str:
    """Return which setting is wrong, and why."""
    return "; ".join(
        f"{prefix}{'_'.join(str(part) for part in item['loc'])}".upper() + f": {item['msg']}"
        for item in error.errors()
    )


def log_to_stderr(*, quiet: bool = False) -> None:
    """Log to stderr, as the settings say; `quiet` leaves out what is below warnings."""
    configure_logs(_read(LogSettings), quiet=quiet)
