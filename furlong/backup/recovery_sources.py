"""The source of truth of every table, as the runbook for disasters lists it."""

from collections.abc import Iterator, Mapping, Sequence

from backoffice.models import RECOVERY_SOURCES as BACKOFFICE
from subgraphs.block_list import BLOCKS
from subgraphs.kit.records.recovery_sources import RecoverySource

RECOVERY_SOURCES: Mapping[str, Sequence[RecoverySource]] = {
    **{block.name: block.table_rules for block in BLOCKS},
    "backoffice": BACKOFFICE,
}


def markdown() -> str:
    """Return the table in docs/runbooks/disaster-recovery.md."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| database | table | truth | lost without a backup |"
    yield "| --- | --- | --- | --- |"
    for subgraph, sources in RECOVERY_SOURCES.items():
        for recovery in sorted(sources, key=lambda source: source.table.name):
            where = ", ".join(f"`{name}`" for name in recovery.where)
            source = f"{recovery.source.value}: {where}" if where else recovery.source.value
            yield f"| {subgraph} | `{recovery.table.name}` | {source} | {recovery.lost or 'nothing'} |"


if __name__ == "__main__":
    print(markdown())
