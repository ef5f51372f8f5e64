"""A football match that a test tells a running demo, beside the events that are simulated there."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from consumers.stream.records import Record
from tests.support.events.told import fixture, instant, market
from tests.support.processes.running_furlong import Demo

PROVIDER: Final = "feed"
"""One that the simulator speaks for, so that it is trusted."""


@dataclass
class PublishedMatch:
    """A match with a market of its result, and perhaps others.

    Attributes:
        starts_at: By default it has begun, so that it is among those that are listed first.
    """

    demo: Demo
    home: str
    away: str
    starts_at: datetime = field(default_factory=lambda: _minutes_ago(30))

    @property
    def id(self) -> str:
        """Return the provider's id."""
        return f"test-{self.home.lower().replace(' ', '-')}"

    def tell(self, status: str = "live", score: str | None = "1:0") -> None:
        """Tell that it is there, and how it stands."""
        facts = {"starts_at": instant(self.starts_at), "status": status, "score": score}
        self._produce(
            fixture(PROVIDER, self.id, self.home, self.away, revision=_revision(), **facts, **_now())
        )

    def offer(self, *odds: int | None, kind: str = "MATCH_RESULT", status: str = "open") -> None:
        """Tell the odds of home, draw and away in a market."""
        told = market(
            PROVIDER,
            f"{self.id}-{kind}",
            self.id,
            *odds,
            revision=_revision(),
            kind=kind,
            status=status,
            **_now(),
        )
        self._produce(told)

    def _produce(self, record: Record) -> None:
        assert record.key
        assert record.value
        self.demo.site.produce(record.value, key=record.key.decode(), topic=record.topic)


def _revision() -> int:
    """Return a revision as an adapter makes it: later ones are higher."""
    return int(time.time() * 1000)


def _now() -> dict[str, Any]:
    return {"occurred_at": instant(_minutes_ago(0))}


def _minutes_ago(minutes: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes)
