"""Decides when the worker processes a reward again."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig

EXPIRY_MARGIN = timedelta(minutes=5)
MAX_EXPONENT = 16


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses between attempts.

    Attributes:
        first: The pause after the first attempt; it doubles with each further attempt.
        longest: The longest pause.
        rounds: The number of attempts after which a person decides.
    """

    first: timedelta
    longest: timedelta
    rounds: int

    @classmethod
    def of(cls, settings: FulfilmentSettings) -> "Backoff":
        """Return the pauses from the settings."""
        return cls(
            timedelta(seconds=settings.retry_seconds),
            timedelta(seconds=settings.retry_limit_seconds),
            settings.rounds,
        )

    def pause(self, attempts: int) -> timedelta:
        """Return the pause after some attempts, shortened by up to a half, so that retries spread out."""
        full = min(self.longest, self.first * (1 << min(attempts - 1, MAX_EXPONENT)))
        return full * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret

    def next_poll(
        self, config: ProviderConfig, expires_at: datetime | None, now: datetime
    ) -> datetime | None:
        """Return when to ask a provider next whether a reward was used.

        A provider that sends callbacks is asked only after the reward has expired, in case one was lost.
        """
        poll = now + timedelta(minutes=config.poll_minutes)
        if config.learns == "poll" or expires_at is None:
            return poll
        return max(poll, expires_at + EXPIRY_MARGIN)
