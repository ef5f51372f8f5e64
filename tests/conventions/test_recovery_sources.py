"""Every table says where its truth is, and the runbook shows it."""

from pathlib import Path

import pytest

from furlong.backup.recovery_sources import RECOVERY_SOURCES, markdown
from furlong.databases import METADATA
from furlong.topic_plans import MESSAGES
from subgraphs.kit.records.recovery_sources import Source

RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbooks" / "disaster-recovery.md"
KEPT_BY_NOBODY = {Source.BACKUP, Source.FILE}


@pytest.mark.parametrize("subgraph", list(METADATA))
def test_every_table_says_where_its_truth_is(subgraph: str) -> None:
    """Every table has exactly one source of truth, from which it is restored after a loss."""
    named = [source.table.name for source in RECOVERY_SOURCES[subgraph]]
    assert sorted(named) == sorted(METADATA[subgraph].tables)


@pytest.mark.parametrize("subgraph", list(METADATA))
def test_truths_name_topics_tables_and_commands_that_exist(subgraph: str) -> None:
    """A source is a topic of the product, a table of the same database, or a command."""
    topics = {plan.name for plan in MESSAGES}
    for source in RECOVERY_SOURCES[subgraph]:
        for where in source.where:
            if where.startswith("club.") and " " not in where:
                assert where in topics, source
            elif source.source is Source.DERIVED:
                assert where in METADATA[subgraph].tables, source
        if source.source is Source.TOPIC:
            assert source.where, source
        if source.source is Source.BACKUP:
            assert source.lost, source


def test_the_runbook_shows_the_table() -> None:
    """The runbook contains what `python -m furlong.backup.recovery_sources` prints."""
    assert markdown() in RUNBOOK.read_text(encoding="utf-8")
