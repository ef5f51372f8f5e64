"""The source of truth of every table, as the runbook for disasters lists it."""

from collections.abc import Iterator, Mapping, Sequence

from backoffice.recovery_sources import TRUTHS as BACKOFFICE
from subgraphs.club.truth import TRUTHS as CLUB
from subgraphs.fulfilment.truth import TRUTHS as FULFILMENT
from subgraphs.kit.records.truth import TableTruth
from subgraphs.progress.truth import TRUTHS as PROGRESS
from subgraphs.rewards.truth import TRUTHS as REWARDS

TRUTHS: Mapping[str, Sequence[TableTruth]] = {
    "club": CLUB,
    "rewards": REWARDS,
    "progress": PROGRESS,
    "fulfilment": FULFILMENT,
    "backoffice": BACKOFFICE,
}


def markdown() -> str:
    """Return the table in docs/runbooks/disaster-recovery.md."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| database | table | truth | lost without a backup |"
    yield "| --- | --- | --- | --- |"
    for subgraph, truths in TRUTHS.items():
        for truth in sorted(truths, key=lambda one: one.table.name):
            where = ", ".join(f"`{name}`" for name in truth.where)
            source = f"{truth.source.value}: {where}" if where else truth.source.value
            yield f"| {subgraph} | `{truth.table.name}` | {source} | {truth.lost or 'nothing'} |"


if __name__ == "__main__":
    print(markdown())
