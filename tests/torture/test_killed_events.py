"""The processes of the block of events are killed at random while prices move: all is stored as it is told.

`FURLONG_TORTURE=1` does so for ten minutes; otherwise one part is killed, which the seed chooses.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.reader import CatalogueReader
from subgraphs.events.models import METADATA
from tests.providers.sports_feed.books_compared import differences
from tests.support.database_probe import migrated
from tests.support.events.catalogues import shown
from tests.support.long_form import seed_of_run
from tests.torture.chosen_kills import chosen
from tests.torture.conftest import REPORTS
from tests.torture.killed_block import CONTROLS, KilledBlock, killed_block
from tests.torture.stored_books import stored_books, wanted_books
from tools.private_mariadb import PrivateMariadb

SEED: Final = seed_of_run(6)
QUIET_SECONDS: Final = 300.0
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.valkey,
    pytest.mark.rabbitmq,
    pytest.mark.usefixtures("processes"),
    pytest.mark.slow("a recovery comes at the earliest 20 seconds after the one before it"),
    pytest.mark.timeout(1800),
]


@pytest.fixture
async def database(mariadb: PrivateMariadb) -> AsyncIterator[tuple[str, Database]]:
    """A new database of events, with its URL."""
    url = mariadb.fresh_url()
    async with migrated(url, "events", METADATA) as opened:
        yield url, opened


async def test_stored_markets_are_the_providers_after_random_kills(
    database: tuple[str, Database], tmp_path: Path, free_port: Callable[[], int], pytestconfig: pytest.Config
) -> None:
    """Adapters, consumer, upkeep, Valkey, Kafka, RabbitMQ and connections: nothing more, and nothing less."""
    url, stored = database
    followed, kills = _reader(stored), Counter[str]()
    with killed_block(tmp_path, url, free_port) as block:
        for kind, pause in chosen(sorted(block.kills), SEED, 0.2):
            block.kills[kind]()
            kills[kind] += 1
            await followed()
            await asyncio.sleep(pause)
        for simulator in CONTROLS:
            block.control(simulator, "/moving/off")
        wanted = await _quiet(block, stored)
        former, fresh = await _catalogues(followed, stored)
        assert shown(former) == shown(fresh)
        for part in block.running.values():
            assert part.poll() is None
    compared = {provider: len(books["markets"]) for provider, books in wanted.items()}
    pytestconfig.stash.setdefault(REPORTS, []).append(
        f"Killed with seed {SEED}: {dict(kills)}; markets compared {compared}"
    )


def _reader(database: Database) -> CatalogueReader:
    return CatalogueReader(database, SystemClock(), ())


async def _catalogues(followed: CatalogueReader, database: Database) -> tuple[Catalogue, Catalogue]:
    """Return the catalogue of a reader that has followed, and that of a new one, with the same leaders."""
    while True:
        former, fresh = await followed(), await _reader(database)()
        if former.providers == fresh.providers:
            return former, fresh


async def _quiet(block: KilledBlock, database: Database) -> dict[str, Any]:
    """Wait until all that the simulators have is stored, and return it."""
    end = time.monotonic() + QUIET_SECONDS
    while True:
        wanted = wanted_books(block.books("exchange")["books"], block.books("feed"))
        health = {adapter: block.health(adapter) for adapter in CONTROLS}
        missing = differences(await stored_books(database), wanted)
        if not missing and all(said.get("complete") for said in health.values()):
            return wanted
        if time.monotonic() > end:
            pytest.fail(f"with seed {SEED}: {missing[:20]}\n{health}\n{block.programs.logs()[-9000:]}")
        await asyncio.sleep(0.2)
