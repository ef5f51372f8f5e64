"""When a reward is looked at again."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig

AFTER_THE_END = timedelta(minutes=5)
LONGEST_EXPONENT = 16


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses of a worker.

    Attributes:
        first: after the first attempt; it doubles with each further one, up to `longest`.
        rounds: attempts after which a person decides.
    """

    first: timedelta
    longest: timedelta
    rounds: int

    @classmethod
    def of(cls, settings: FulfilmentSettings) -> "Backoff":
        """The pauses of the settings."""
        return cls(
            timedelta(seconds=settings.retry_seconds),
            timedelta(seconds=settings.retry_limit_seconds),
            settings.rounds,
        )

    def pause(self, attempts: int) -> timedelta:
        """The pause after so many attempts, less up to a half, so that they do not all come back at once."""
        full = min(self.longest, self.first * (1 << min(attempts - 1, LONGEST_EXPONENT)))
        return full * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret

    def next_poll(
        self, config: ProviderConfig, expires_at: datetime | None, now: datetime
    ) -> datetime | None:
        """When a provider is asked next whether a reward was used.

        One that calls us is asked only when the reward should have ended, in case its call was lost.
        """
        poll = now + timedelta(minutes=config.poll_minutes)
        if config.learns == "poll" or expires_at is None:
            return poll
        return max(poll, expires_at + AFTER_THE_END)
