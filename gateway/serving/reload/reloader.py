"""Builds a new version of the graph when the supergraph or the settings change, and replaces the old one."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, Protocol

import structlog
from msgspec import Struct

from gateway.errors import SupergraphError
from gateway.http.graph_versions import GraphVersion, ServedGraph
from gateway.serving.reload.outcomes import ReloadOutcomes
from gateway.serving.reload.warm_up import warm_and_check
from gateway.serving.sources import FileSource, Source, SourceError
from gateway.settings import GatewaySettings
from gateway.settings.file import SettingsInvalid, needs_restart, reloaded
from gateway.transport import HttpTransport

SUPERGRAPH: Final = "supergraph"
SETTINGS: Final = "settings"


class Build(Protocol):
    """Builds a version of the graph."""

    def __call__(
        self, sdl: str, settings: GatewaySettings, *, kept: Mapping[str, HttpTransport]
    ) -> GraphVersion:
        """Build the version.

        Raises:
            SupergraphError: The supergraph cannot be served with these settings.
        """
        ...


class Reload(Struct, frozen=True):
    """The sources of a reload.

    Attributes:
        supergraph: The source of the supergraph; None if it never changes.
        settings_file: The file of settings; None if there is none.
        read_settings: Returns the settings including those of the file; raises ValueError.
    """

    supergraph: Source | None = None
    settings_file: FileSource | None = None
    read_settings: Callable[[], GatewaySettings] | None = None


class Reloader:
    """Keeps a graph up to date with its sources."""

    def __init__(
        self,
        graph: ServedGraph,
        sources: Reload,
        build: Build,
        outcomes: ReloadOutcomes,
        refreshes: Iterable[Callable[[], object]] = (),
    ) -> None:
        """Follow the sources, starting from the current version.

        Args:
            graph: The versions of the graph.
            sources: The sources of supergraph and settings.
            build: Builds a version; called in a thread.
            outcomes: Counts reloads.
            refreshes: Called in a thread on SIGHUP: they read anew what features follow.
        """
        self._graph = graph
        self._sources = sources
        self._build = build
        self._outcomes = outcomes
        self._refreshes = refreshes
        self._sdl = graph.current.sdl
        self._settings = graph.current.settings
        self._thread = ThreadPoolExecutor(1, "gateway-reload")
        self._reported: list[str] = []
        if sources.supergraph is not None:
            outcomes.follow(SUPERGRAPH, sources.supergraph.name)
        if sources.settings_file is not None:
            outcomes.follow(SETTINGS, sources.settings_file.name)

    async def run(self) -> None:
        """Look for changes periodically and on SIGHUP, until cancelled."""
        hangup = asyncio.Event()
        try:
            with on_hangup(hangup.set):
                while True:
                    is_asked = await _set_within(hangup, self._graph.current.settings.reload.seconds)
                    hangup.clear()
                    await self.look(anew=is_asked)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def look(self, *, anew: bool = False) -> None:
        """Read the sources, and apply what has changed.

        Args:
            anew: Whether to retry what was refused even if it has not changed.
        """
        try:
            if anew:
                for refresh in self._refreshes:
                    await asyncio.to_thread(refresh)
            sdl = await self._read_supergraph(anew=anew)
            settings = await self._read_settings(anew=anew)
            self._sdl = self._sdl if sdl is None else sdl
            self._settings = self._settings if settings is None else settings
            if sdl is not None or settings is not None:
                await self._put_in_force()
            current = self._graph.current
            if sdl is not None and sdl == current.sdl:
                self._outcomes.accept(SUPERGRAPH)
            if settings is not None and settings == current.settings:
                self._outcomes.accept(SETTINGS)
        except Exception:  # noqa: BLE001 - the outermost edge of a background task
            structlog.get_logger("gateway").error("reload_failed", exc_info=True)

    async def _read_supergraph(self, *, anew: bool) -> str | None:
        source = self._sources.supergraph
        if source is None:
            return None
        try:
            text = await source.read(anew=anew)
        except SourceError as error:
            self._outcomes.unreadable(SUPERGRAPH, str(error))
            return None
        self._outcomes.read(SUPERGRAPH)
        return text

    async def _read_settings(self, *, anew: bool) -> GatewaySettings | None:
        """Return the settings if the file has changed; settings that need a restart keep their old values."""
        source, read = self._sources.settings_file, self._sources.read_settings
        if source is None or read is None:
            return None
        try:
            if await source.read(anew=anew) is None:
                self._outcomes.read(SETTINGS)
                return None
            fresh = await asyncio.to_thread(read)
        except SourceError as error:
            self._outcomes.unreadable(SETTINGS, str(error))
            return None
        except SettingsInvalid as error:
            self._outcomes.refuse(SETTINGS, str(error))
            return None
        self._outcomes.read(SETTINGS)
        current = self._graph.current.settings
        fixed = needs_restart(current, fresh)
        if fixed != self._reported:
            self._reported = fixed
            if fixed:
                structlog.get_logger("gateway").warning("settings_need_restart", settings=fixed)
        return reloaded(current, fresh)

    async def _put_in_force(self) -> None:
        """Apply supergraph and settings; if both together are refused, apply one without the other."""
        current = self._graph.current
        sdl, settings = self._sdl, self._settings
        both = await self._refusal(sdl, settings)
        if both is None:
            return
        if settings == current.settings:
            self._outcomes.refuse(SUPERGRAPH, both)
            return
        if sdl == current.sdl:
            self._outcomes.refuse(SETTINGS, both)
            return
        of_supergraph = await self._refusal(sdl, current.settings)
        if of_supergraph is None:
            self._outcomes.refuse(SETTINGS, both)
            return
        self._outcomes.refuse(SUPERGRAPH, of_supergraph)
        of_settings = await self._refusal(current.sdl, settings)
        if of_settings is not None:
            self._outcomes.refuse(SETTINGS, of_settings)

    async def _refusal(self, sdl: str, settings: GatewaySettings) -> str | None:
        """Apply a version unless it is current already; return the reason if it is refused."""
        current = self._graph.current
        differs = {SUPERGRAPH: sdl != current.sdl, SETTINGS: settings != current.settings}
        changed = [kind for kind, is_other in differs.items() if is_other]
        if not changed:
            return None
        try:
            version = await self._build_version(sdl, settings)
        except SupergraphError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - such as that of an extension, which must not go unseen
            structlog.get_logger("gateway").error("reload_failed", exc_info=True)
            return f"{type(error).__name__}: {error}"
        self._graph.replace(version)
        self._outcomes.replaced(changed)
        structlog.get_logger("gateway").info("reloaded", changed=changed, digest=version.digest)
        return None

    async def _build_version(self, sdl: str, settings: GatewaySettings) -> GraphVersion:
        """Build, warm up and check a version.

        Raises:
            SupergraphError: The version is refused.
        """
        current = self._graph.current
        version = await asyncio.get_running_loop().run_in_executor(
            self._thread, partial(self._build, sdl, settings, kept=current.over_http)
        )
        try:
            await warm_and_check(current, version)
        except BaseException:
            version.planning.close()
            raise
        return version


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until an event is set, or for some seconds if given; return whether it is set."""
    try:
        async with asyncio.timeout(seconds or None):
            await event.wait()
    except TimeoutError:
        return False
    return True


@contextmanager
def on_hangup(call: Callable[[], None]) -> Iterator[None]:
    """Call a function on each SIGHUP while the block runs; works only in the main thread's event loop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, call)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
