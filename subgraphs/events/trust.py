"""Whether a provider is trusted: lost at once, regained only once it has been well for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

STEADY: Final = timedelta(seconds=30)
"""How long a provider must be well before it is trusted again; doubled for each of its last failures."""
MAX_DOUBLINGS: Final = 5
FORGIVEN: Final = timedelta(hours=1)
"""After so long without a failure, earlier ones no longer count."""


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """What a provider's adapter last said of itself, at `said_at`, by machine time."""

    provider: str
    capabilities: frozenset[str]
    complete: bool
    reason: str
    first_revision: int
    delay_ms: int
    said_at: datetime


@dataclass(frozen=True, slots=True)
class TrustLimits:
    """When a provider is not to be believed.

    Attributes:
        silence: How long its adapter may say nothing.
        delay: How old its messages may be when they come.
    """

    silence: timedelta
    delay: timedelta

    def latest_revision(self, now: datetime) -> int:
        """Return the highest revision that can be: they begin with the milliseconds of an adapter's clock."""
        return int((now + self.silence).timestamp() * 1000)

    def is_ahead(self, said_at: datetime, first_revision: int, now: datetime) -> bool:
        """Return whether an adapter's clock is ahead: its silence would be noticed too late."""
        return said_at - now > self.silence or first_revision > self.latest_revision(now)

    def flaw(self, report: ProviderReport, now: datetime) -> str | None:
        """Return what is wrong with a provider, in words; None if nothing is."""
        if not report.complete:
            return report.reason
        silent = now - report.said_at
        if self.is_ahead(report.said_at, report.first_revision, now):
            return f"its adapter's clock is more than {self.silence.total_seconds():g} s ahead"
        if silent > self.silence:
            return f"its adapter has said nothing for more than {self.silence.total_seconds():g} s"
        if timedelta(milliseconds=report.delay_ms) > self.delay:
            return f"its messages come more than {self.delay.total_seconds():g} s late"
        return None


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether a provider is trusted.

    Attributes:
        since: When that began.
        reason: Why it is not; empty if it is.
        failures: How often it failed without being steady for `FORGIVEN` in between.
        well_since: Since when nothing is wrong; None while something is.
    """

    trusted: bool
    since: datetime
    reason: str
    failures: int
    well_since: datetime | None

    @property
    def steady_for(self) -> timedelta:
        """Return how long it must be well before it is trusted again."""
        doublings = min(max(self.failures - 1, 0), MAX_DOUBLINGS)
        return STEADY * (1 << doublings)


def judged(before: Trust | None, flaw: str | None, now: datetime) -> Trust:
    """Return whether a provider is trusted now.

    Args:
        before: What was judged last; None of a new provider, which is trusted if nothing is wrong.
        flaw: What is wrong now.
        now: By machine time.
    """
    if before is None:
        return Trust(flaw is None, now, flaw or "", 0 if flaw is None else 1, None if flaw else now)
    if flaw is not None:
        return _failed(before, flaw, now)
    well_since = before.well_since or now
    if before.trusted:
        failures = 0 if now - well_since >= FORGIVEN else before.failures
        return Trust(True, before.since, "", failures, well_since)
    if now - well_since >= before.steady_for:
        return Trust(True, now, "", before.failures, well_since)
    return Trust(False, before.since, before.reason, before.failures, well_since)


def _failed(before: Trust, flaw: str, now: datetime) -> Trust:
    """Return that it is not trusted; failing again while it is watched begins that anew."""
    fails_anew = before.well_since is not None
    since = now if before.trusted else before.since
    return Trust(False, since, flaw, before.failures + fails_anew, None)
