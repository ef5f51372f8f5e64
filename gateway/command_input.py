"""What the gateway's commands read: files and variables; a command ends with a message if one is broken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import orjson
import typer

if TYPE_CHECKING:
    from gateway.settings import GatewaySettings

SupergraphFile = Annotated[
    Path, typer.Option("--supergraph", metavar="FILE", help="The composed schema (SDL).")
]

BROKEN: Final = 2
"""The exit status if an input is broken."""
REFUSED: Final = 1
"""The exit status if a document would be refused."""


def text_of(file: Path) -> str:
    """Return the text of a file."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        stop(f"{file}: {reason}", BROKEN)


def variables_of(text: str) -> dict[str, Any]:
    """Return variables that are written as JSON."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        stop("--variables: expected a JSON object.", BROKEN)
    return value


def settings_of(file: Path | None = None) -> GatewaySettings:
    """Return the settings; end the command if one is wrong, without the value of one that may be secret."""
    from gateway.settings.file import SettingsInvalid, read_settings, renamed

    for sentence in renamed(os.environ):
        typer.echo(sentence, err=True)
    try:
        return read_settings(file)
    except SettingsInvalid as error:
        stop(str(error), BROKEN)


@contextmanager
def reported(file: Path | str) -> Iterator[None]:
    """End the command with a message instead of a traceback if the supergraph or the settings are broken."""
    from gateway.errors import SupergraphError
    from gateway.serving.sources import SourceError

    try:
        yield
    except (SupergraphError, SourceError) as error:
        stop(f"{file}: {error}", BROKEN)
    except ValueError as error:
        stop(str(error), BROKEN)


def stop(message: str, code: int) -> NoReturn:
    """End the command with a message."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
