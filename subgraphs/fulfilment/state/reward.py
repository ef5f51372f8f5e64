"""A reward at one version of its terms, the choice of it, and the credit that a provider is asked for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind

REWARD_COLUMNS = (
    "reward_id",
    "config_version",
    "kind",
    "product",
    "value_minor",
    "spins",
    "currency",
    "expiry_days",
    "wagering_multiple",
)


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward at one version of its terms.

    Attributes:
        kind: The name of a `RewardKind`.
        value_minor: The amount in minor units of the currency; None if the kind has no amount.
        expiry_days: Days from the credit until the reward can no longer be used.
    """

    reward_id: str
    config_version: int
    kind: str
    product: str
    value_minor: int | None
    spins: int | None
    currency: str
    expiry_days: int
    wagering_multiple: int

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self | None:
        """Return the reward in the columns of a row; None if there is none."""
        if row["reward_id"] is None:
            return None
        return cls(**{name: row[name] for name in REWARD_COLUMNS})

    @classmethod
    def columns(cls, reward: Self | None) -> dict[str, Any]:
        """Return the columns of a row with a reward, or without one."""
        return dict.fromkeys(REWARD_COLUMNS) if reward is None else asdict(reward)

    @property
    def is_cash(self) -> bool:
        """Whether it is the customer's own money once credited: cash is never used up and never expires."""
        return RewardKind.named(self.kind).rules.own_money


@dataclass(frozen=True, slots=True)
class Choice:
    """The reward to pay for a week.

    Attributes:
        final: Whether the rewards subgraph will publish no other reward for this week.
        reward: None if there is nothing that could be paid.
    """

    final: bool
    reward: Reward | None


@dataclass(frozen=True, slots=True)
class Credit:
    """One customer's reward for one week, as a provider is asked to credit it.

    Attributes:
        key: The idempotency key, the same in every attempt of every process.
    """

    key: str
    club: ClubKey
    reward: Reward


def fulfilment_key(club: ClubKey) -> str:
    """Return the idempotency key of a customer's week, which depends on nothing else."""
    return hashlib.sha256(json.dumps(["fulfilment", *club]).encode()).hexdigest()
