"""G28: a large supergraph is reloaded while requests are answered, and holds none of them up for long."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import Final

from foundation.garbage_collection import COLLECT_AFTER, STEP_OBJECTS
from gateway import GatewaySettings, create_gateway
from gateway.serving.reload import Reload
from gateway.serving.sources import FileSource
from tests.support.gateway.foreign_supergraph import foreign_supergraph

SUBGRAPHS: Final = 40
TURNS: Final = 500


def visited(generation: int) -> int:
    """How many objects a collection has to visit, during which nothing else runs."""
    return sum(len(gc.get_objects(generation=each)) for each in range(generation + 1))


async def test_no_collection_visits_the_whole_model(tmp_path: Path) -> None:
    """Neither while it is built, nor afterwards; meanwhile the event loop has its turns."""
    file = tmp_path / "supergraph.graphql"
    sdl = foreign_supergraph(SUBGRAPHS)
    file.write_text(sdl)
    app = create_gateway(sdl, {}, GatewaySettings(), reload=Reload(FileSource(file, 16_000_000)))
    before, sizes, turns = gc.get_threshold(), list[int](), 0

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            sizes.append(visited(info["generation"]))

    async with app.router.lifespan_context(app):
        # As `furlong gateway serve` has it once it has started.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        gc.callbacks.append(note)
        try:
            file.write_text(f"{sdl}\n")
            looking = asyncio.create_task(app.state.reloader.look(anew=True))
            while not looking.done():
                turns += 1
                await asyncio.sleep(0)
            await looking
            gc.collect(1)
        finally:
            gc.callbacks.remove(note)
            gc.set_threshold(*before)
        assert app._graph.current.sdl == f"{sdl}\n"
    assert len(sizes) > 5
    assert max(sizes) < 2 * STEP_OBJECTS
    assert turns > TURNS
