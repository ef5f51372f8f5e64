"""The stored reward of a confirmed week, and the record of attempts to pay it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import club_columns, club_of_row
from subgraphs.fulfilment.state.reward import Credit, Reward, fulfilment_key
from subgraphs.fulfilment.state.state_machine import FulfilmentState


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The reward of a confirmed week.

    Attributes:
        revision: Grows by one with every change.
        provider: The provider that pays it; None until the worker has chosen one.
        reward: None until a provider is chosen; it never changes afterwards.
        attempts: How often it was sent, including attempts that ended before the call.
        sent_at: When it was first recorded as sent.
        ended_at: When it was used, or expired.
        reason: Why it waits, is in review, or was stopped.
        flag: An event after the credit that a person should know of.
        next_at: When the worker looks at it again; None if the worker has nothing to do.
        lease: The number of its newest lease.
    """

    club: ClubKey
    key: str
    state: FulfilmentState
    revision: int
    provider: str | None
    reward: Reward | None
    attempts: int
    sent_at: datetime | None
    credited_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    reference: str | None
    reason: str | None
    flag: str | None
    flagged_at: datetime | None
    next_at: datetime | None
    leased_until: datetime | None
    lease: int
    created_at: datetime
    changed_at: datetime

    @property
    def credit(self) -> Credit:
        """The credit that the provider is asked for.

        Raises:
            LookupError: The reward is not known yet.
        """
        if self.reward is None:
            raise LookupError(f"the reward for {self.club.iso_week} is not known yet")
        return Credit(self.key, self.club, self.reward)

    @classmethod
    def of_row(cls, row: Mapping[Any, Any]) -> Self:
        """Return the fulfilment in a row."""
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


_SAME_AS_COLUMN = tuple(
    field.name for field in fields(Fulfilment) if field.name not in {"club", "state", "reward"}
)


def new_fulfilment(club: ClubKey, now: datetime, next_at: datetime, *, published: int = 0) -> Fulfilment:
    """Return the fulfilment of a week that was just confirmed; the worker looks at it from `next_at` on.

    Args:
        club: The customer's week.
        now: The current time.
        next_at: When the worker first looks at it.
        published: The revision that was published before the database was lost; 0 if none was.
    """
    return Fulfilment(
        club=club,
        key=fulfilment_key(club),
        state=FulfilmentState.CONFIRMED,
        revision=published + 1,
        provider=None,
        reward=None,
        attempts=0,
        sent_at=None,
        credited_at=None,
        expires_at=None,
        ended_at=None,
        reference=None,
        reason=None,
        flag=None,
        flagged_at=None,
        next_at=next_at,
        leased_until=None,
        lease=0,
        created_at=now,
        changed_at=now,
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request to a provider, or a person's decision, with its outcome."""

    key: str
    at: datetime
    step: str
    outcome: str
    detail: str | None = None
