"""What is told of an event and of a market: their whole states, in the platform's names and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from providers.messages import Competitor, FixtureMessage, MarketMessage, PriceLevel, Runner, VoidPeriod
from providers.sports_feed import protocol
from providers.sports_feed.book import Books, EventBook, MarketBook, OutcomeBook
from providers.sports_feed.documents import Fixture, MarketDescription
from providers.sports_feed.identity import event_id, outcome_id, specifier_values
from providers.sports_feed.names import filled
from providers.sports_feed.protocol import OutcomeResult
from subgraphs.kit.domain.sports import OTHER

SPORTS: Final[Mapping[str, str]] = {
    "sr:sport:1": "football",
    "sr:sport:2": "basketball",
    "sr:sport:3": "baseball",
    "sr:sport:4": "ice-hockey",
    "sr:sport:5": "tennis",
    "sr:sport:6": "handball",
    "sr:sport:9": "golf",
    "sr:sport:10": "boxing",
    "sr:sport:11": "motor-sport",
    "sr:sport:12": "rugby-union",
    "sr:sport:16": "american-football",
    "sr:sport:17": "cycling",
    "sr:sport:19": "snooker",
    "sr:sport:20": "table-tennis",
    "sr:sport:21": "cricket",
    "sr:sport:22": "darts",
    "sr:sport:23": "volleyball",
    "sr:sport:40": "motor-sport",
    "sr:sport:107": "esports",
    "sr:sport:109": "esports",
    "sr:sport:110": "esports",
    "sr:sport:111": "esports",
    "sr:sport:117": "mma",
}
"""The platform's names of the feed's sports. Its rugby is of both codes; most of it is union."""

KINDS: Final[Mapping[int, str]] = {
    1: "MATCH_RESULT",
    16: "HANDICAP",
    18: "TOTALS",
    29: "BOTH_TO_SCORE",
    45: "CORRECT_SCORE",
    186: "MATCH_WINNER",
    219: "MATCH_WINNER",
}
"""The platform's kinds by the feed's numbers; of 219, overtime counts."""

LINES: Final = ("total", "hcp")
AWAY: Final = "1715"
"""The outcome of a handicap that has the line with the other sign."""

MARKET_STATUS: Final[Mapping[int, str]] = {
    protocol.ACTIVE: "open",
    protocol.INACTIVE: "inactive",
    protocol.SUSPENDED: "suspended",
    protocol.HANDED_OVER: "suspended",
    protocol.SETTLED: "closed",
    protocol.CANCELLED: "cancelled",
}
EVENT_STATUS: Final = (
    *("scheduled", "live", "suspended", "finished", "finished"),
    *("cancelled", "scheduled", "suspended", "suspended", "cancelled"),
)
"""By the numbers of messages: delayed is scheduled, interrupted and postponed are suspended."""

FIXTURE_STATUS: Final[Mapping[str, str]] = {
    "live": "live",
    "suspended": "suspended",
    "ended": "finished",
    "closed": "finished",
    "finished": "finished",
    "cancelled": "cancelled",
    "interrupted": "suspended",
    "postponed": "suspended",
    "abandoned": "cancelled",
}
LIVE: Final = 1
EARLIEST_MS: Final = 946_684_800_000
LATEST_MS: Final = 4_102_444_800_000
MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class FeedTeller:
    """Makes the messages of one provider.

    Attributes:
        currency: What messages name; the feed has no sizes.
    """

    provider: str
    currency: str

    def event(self, event: EventBook, fixture: Fixture, revision: int, occurred_at: datetime) -> bytes | None:
        """Return the message of an event; None while it is not known when it starts."""
        if fixture.starts_at is None:
            return None
        message = FixtureMessage(
            provider=self.provider,
            sports_event_id=event_id(event.id),
            revision=revision,
            sport=SPORTS.get(fixture.sport, OTHER),
            category=fixture.category[:MAX_NAME],
            competition=fixture.competition[:MAX_NAME],
            name=_event_name(fixture)[:MAX_NAME],
            competitors=tuple(
                Competitor(name=name[:MAX_NAME], side=side if side in {"home", "away"} else None)
                for name, side in fixture.competitors
            ),
            starts_at=fixture.starts_at,
            status=_event_status(event, fixture),
            score=_score(event),
            known_since=datetime.fromtimestamp(event.known_since / 1000, UTC),
            occurred_at=occurred_at,
        )
        return msgspec.json.encode(message)

    def market(
        self,
        market: MarketBook,
        books: Books,
        facts: tuple[Fixture | None, MarketDescription | None],
        *,
        is_up: bool,
        revision: int,
        occurred_at: datetime,
    ) -> bytes:
        """Return the message of a market.

        Args:
            market: The market.
            books: Where it is.
            facts: The facts of its event and the names of its kind, as far as they are known.
            is_up: Whether what is known of it is what its producer knows; otherwise it is not open.
            revision: The number of the message.
            occurred_at: When it is told.
        """
        fixture, described = facts
        event, specifiers = books.events.get(market.event), specifier_values(market.specifiers)
        line = _line(specifiers)
        message = MarketMessage(
            provider=self.provider,
            market_id=market.id,
            sports_event_id=event_id(market.event),
            revision=revision,
            kind=KINDS.get(market.number, str(market.number)),
            name=_name(described.name, specifiers, fixture) if described else "",
            line_milli=line,
            status=_status(market, books, is_up=is_up),
            in_play=event is not None and event.status is not None and event.status.status == LIVE,
            winners=int(market.number in KINDS),
            starts_at=fixture.starts_at if fixture else None,
            currency=self.currency,
            runners=_runners(market, described, specifiers, fixture),
            void_periods=tuple(
                VoidPeriod(starts_at=_instant(start), ends_at=_instant(end))
                for start, end in market.void
                if start is not None or end is not None
            ),
            occurred_at=occurred_at,
        )
        return msgspec.json.encode(message)


def _status(market: MarketBook, books: Books, *, is_up: bool) -> str:
    if (None, None) in market.void:
        return "cancelled"
    if market.results:
        undecided = any(result.result < 0 for result in market.results.values())
        return "closed" if undecided else "settled"
    if market.is_gone:
        return "closed"
    status = MARKET_STATUS[books.status(market)]
    return "suspended" if status == "open" and not is_up else status


def _runners(
    market: MarketBook,
    described: MarketDescription | None,
    specifiers: Mapping[str, str],
    fixture: Fixture | None,
) -> tuple[Runner, ...]:
    names = described.outcome_names if described else {}
    results = market.results or {}
    outcomes = {outcome.id: outcome for outcome in market.outcomes}
    # Results may name outcomes that never had odds here.
    shown = [outcomes.get(name) or OutcomeBook(name, None, active=False) for name in {**outcomes, **results}]
    return tuple(
        Runner(
            selection_id=outcome_id(outcome.id),
            handicap_milli=_handicap(market, outcome.id, specifiers),
            name=_name(names.get(outcome.id, ""), specifiers, fixture),
            status=_runner_status(outcome, results.get(outcome.id)),
            position=position,
            back=_offers(outcome),
            dead_heat_milli=_dead_heat(results.get(outcome.id)),
            void_milli=_void(results.get(outcome.id)),
        )
        for position, outcome in enumerate(shown, 1)
    )


def _runner_status(outcome: OutcomeBook, result: OutcomeResult | None) -> str:
    if result is None or result.result < 0:
        return "active" if outcome.active else "suspended"
    if result.void_factor >= 1:
        return "void"
    return "winner" if result.result else "loser"


def _dead_heat(result: OutcomeResult | None) -> int | None:
    if result is None or result.result != 1 or result.dead_heat_factor >= 1:
        return None
    return max(1, round(1000 * result.dead_heat_factor))


def _void(result: OutcomeResult | None) -> int | None:
    """Return the part of the stake that is given back, such as half of it for a quarter line."""
    if result is None or not 0 < result.void_factor < 1:
        return None
    return max(1, round(1000 * result.void_factor))


def _offers(outcome: OutcomeBook) -> tuple[PriceLevel, ...]:
    odds = outcome.odds
    if odds is None or not odds.is_finite() or odds < 1 or odds > protocol.MAX_ODDS:
        return ()
    return (PriceLevel(int(odds * 1000)),)


def _line(specifiers: Mapping[str, str]) -> int | None:
    for name in LINES:
        try:
            line = Decimal(specifiers.get(name, ""))
        except InvalidOperation:  # there is none, or it is of the form 0:1
            continue
        if line.is_finite() and abs(line) <= protocol.MAX_LINE:
            return int(line * 1000)
    return None


def _handicap(market: MarketBook, outcome: str, specifiers: Mapping[str, str]) -> int:
    if KINDS.get(market.number) != "HANDICAP":
        return 0
    line = _line(specifiers) or 0
    return -line if outcome == AWAY else line


def _name(template: str, specifiers: Mapping[str, str], fixture: Fixture | None) -> str:
    competitors = [name for name, _ in fixture.competitors] if fixture else []
    return filled(template, specifiers, competitors, _event_name(fixture) if fixture else "")[:MAX_NAME]


def _event_name(fixture: Fixture) -> str:
    return fixture.name or " v ".join(name for name, _ in fixture.competitors)


def _event_status(event: EventBook, fixture: Fixture) -> str:
    if event.status is None:
        return FIXTURE_STATUS.get(fixture.status, "scheduled")
    return EVENT_STATUS[event.status.status]


def _score(event: EventBook) -> str | None:
    status = event.status
    if status is None or status.home_score is None or status.away_score is None:
        return None
    return f"{status.home_score.normalize():f}:{status.away_score.normalize():f}"[:64]


def _instant(milliseconds: int | None) -> datetime | None:
    """Return a moment; None for one that our contracts do not have, such as 1970, which means for ever."""
    if milliseconds is None or not EARLIEST_MS <= milliseconds < LATEST_MS:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
