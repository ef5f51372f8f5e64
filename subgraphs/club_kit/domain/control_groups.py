"""Control groups and trials of rewards, in which chance decides what a customer is offered, to measure it.

The club is not offered to a scheme's control group; in a trial, some of the others are offered another
reward by default. Who they are follows from a keyed hash of brand, scheme and customer alone, for a trial
also of its reward: every process finds the same, two draws have nothing to do with each other, and a larger
share only adds customers.
"""

import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.kit.domain.keys import Owner

MAX_CONTROL_PER_MILLE: Final = 500
"""Of 1,000 customers: the club is there for at least half of them."""

DRAWS: Final = 1000
_CONTROL: Final = b"control group\0"
_TRIAL: Final = b"trial\0"


@dataclass(frozen=True, slots=True)
class ControlGroups:
    """Draws customers for the control groups and the trials of schemes.

    Attributes:
        key: The key of the hash, that of pseudonyms, which never changes: with another, others are drawn.
    """

    key: bytes

    def draw(self, owner: Owner, scheme: Scheme) -> int:
        """Return a customer's number for a scheme, 0 to 999; all versions of a scheme have the same."""
        return _draw(self.key, _CONTROL, (owner.brand, scheme.jurisdiction, scheme.currency, owner.customer))

    def keeps_out(self, owner: Owner, scheme: Scheme, *, has_joined: bool) -> bool:
        """Return whether the club is not offered to a customer; one who has ever joined keeps it."""
        share = scheme.control_per_mille
        return share > 0 and not has_joined and self.draw(owner, scheme) < share

    def trial_draw(self, owner: Owner, scheme: Scheme) -> int | None:
        """Return a customer's number for a scheme's trial, 0 to 999; None if the scheme has no trial."""
        reward = scheme.trial_reward_id
        if reward is None:
            return None
        parts = (owner.brand, scheme.jurisdiction, scheme.currency, reward, owner.customer)
        return _draw(self.key, _TRIAL, parts)

    def on_trial(self, owner: Owner, scheme: Scheme) -> bool:
        """Return whether a customer is offered the trial's reward in place of the one by default."""
        draw = self.trial_draw(owner, scheme)
        return draw is not None and draw < scheme.trial_per_mille


def require_whole_trial(reward: str | None, per_mille: int, default: str | None) -> None:
    """Raise a ValueError if a trial lacks its reward, its share, or another reward that it stands against.

    Args:
        reward: The trial's reward; None without a trial.
        per_mille: Of 1,000 customers; 0 without a trial.
        default: The scheme's reward by default.
    """
    if (reward is None) != (per_mille == 0):
        raise ValueError("a trial has both a reward and a share of customers, from 1 to 999 of 1,000")
    if reward is not None and default in {None, reward}:
        raise ValueError("a trial's reward takes the place of another one that the scheme gives by default")


@lru_cache(maxsize=4096)
def _draw(key: bytes, purpose: bytes, parts: tuple[str, ...]) -> int:
    digest = hmac.digest(key, purpose + "\0".join(parts).encode(), "sha256")
    return int.from_bytes(digest[:8], "big") % DRAWS
