"""Where the keys of an issuer come from."""

import math
from dataclasses import dataclass, field
from typing import Protocol

from foundation.tokens.keys.verification_key import VerificationKey


@dataclass(slots=True)
class RefreshCounts:
    """How often keys were refreshed, for metrics.

    Attributes:
        refreshed: How many refreshes succeeded.
        failed: How many refreshes failed.
        fetched_at: When the last refresh succeeded, in seconds since the epoch; None if none has.
    """

    refreshed: int = 0
    failed: int = 0
    fetched_at: float | None = None


class KeySource(Protocol):
    """The keys of one issuer.

    Attributes:
        serves_until: Until when the known keys may be used, in seconds since the epoch.
        generation: Changes when a key is replaced or dropped, so that what it verified is checked again.
        counts: How often keys were refreshed; None if they never are.
    """

    serves_until: float
    generation: int
    counts: RefreshCounts | None

    async def find(self, key_id: str | None) -> tuple[VerificationKey, ...]:
        """Return the known keys with that id.

        Raises:
            VerificationUnavailable: No key is fresh enough.
        """
        ...

    async def start(self) -> None:
        """Fetch the keys, and keep them up to date from now on; return when they are there, or shortly."""
        ...

    async def close(self) -> None:
        """Stop, and close all connections."""
        ...


@dataclass(slots=True)
class FixedKeys:
    """Keys that never change, such as a secret; they are used for every `kid`."""

    keys: tuple[VerificationKey, ...]
    serves_until: float = field(default=math.inf, init=False)
    generation: int = field(default=0, init=False)
    counts: RefreshCounts | None = field(default=None, init=False)

    async def find(self, key_id: str | None) -> tuple[VerificationKey, ...]:
        """Return the keys."""
        del key_id
        return self.keys

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""
