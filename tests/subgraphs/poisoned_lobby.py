"""Providers of games, of which one is poisoned."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.lobby.models import POSTPONED
from subgraphs.lobby.upkeep import Upkeep
from tests.subgraphs.poisoned import LoopFixture, run_sql
from tests.support.lobby.block import lobby_block, provider_entry
from tests.support.lobby.games_provider import games_provider, listed


@asynccontextmanager
async def providers(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Providers whose lists of games are due; of one, the tags of a stored game are no JSON."""
    async with games_provider(listed("apple")) as served:
        names = [f"p-{number}" for number in range(len(poisoned))]
        entries = [provider_entry(served, name=name) for name in names]
        async with lobby_block(f"sqlite+aiosqlite:///{folder}", folder, entries) as block:
            await block.listed()
            database = cast("Upkeep", block.upkeep).database
            for name, is_poisoned in zip(names, poisoned, strict=True):
                if is_poisoned:
                    await run_sql(database, "update game set tags = '{' where provider = :name", name=name)
            await run_sql(database, "update provider set listed_at = null")

            async def done() -> set[int]:
                rows = await run_sql(database, "select provider from provider where listed_at is not null")
                return {names.index(row[0]) for row in rows}

            yield LoopFixture(PostponedItems(database, POSTPONED), block.listed, done, block.clock.advance)
