"""Shared by commands: settings (or those of a demo in this folder), addresses, logs, errors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from analytics.settings import AnalyticsSettings
    from backoffice.settings import BackofficeSettings
    from consumers.stream.settings import StreamSettings
    from foundation.storage.clock import Clock
    from foundation.storage.settings import DatabaseSettings
    from furlong.embedding.settings import EmbedSettings
    from furlong.settings import CdnSettings, TopicSettings
    from subgraphs.fulfilment.providers.settings import FulfilmentSettings
    from subgraphs.kit.settings import CallerSettings, SessionSettings, UpstreamSettings
    from subgraphs.wallet.payments.configuration import PaymentsSettings

from furlong.cli.diagnosis import explain, explain_settings, no_data, report_misspelt_once, technical_line

S = TypeVar("S", bound="BaseSettings")


def address(text: str) -> tuple[str, int]:
    """Return the host and port of `HOST:PORT`.

    Raises:
        typer.BadParameter: The text has another form.
    """
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal() and int(port) <= 65535):  # noqa: PLR2004 - the greatest port
        raise typer.BadParameter(
            f"{text!r} is not HOST:PORT, such as 127.0.0.1:8000", param_hint="'--listen'"
        )
    return host.strip("[]"), int(port)


def database_settings(*, or_new: bool = False) -> DatabaseSettings:
    """Return the configured database, or else the demo's in this folder (that of the cell FURLONG_CELL).

    Where there is no data, the command ends and says so, unless it may begin with none (`or_new`).
    """
    from furlong.database_settings import DatabasesSettings
    from furlong.demo import ready_file
    from furlong.demo.ready_file import database_in

    demo = ready_file.read()
    if not demo or "FURLONG_DATABASE_URL" in os.environ:
        settings = read_settings(DatabasesSettings)
        if not or_new and (absence := absent_data(settings)):
            fail(absence)
        return settings
    if not demo.cells:
        return database_in(Path(demo.data))
    name = os.environ.get("FURLONG_CELL", "")
    cells = [demo_cell for demo_cell in demo_cells() if (cell := demo_cell.cell.own()) and cell.name == name]
    if not cells:
        names = ", ".join(cell.name for cell in demo.cells)
        fail(f"the demo in this folder has cells: set FURLONG_CELL to one of {names}")
    return cells[0]


def absent_data(settings: DatabaseSettings) -> str | None:
    """Return what to do where no database has a file; a server says itself that one is not there."""
    from foundation.storage.database import has_file
    from furlong.database_names import DATABASES

    try:
        if any(has_file(settings, name) for name in DATABASES):
            return None
    except ValueError:
        return None  # the URL can't be used, which whoever connects says
    return no_data(settings.places if "FURLONG_DATABASE_URL" in os.environ else None)


def demo_cells() -> list[DatabaseSettings]:
    """Return the databases of each cell of the demo in this folder; none if it has no cells."""
    from foundation.storage.settings import CellSettings
    from furlong.demo import ready_file

    demo = ready_file.read()
    if not demo or "FURLONG_DATABASE_URL" in os.environ:
        return []
    return [
        ready_file.databases_at(cell.database).model_copy(
            update={"cell": CellSettings(cell=cell.name, cell_partitions=cell.partitions, cell_of=cell.of)}
        )
        for cell in demo.cells
    ]


def stream_settings() -> StreamSettings:
    """Return the configured Kafka, or else that of the demo in this folder."""
    from consumers.stream.settings import StreamSettings
    from furlong.demo import ready_file

    demo = ready_file.read()
    if demo and "FURLONG_KAFKA_BOOTSTRAP" not in os.environ:
        return StreamSettings(bootstrap=demo.kafka, generation=demo.generation)
    return read_settings(StreamSettings)


def fulfilment_settings() -> FulfilmentSettings:
    """Return the configured providers, or else those of the demo in this folder."""
    from furlong.demo import ready_file
    from subgraphs.fulfilment.providers.settings import FulfilmentSettings

    demo = ready_file.read()
    if demo and "FURLONG_FULFILMENT_PROVIDERS" not in os.environ:
        from furlong.demo.fulfilment import demo_providers

        return demo_providers(Path(demo.data))
    return read_settings(FulfilmentSettings)


def payments_settings() -> PaymentsSettings:
    """Return the configured processors, or else those of the demo in this folder, if it has any."""
    from furlong.demo import ready_file
    from subgraphs.wallet.payments.configuration import PaymentsSettings

    demo, configured = ready_file.read(), read_settings(PaymentsSettings)
    if demo and demo.payments and demo.payments.processor and configured.file is None:
        from furlong.demo.payments.file import payments_in

        return payments_in(Path(demo.data), demo.url)
    return configured


def topic_settings() -> TopicSettings:
    """Return the settings of how long topics keep their messages."""
    from furlong.settings import TopicSettings

    return read_settings(TopicSettings)


def session_settings() -> SessionSettings:
    """Return the configured issuer, or else that of the demo in this folder."""
    from furlong.demo import ready_file
    from furlong.demo.tokens import demo_secret, demo_sessions
    from subgraphs.kit.settings import SessionSettings

    demo = ready_file.read()
    configured = read_settings(SessionSettings)
    if demo and not (configured.secret or configured.jwks_url):
        return demo_sessions(demo_secret(Path(demo.data)))
    return configured


def embed_settings() -> EmbedSettings:
    """Return how sites of brands show the club as configured, or else as in the demo in this folder."""
    from furlong.demo import ready_file
    from furlong.demo.brand_sites import demo_embedding
    from furlong.embedding.settings import EmbedSettings

    demo, configured = ready_file.read(), read_settings(EmbedSettings)
    if demo and configured.file is None and not configured.signing_keys:
        return demo_embedding(Path(demo.data), configured)
    return configured


def caller_settings() -> CallerSettings:
    """Return who may call a subgraph; if a demo runs in this folder and nothing is set, anybody may."""
    from furlong.demo import ready_file
    from subgraphs.kit.settings import CallerSettings

    configured = read_settings(CallerSettings)
    is_open = not configured.model_fields_set & {"callers", "gateway_keys_file", "gateway_keys"}
    if is_open and ready_file.read() and "FURLONG_DATABASE_URL" not in os.environ:
        return configured.model_copy(update={"callers": "development"})
    return configured


def upstream_settings() -> UpstreamSettings:
    """Return the configured upstream, or else that of the demo in this folder."""
    from furlong.demo import ready_file
    from subgraphs.kit.settings import UpstreamSettings

    demo = ready_file.read()
    configured = read_settings(UpstreamSettings)
    if demo and "url" not in configured.model_fields_set:
        return configured.model_copy(update={"url": demo.upstream})
    return configured


def analytics_settings() -> AnalyticsSettings:
    """Return the configured store of analytics, or else that of the demo in this folder."""
    from pydantic import SecretStr

    from analytics.settings import AnalyticsSettings
    from furlong.demo import ready_file
    from furlong.demo.tokens import demo_secret

    demo, configured = ready_file.read(), read_settings(AnalyticsSettings)
    if demo and "folder" not in configured.model_fields_set:
        own = {"folder": Path(demo.data) / "analytics", "key": SecretStr(demo_secret(Path(demo.data)))}
        return configured.model_copy(update=own)
    return configured


def cdn_settings() -> CdnSettings:
    """Return which CDNs responses are removed from."""
    from furlong.settings import CdnSettings

    return read_settings(CdnSettings)


def product_clock() -> Clock:
    """Return the configured clock, or else that of the demo in this folder; report a moved one on stderr."""
    from foundation.storage import rehearsal

    clock = _clock()
    for mark in rehearsal.rehearsal_marks(clock).values():
        typer.echo(f"furlong: this is a rehearsal; it is {mark} there", err=True)
    return clock


def backoffice_settings() -> BackofficeSettings:
    """Return the settings of the back office; without a key, with that of the demo in this folder."""
    from pydantic import SecretStr

    from backoffice.settings import BackofficeSettings
    from furlong.demo import ready_file
    from furlong.demo.tokens import backoffice_key

    demo, configured = ready_file.read(), read_settings(BackofficeSettings)
    if demo and not configured.key.get_secret_value():
        return configured.model_copy(update={"key": SecretStr(backoffice_key(Path(demo.data)))})
    return configured


def running_clock() -> Clock:
    """Return the same clock for a long-running process; report a moved one in its log."""
    from foundation.storage import rehearsal

    clock = _clock()
    rehearsal.announce_rehearsal(clock)
    return clock


def clock_file() -> Path:
    """Return the file that moves the clock of the installation, or of the demo in this folder."""
    from foundation.storage import rehearsal
    from foundation.storage.settings import ClockSettings

    demo = _clock_of_demo()
    try:
        return demo or rehearsal.declared_file(read_settings(ClockSettings))
    except rehearsal.ClockError as error:
        fail(error)


def _clock() -> Clock:
    from foundation.storage import rehearsal
    from foundation.storage.settings import ClockSettings

    demo = _clock_of_demo()
    try:
        return (
            rehearsal.RehearsalClock(demo) if demo else rehearsal.product_clock(read_settings(ClockSettings))
        )
    except rehearsal.ClockError as error:
        fail(error)


def _clock_of_demo() -> Path | None:
    """Return the clock file of the demo in this folder, if commands use its databases and no other clock."""
    from foundation.storage.settings import ClockSettings
    from furlong.demo import ready_file

    demo = ready_file.read()
    ours = demo and "FURLONG_DATABASE_URL" not in os.environ and read_settings(ClockSettings).file is None
    return Path(demo.clock) if demo and ours and demo.clock else None


def fail(message: object) -> NoReturn:
    """End the command with a message, or with what an error means and what helps.

    The words of a library follow in a line of their own.

    Raises:
        typer.Exit: Always, with status 1.
    """
    text = explain(
        message, lambda: database_settings(or_new=True).places, lambda: stream_settings().bootstrap
    )
    typer.echo(f"furlong: {text}", err=True)
    if not isinstance(message, str) and (line := technical_line(message)):
        typer.echo(f"  details: {line}", err=True)
    raise typer.Exit(1)


def read_settings(settings: type[S]) -> S:
    """Return settings from the environment; end the command if one is wrong."""
    report_misspelt_once()
    return _valid(settings)


def _valid(settings: type[S]) -> S:
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    try:
        return settings()
    except ValidationError as error:
        fail(explain_settings(error, settings))
    except SettingsError as error:
        fail(error)


def log_to_stderr(*, quiet: bool = False) -> None:
    """Log to stderr, as the settings say; `quiet` omits everything below warnings."""
    from foundation.logs import LogSettings, configure_logs

    configure_logs(_valid(LogSettings), quiet=quiet)
    report_misspelt_once()
