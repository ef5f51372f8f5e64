"""The sources of supergraph and settings, by the settings and the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.serving.reload.reloader import Reload
from gateway.serving.sources import FileSource, SourceError
from gateway.settings import GatewaySettings
from gateway.settings.file import read_settings

if TYPE_CHECKING:
    from gateway.serving.sources.url import UrlSource

SETTINGS_BYTES: Final = 1024 * 1024
"""The most bytes of a settings file."""


def supergraph_source(place: str, settings: GatewaySettings) -> FileSource | UrlSource:
    """Return the source at a path or URL.

    Raises:
        SourceError: The URL is not secure.
    """
    if "://" not in place:
        return FileSource(Path(place), settings.supergraph.bytes)
    from gateway.serving.sources.url import UrlSource  # noqa: PLC0415 - it imports a client of HTTP

    try:
        return UrlSource(
            place,
            headers={name: value.get_secret_value() for name, value in settings.supergraph.headers.items()},
            seconds=settings.supergraph.seconds,
            most_bytes=settings.supergraph.bytes,
            authorities=settings.supergraph.ca_file,
        )
    except ValueError as error:
        raise SourceError(str(error)) from error


def first_text(source: FileSource | UrlSource) -> str:
    """Return the text of a source at startup, outside an event loop.

    Raises:
        SourceError: The source cannot be read.
    """
    if isinstance(source, FileSource):
        return source.read_now()
    text = asyncio.run(source.read(anew=True))
    if text is None:
        raise SourceError("HTTP 304 to a first request")
    return text


def reload_of(
    supergraph: FileSource | UrlSource | None,
    settings: GatewaySettings,
    file: Path | None = None,
    read: Callable[[Path], GatewaySettings] = read_settings,
) -> Reload:
    """Return the sources to reload.

    Args:
        supergraph: The source of the supergraph; None if it never changes.
        settings: The settings.
        file: The settings file; by default the one that the settings name, if any.
        read: Returns the settings including those of that file; raises ValueError.

    Raises:
        SourceError: The file of settings cannot be read.
    """
    file = file or settings.settings_file
    if file is None:
        return Reload(supergraph)
    source = FileSource(file, SETTINGS_BYTES)
    source.read_now()
    return Reload(supergraph, source, partial(read, file))
