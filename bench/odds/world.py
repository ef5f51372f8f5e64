"""Sports events with moving odds, by a fixed seed, as a provider's adapter publishes them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import orjson

from bench.live.bets import OutgoingMessage

PROVIDER: Final = "feed"
KINDS: Final = ("MATCH_RESULT", "TOTALS", "BOTH_TEAMS_TO_SCORE")
NAMES: Final = ("Home", "Draw", "Away")
FIXTURES: Final = "provider.fixture.v1"
MARKETS: Final = "provider.market.v1"
STATUSES: Final = "provider.status.v1"
SEED: Final = 54
LEAST_ODDS, GREATEST_ODDS = 1_100, 12_000


def now_text() -> str:
    """Return the present instant with milliseconds, as messages have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class OddsWorld:
    """Events with three markets of three selections each.

    Attributes:
        events: How many events there are.
        changes: How many changes of odds were made.
    """

    events: int
    changes: int = 0
    _random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - the same each time
    _first_revision: int = field(default_factory=lambda: int(datetime.now(UTC).timestamp() * 1000))
    _odds: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the first odds."""
        for event in range(self.events):
            for market in range(len(KINDS)):
                self._odds[event, market] = [self._drawn() for _ in NAMES]

    def begin(self) -> Iterator[tuple[str, OutgoingMessage]]:
        """Yield the messages by which everything is known, with their topics."""
        yield STATUSES, self.status()
        for event in range(self.events):
            yield FIXTURES, self._fixture(event)
        for event, market in self._odds:
            yield MARKETS, self._market(event, market, now_text())

    def status(self) -> OutgoingMessage:
        """Return the message that the adapter is well."""
        body = {
            "provider": PROVIDER,
            "kind": "sports feed",
            "complete": True,
            "incomplete_since": None,
            "reason": "",
            "first_revision": self._first_revision,
            "capabilities": ["fixtures", "pre-match odds", "live odds", "results"],
            "delay_ms": 0,
            "occurred_at": now_text(),
        }
        return _message("status", PROVIDER, body)

    def next_change(self, _now: str) -> OutgoingMessage:
        """Return the next change of the odds of one selection."""
        event, market = self._random.randrange(self.events), self._random.randrange(len(KINDS))
        self._odds[event, market][self._random.randrange(len(NAMES))] = self._drawn()
        self.changes += 1
        return self._market(event, market, now_text())

    def _drawn(self) -> int:
        return self._random.randrange(LEAST_ODDS, GREATEST_ODDS, 10)

    def _revision(self) -> int:
        return self._first_revision + self.changes

    def _fixture(self, event: int) -> OutgoingMessage:
        home, away = f"Town {event}", f"City {event}"
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1, minutes=event % 60)
        body = {
            "provider": PROVIDER,
            "revision": self._revision(),
            "sports_event_id": f"event-{event}",
            "sport": "football",
            "competition": f"League {event % 20}",
            "name": f"{home} v {away}",
            "competitors": [{"name": home, "side": "home"}, {"name": away, "side": "away"}],
            "starts_at": starts_at.isoformat().replace("+00:00", "Z"),
            "status": "scheduled",
            "known_since": now_text(),
            "occurred_at": now_text(),
        }
        return _message("fixture", f"{PROVIDER}:event-{event}", body)

    def _market(self, event: int, market: int, now: str) -> OutgoingMessage:
        body = {
            "provider": PROVIDER,
            "revision": self._revision(),
            "market_id": f"market-{event}-{market}",
            "sports_event_id": f"event-{event}",
            "kind": KINDS[market],
            "status": "open",
            "in_play": False,
            "currency": "GBP",
            "runners": [
                {
                    "selection_id": name.lower(),
                    "name": name,
                    "status": "active",
                    "position": place,
                    "back": [{"odds_milli": milli}],
                }
                for place, (name, milli) in enumerate(
                    zip(NAMES, self._odds[event, market], strict=True), start=1
                )
            ],
            "occurred_at": now,
        }
        return _message("market", f"{PROVIDER}:market-{event}-{market}", body)


def _message(kind: str, key: str, body: dict[str, Any]) -> OutgoingMessage:
    whole = {"schema": f"provider.{kind}/1", "event_id": str(uuid.uuid4()), **body}
    return OutgoingMessage(key.encode(), orjson.dumps(whole))
