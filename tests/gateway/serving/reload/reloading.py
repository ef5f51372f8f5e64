"""A gateway over the shop whose supergraph and settings are files, which a test changes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from gateway import create_gateway
from gateway.serving.reload import Reload, Reloader
from gateway.serving.reload.chosen_sources import first_text, reload_of, supergraph_source
from gateway.serving.sources.file import FileSource
from gateway.settings.file import read_settings
from tests.gateway.world import Federation
from tests.gateway.worlds import shop


@dataclass
class Reloading:
    """A gateway with files that can be changed.

    Attributes:
        folder: Where the files are.
        settings: The first content of the file of settings.
    """

    folder: Path
    settings: str = ""
    federation: Federation = field(default_factory=shop)
    app: Any = field(init=False)

    def __post_init__(self) -> None:
        self.write(self.federation.sdl)
        self.write_settings(self.settings)
        settings = read_settings(self.settings_file)
        source = supergraph_source(str(self.supergraph), settings)
        self.app = create_gateway(
            first_text(source),
            self.federation.transports(),
            settings,
            reload=self._quickly(reload_of(source, settings, self.settings_file)),
        )
        transport = httpx.ASGITransport(self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway.test")

    def _quickly(self, sources: Reload) -> Reload:
        """Read files that were renamed into place without waiting for half-written ones."""
        for each in (sources.supergraph, sources.settings_file):
            assert isinstance(each, FileSource)
            each.settle_seconds = 0.0
        return sources

    @property
    def supergraph(self) -> Path:
        """The file of the supergraph."""
        return self.folder / "supergraph.graphql"

    @property
    def settings_file(self) -> Path:
        """The file of settings."""
        return self.folder / "gateway.env"

    @property
    def reloader(self) -> Reloader:
        """What reloads."""
        found: Reloader = self.app.state.reloader
        return found

    @property
    def digest(self) -> str:
        """The supergraph in force."""
        found: str = self.app._graph.current.digest
        return found

    def write(self, sdl: str) -> None:
        """Change the supergraph, in one step."""
        _replace(self.supergraph, sdl)

    def write_settings(self, lines: str) -> None:
        """Change the settings, in one step."""
        _replace(self.settings_file, lines)

    async def look(self, *, anew: bool = False) -> None:
        """Let the gateway look at its files."""
        await self.reloader.look(anew=anew)

    async def ask(self, query: str, **variables: Any) -> Any:
        """Return the response to a query."""
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables})
        return answer.json()

    async def metric(self, name: str) -> float:
        """Return the value of a metric; 0 if there is none."""
        text = (await self.client.get("/metrics")).text
        values = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f"{name} ")]
        return values[0] if values else 0.0

    async def ready(self) -> str:
        """Return what `/ready` says."""
        answer = await self.client.get("/ready")
        assert answer.status_code == 200
        return answer.text


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".fresh")
    fresh.write_text(text)
    os.replace(fresh, path)  # noqa: PTH105 - the step that a deployment takes
