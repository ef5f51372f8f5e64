"""Outcomes of rewards: the message `club.outcomes.v1`, and one that is read back after a loss.

The topic outlives the database. If a row is behind the published state, it takes that over, so that a reward
that was sent or credited never counts as unsent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Self

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import club_columns, club_of_row
from subgraphs.club_kit.topics import OUTCOMES_TOPIC
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState, club_state, fulfilment_status, is_ahead
from subgraphs.kit.records.outbox import Fact

OUTCOMES_SCHEMA: Final = "club.outcomes/1"


def outcome_fact(fulfilment: Fulfilment, at: datetime) -> Fact:
    """Return the message about a reward's state from `at` on; for a week, the highest revision is valid."""
    status, reward = fulfilment_status(fulfilment.state), fulfilment.reward
    return Fact(
        topic=OUTCOMES_TOPIC,
        schema=OUTCOMES_SCHEMA,
        key=f"{fulfilment.club.brand}:{fulfilment.club.customer}",
        identity=f"{fulfilment.club.iso_week}:{fulfilment.revision}",
        body={
            "brand_id": fulfilment.club.brand,
            "customer_id": fulfilment.club.customer,
            "iso_week": fulfilment.club.iso_week,
            "revision": fulfilment.revision,
            "state": club_state(fulfilment.state),
            "fulfilment_status": status.value if status else None,
            "reason": fulfilment.reason,
            "flag": fulfilment.flag,
            "fulfilment_state": fulfilment.state.value,
            "provider": fulfilment.provider,
            "sent_at": _rfc3339(fulfilment.sent_at),
            "reward": asdict(reward) if reward else None,
            "reward_id": reward.reward_id if reward else None,
            "config_version": reward.config_version if reward else None,
            "credited_at": _rfc3339(fulfilment.credited_at),
            "expires_at": _rfc3339(fulfilment.expires_at),
            "reference": fulfilment.reference,
            "occurred_at": _rfc3339(at),
        },
    )


def _rfc3339(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


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
    by_club: dict[ClubKey, PublishedOutcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.revision):
        known = by_club.get(outcome.club)
        if known is None or not is_ahead(known.state, outcome.state):
            by_club[outcome.club] = outcome
        else:
            by_club[outcome.club] = replace(known, revision=outcome.revision)
    return by_club
