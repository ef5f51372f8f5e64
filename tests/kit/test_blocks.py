"""Blocks are declared once, and found by names of files that mean the same in each of them."""

from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table

from consumers.consumer_list import CREATORS
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from subgraphs import block_list
from subgraphs.block_list import BLOCKS, SUBGRAPHS
from subgraphs.kit.block import Block
from subgraphs.kit.records.customer_history import CustomerHistory
from subgraphs.kit.records.tables import OutboxTables, StreamTables
from subgraphs.kit.rounds import WorkerParts

FOLDER = Path(block_list.__file__).parent


def test_each_folder_with_tables_or_a_graph_is_a_block() -> None:
    """One without its line would be neither served, nor backed up, nor erased."""
    folders = {
        file.parent.name for part in ("models", "app", "schema") for file in FOLDER.glob(f"*/{part}.py")
    }
    assert folders - {"kit", "club_kit"} == set(SUBGRAPHS)
    assert len(SUBGRAPHS) == len(BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=SUBGRAPHS)
def test_each_part_of_a_block_is_there(block: Block) -> None:
    """With its type, which a place in a text does not have."""
    assert isinstance(block.metadata, MetaData)
    assert isinstance(block.stream, StreamTables)
    assert isinstance(block.outbox, OutboxTables)
    assert {rule.table.name for rule in block.table_rules} == set(block.metadata.tables)
    assert callable(block.create_subgraph)
    assert callable(CREATORS[block.name])
    parts = WorkerParts(DatabaseSettings(), SystemClock(), neighbours=NEIGHBOURS)
    assert all(block.create_rounds(worker, parts) for worker in block.workers)
    assert not block.simulated or callable(block.source)


@pytest.mark.parametrize("block", BLOCKS, ids=SUBGRAPHS)
def test_a_block_says_whether_it_has_customers(block: Block) -> None:
    """What one that does not say so has of them would be neither exported nor erased."""
    has_table = any({"customer_id"} & set(table.c.keys()) for table in block.metadata.sorted_tables)
    assert block.has_customers == has_table
    if block.has_customers:
        assert isinstance(block.history, CustomerHistory)
        assert callable(block.erasure_of)


@pytest.mark.parametrize("block", BLOCKS, ids=SUBGRAPHS)
def test_a_block_says_whether_it_has_intents(block: Block) -> None:
    """Those of a block that does not say so would be settled by nobody, and shown to nobody."""
    if block.has_intents:
        assert isinstance(block.intent, Table)
        assert callable(block.create_recovery)
    else:
        with pytest.raises(ValueError, match="INTENT"):
            block.intent  # noqa: B018 - the part is looked for


@pytest.mark.parametrize("block", BLOCKS, ids=SUBGRAPHS)
def test_a_block_says_whether_it_acknowledges(block: Block) -> None:
    """Consumers that do are built for a node, whose lag is counted by its own group."""
    assert (getattr(CREATORS[block.name], "decisions", None) is not None) == block.acknowledges
