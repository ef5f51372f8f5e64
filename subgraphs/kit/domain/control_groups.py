"""Control groups: the customers to whom a scheme's club is not offered, so that its effect can be measured.

Who is in one follows from a keyed hash of brand, scheme and customer alone: every process finds the same, the
draws of two schemes have nothing to do with each other, and a larger share only adds customers.
"""

import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.schemes import Scheme

MAX_CONTROL_PER_MILLE: Final = 500
"""Of 1,000 customers: the club is there for at least half of them."""

DRAWS: Final = 1000
_PURPOSE: Final = b"control group\0"


@dataclass(frozen=True, slots=True)
class ControlGroups:
    """Draws customers for the control groups of schemes.

    Attributes:
        key: The key of the hash, that of pseudonyms, which never changes: with another, others are drawn.
    """

    key: bytes

    def draw(self, owner: Owner, scheme: Scheme) -> int:
        """Return a customer's number for a scheme, 0 to 999; all versions of a scheme have the same."""
        return _draw(self.key, (owner.brand, scheme.jurisdiction, scheme.currency, owner.customer))

    def keeps_out(self, owner: Owner, scheme: Scheme, *, has_joined: bool) -> bool:
        """Return whether the club is not offered to a customer; one who has ever joined keeps it."""
        share = scheme.control_per_mille
        return share > 0 and not has_joined and self.draw(owner, scheme) < share


@lru_cache(maxsize=4096)
def _draw(key: bytes, parts: tuple[str, ...]) -> int:
    digest = hmac.digest(key, _PURPOSE + "\0".join(parts).encode(), "sha256")
    return int.from_bytes(digest[:8], "big") % DRAWS
