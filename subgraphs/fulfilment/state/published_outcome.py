"""An outcome that this subgraph published, read back from Kafka after its database was lost or restored.

`club.outcomes.v1` outlives the database. If a row is behind the published state, it takes that over, so that
a reward that was sent or credited never counts as unsent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState, is_ahead
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.club_conditions import club_columns, club_of_row

_SAME_AS_COLUMN = (
    "revision",
    "provider",
    "sent_at",
    "credited_at",
    "expires_at",
    "reference",
    "reason",
    "flag",
    "occurred_at",
)


@dataclass(frozen=True, slots=True)
class PublishedOutcome:
    """The state of a reward as this subgraph published it.

    Attributes:
        provider: None if unknown, or if the message is of a version that did not contain it.
        reward: None if unknown, or if the message did not contain it.
        sent_at: When it was first sent; None if it was not sent, or if the message did not contain it.
    """

    club: ClubKey
    revision: int
    state: FulfilmentState
    provider: str | None
    reward: Reward | None
    sent_at: datetime | None
    credited_at: datetime | None
    expires_at: datetime | None
    reference: str | None
    reason: str | None
    flag: str | None
    occurred_at: datetime

    @classmethod
    def of_row(cls, row: Mapping[Any, Any]) -> Self:
        """Return the outcome in a row."""
        return cls(
            club=club_of_row(row),
            state=FulfilmentState(row["state"]),
            reward=Reward.of_row(row),
            **{name: row[name] for name in _SAME_AS_COLUMN},
        )

    def row(self) -> dict[str, Any]:
        """Return the columns of the table."""
        return {
            **club_columns(self.club),
            "state": self.state.value,
            **Reward.columns(self.reward),
            **{name: getattr(self, name) for name in _SAME_AS_COLUMN},
        }


def furthest(outcomes: Sequence[PublishedOutcome]) -> dict[ClubKey, PublishedOutcome]:
    """Return, for each week, the outcome that is furthest along; among equal ones the newest.

    It has the highest of all revisions, because the next one has to be above them.
    """
    found: dict[ClubKey, PublishedOutcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.revision):
        known = found.get(outcome.club)
        if known is None or not is_ahead(known.state, outcome.state):
            found[outcome.club] = outcome
        else:
            found[outcome.club] = replace(known, revision=outcome.revision)
    return found
