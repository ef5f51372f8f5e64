"""A goodwill credit: a reward that two people of the back office decided to give to a customer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from subgraphs.fulfilment.state.fulfilment import Fulfilment, new_fulfilment
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.kit.domain.keys import ClubKey

GOODWILL_TOPIC: Final = "club.goodwill.v1"
GOODWILL_SCHEMA: Final = "club.goodwill/1"


@dataclass(frozen=True, slots=True)
class GoodwillCredit:
    """A decided credit.

    Attributes:
        club: The customer, and the week whose budget pays for it.
        credit_id: Identifies it wherever it is: the same one is paid once.
        cause: Why it was given: a cause from the back office's list.
        explanation: Why, in the words of the person who proposed it.
    """

    club: ClubKey
    credit_id: str
    reward: Reward
    cause: str
    explanation: str
    proposed_by: str
    approved_by: str
    decided_at: datetime

    @property
    def key(self) -> str:
        """Return the idempotency key."""
        return goodwill_key(self.club.brand, self.credit_id)

    def due(self, now: datetime) -> Fulfilment:
        """Return the fulfilment that pays this credit, due since the decision and not yet leased."""
        opened = new_fulfilment(self.club, self.decided_at, now)
        return replace(opened, key=self.key, reward=self.reward, changed_at=now)

    def decision(self) -> Mapping[str, Any]:
        """Return the columns of the decision."""
        names = ("credit_id", "cause", "explanation", "proposed_by", "approved_by")
        return {name: getattr(self, name) for name in names}


def goodwill_key(brand: str, credit_id: str) -> str:
    """Return the idempotency key of a credit, derived from brand and id alone; no week has the same key."""
    return hashlib.sha256(json.dumps(["goodwill", brand, credit_id]).encode()).hexdigest()
