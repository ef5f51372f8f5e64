"""Builds the reloading of supergraph and settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from gateway.garbage_collection import collected_in_steps
from gateway.http.graph_versions import GraphVersion, ServedGraph
from gateway.http.routes import Remark
from gateway.reload import Reload, Reloader, ReloadOutcomes
from gateway.settings import GatewaySettings
from gateway.settings.file import read_settings
from gateway.sources import FileSource, SourceError, UrlSource
from gateway.transport import HttpTransport
from gateway.wiring.graph_version import graph_version
from gateway.wiring.shared_parts import SharedParts

SETTINGS_BYTES: Final = 1024 * 1024
"""The most bytes of a settings file."""


def reloader(graph: ServedGraph, shared: SharedParts, sources: Reload, outcomes: ReloadOutcomes) -> Reloader:
    """Build the reloader, which keeps a graph up to date with its sources."""

    def build(sdl: str, settings: GatewaySettings, *, kept: Mapping[str, HttpTransport]) -> GraphVersion:
        with collected_in_steps():
            return graph_version(sdl, settings, shared, kept)

    return Reloader(graph, sources, build, outcomes, shared.features.core.refreshes)


def joined_remarks(own: Remark, given: Remark | None) -> Remark:
    """Return a function that joins both remarks, one per line."""

    def remark() -> str:
        return "\n".join(filter(None, (own(), given() if given is not None else "")))

    return remark


def supergraph_source(place: str, settings: GatewaySettings) -> FileSource | UrlSource:
    """Return the source at a path or URL.

    Raises:
        SourceError: The URL is not secure.
    """
    if "://" not in place:
        return FileSource(Path(place), settings.supergraph_bytes)
    try:
        return UrlSource(
            place,
            headers={name: each.get_secret_value() for name, each in settings.supergraph_headers.items()},
            seconds=settings.supergraph_seconds,
            most_bytes=settings.supergraph_bytes,
            authorities=settings.supergraph_ca_file,
        )
    except (ValueError, httpx.InvalidURL) as error:
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
