"""What the site adds to the gateway: the page, sessions for frames, and what its subgraphs need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backoffice.content.images import image_route
from backoffice.metadata import NAME as BACKOFFICE
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.tokens import TokenMetrics
from foundation.tracing import Tracing
from furlong.embedding.routes import Embedding
from furlong.serve.live_updates import running_beside
from furlong.serve.metrics import LiveMetrics, ReadMetrics
from furlong.serve.page import page_routes
from gateway.feature import Core, Feature
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts

IMAGES: Final = "/content/images"
"""Where customers' browsers find the images of reward content; a CDN may stand in front of it."""


@dataclass(frozen=True, slots=True)
class Site(Feature):
    """The page and frames, and the subgraphs of this process.

    Attributes:
        parts: What the subgraphs are built from.
        subgraphs: The subgraphs of this process; none if they run elsewhere.
        reads: Counts the reads of these.
        embedding: The pages and sessions of frames.
        page: The folder of the built page.
        game_origins: From where it frames games.
        tracing: Records traces; None to record none.
    """

    parts: SubgraphParts
    subgraphs: Sequence[Subgraph]
    reads: ReadMetrics
    embedding: Embedding
    page: Path
    game_origins: Sequence[str]
    tracing: Tracing | None

    def install(self, core: Core) -> None:
        """Serve the page; the verifier of sessions ends before the subgraphs, and after everything else."""
        if self.tracing is not None:
            core.offer(self.tracing)
        for subgraph in self.subgraphs:
            core.close_at_end(subgraph.close)
        core.close_at_end(self.embedding.wallets.close)
        core.run(_running(self.parts.verifier))
        for collector in (TokenMetrics(self.parts.verifier.tokens.counts), *self.embedding.collectors):
            core.register(collector)
        core.remark(self._rehearsal)
        core.serve(*page_routes(self.page, self.parts.clock, self.game_origins), *self.embedding.routes)
        if self.subgraphs:
            self._serve_subgraphs(core)

    def _serve_subgraphs(self, core: Core) -> None:
        """Serve the images of reward content, which the back office keeps, and run live updates."""
        core.register(self.reads)
        core.register(LiveMetrics(self.parts.bus))
        core.wait_for(self._is_ready)
        images = Database.open(self.parts.database, BACKOFFICE)
        core.serve(image_route(IMAGES, images))
        core.close_at_end(images.close)
        for manager in running_beside(self.subgraphs, self.parts):
            core.run(manager)

    def _rehearsal(self) -> str:
        return "\n".join(f"{name}: {mark}" for name, mark in rehearsal_marks(self.parts.clock).items())

    async def _is_ready(self) -> bool:
        # With one database away the rest is served: if that were not ready, no gateway would be.
        return any([await subgraph.ready() for subgraph in self.subgraphs])


@dataclass(frozen=True, slots=True)
class SentTraces(Feature):
    """Sends the last spans when everything that is installed after it has ended."""

    tracing: Tracing

    def install(self, core: Core) -> None:
        """Close the recorder at the end."""
        core.close_at_end(self.tracing.close)


@asynccontextmanager
async def _running(verifier: SessionVerifier) -> AsyncIterator[None]:
    """Follow the keys of sessions."""
    try:
        await verifier.start()
        yield
    finally:
        await verifier.close()
