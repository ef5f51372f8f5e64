"""Accounts that arrive in any order, and repeatedly, give the same tables."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.club.reducers import ClubReducer
from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.messages.accounts import decode_account
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.club import models as club
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment import models as fulfilment
from subgraphs.fulfilment.service import FulfilmentService
from tests.support.consumers.sample_messages import account
from tests.support.database_probe import contents
from tests.support.examples import examples

Tables = dict[str, list[tuple[Any, ...]]]
INSTANTS = ("2026-03-29T22:59:59.999999Z", "2026-03-29T23:00:00Z", "2026-03-30T01:00:00Z")
FACTS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"rg_state": "self_excluded"}, {"verified": False}, {"jurisdiction": "MT"}]
)
APPLIES: dict[str, Any] = {
    "club": lambda: ClubReducer(ReferenceWriter(club.REFERENCE, "sqlite"), SystemClock()),
    "fulfilment": lambda: FulfilmentReducer(
        FulfilmentService.of("sqlite"), ReferenceWriter(fulfilment.REFERENCE, "sqlite"), SystemClock()
    ),
}
TABLES = {
    "club": (club.REFERENCE.account, club.ACCOUNT_CHANGE),
    "fulfilment": (fulfilment.REFERENCE.account, fulfilment.ACCOUNT_CHANGE),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide migrated databases of both subgraphs, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    url = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    asyncio.run(upgrade(url, "club", club.METADATA))
    asyncio.run(upgrade(url, "fulfilment", fulfilment.METADATA))
    return folder


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Record], list[list[Record]]]:
    """Draw revisions of two accounts and one way of arriving: shuffled, repeated, in batches."""
    revisions = [
        account(customer_id=customer, revision=revision, occurred_at=draw(st.sampled_from(INSTANTS)), **facts)
        for customer in ("c-1", "c-2")
        for revision, facts in enumerate(draw(st.lists(FACTS, min_size=1, max_size=4)), 1)
    ]
    order = draw(st.permutations(revisions + draw(st.lists(st.sampled_from(revisions), max_size=4))))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)) | {len(order)})
    return revisions, [list(order[start:end]) for start, end in zip([0, *cuts], cuts, strict=False)]


async def _arriving(empty: Path, subgraph: str, batches: Sequence[Sequence[Record]]) -> Tables:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), subgraph)
        apply = APPLIES[subgraph]()
        try:
            for batch in batches:
                async with database.write() as connection:
                    await apply.accounts(
                        connection, [Message(record, decode_account(record)) for record in batch]
                    )
            return await contents(database, *TABLES[subgraph])
        finally:
            await database.close()


@pytest.mark.parametrize("subgraph", sorted(APPLIES))
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrival=arrivals())
def test_accounts_and_their_revisions_come_out_the_same(
    empty: Path, subgraph: str, arrival: tuple[list[Record], list[list[Record]]]
) -> None:
    """Any shuffle, repetition and split, and a replay of it all, gives the tables of the original order."""
    revisions, batches = arrival
    plain = asyncio.run(_arriving(empty, subgraph, [revisions]))
    assert asyncio.run(_arriving(empty, subgraph, [*batches, *batches])) == plain
    assert len(plain["account_change"]) == len(revisions)
