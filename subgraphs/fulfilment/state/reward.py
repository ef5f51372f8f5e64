"""What is paid out, to whom, and under which key."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from subgraphs.kit.domain.keys import ClubKey

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
    """A reward at a version of its terms.

    Attributes:
        kind: free_bet, bet_boost, free_spins, casino_bonus or cash.
        value_minor: in minor units of the currency; None where the kind has no amount.
        expiry_days: from the credit until it can no longer be used.
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
        """The reward in the columns of a row; None where there is none."""
        if row["reward_id"] is None:
            return None
        return cls(**{name: row[name] for name in REWARD_COLUMNS})

    @property
    def is_cash(self) -> bool:
        """Money of the customer's own from the credit on: it is never used up and never expires."""
        return self.kind == "cash"


@dataclass(frozen=True, slots=True)
class Credit:
    """A reward for one customer's week, as a provider is asked for it.

    Attributes:
        key: the same in every attempt, whichever process makes it.
    """

    key: str
    club: ClubKey
    reward: Reward


def fulfilment_key(club: ClubKey) -> str:
    """The idempotency key of a customer's week: a function of it alone, and of one week only."""
    return hashlib.sha256(json.dumps(["fulfilment", *club]).encode()).hexdigest()
