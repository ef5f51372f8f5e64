"""The messages of the Unified Odds Feed that an adapter reads, strictly; unknown members are ignored.

The names and numbers are the feed's own. Times are milliseconds since 1970, by the feed's clock.
"""

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from providers.sports_feed.xml_reader import UnreadableXml, read_xml

Instant: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Number: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
EventId: TypeAlias = Annotated[str, Meta(pattern=r"\A[a-z]{1,8}:[a-z_]{1,32}:[0-9]{1,15}\Z")]
OutcomeId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
Specifiers: TypeAlias = Annotated[str, Meta(max_length=1024)]
MarketStatus: TypeAlias = Literal[1, 0, -1, -2, -3, -4]
"""Active, inactive, suspended, handed over, settled and cancelled."""

MAX_ODDS: Final = 2_000_000
MAX_LINE: Final = 2_000_000
ACTIVE: Final = 1
INACTIVE: Final = 0
SUSPENDED: Final = -1
HANDED_OVER: Final = -2
SETTLED: Final = -3
CANCELLED: Final = -4


class Unreadable(Exception):
    """What the feed sent is not what its specification says."""


class OutcomeOdds(msgspec.Struct, frozen=True):
    """The odds of an outcome, which may be missing while it is not active."""

    id: OutcomeId
    odds: Decimal | None = None
    active: Literal[1, 0] = 1


class MarketOdds(msgspec.Struct, frozen=True):
    """A market with all its outcomes; without any, those from before stay."""

    id: Number
    specifiers: Specifiers = ""
    status: MarketStatus = ACTIVE
    outcome: tuple[OutcomeOdds, ...] = ()


class Odds(msgspec.Struct, frozen=True):
    """The markets that changed."""

    market: tuple[MarketOdds, ...] = ()


class EventStatus(msgspec.Struct, frozen=True):
    """How far an event is: 0 not started, 1 live, 2 suspended, 3 ended, 4 closed, 5 cancelled, …."""

    status: Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    home_score: Decimal | None = None
    away_score: Decimal | None = None


class OutcomeResult(msgspec.Struct, frozen=True):
    """How an outcome ended: 1 has won, 0 has lost, -1 is undecided; a part of the stake may be given back."""

    id: OutcomeId
    result: Literal[1, 0, -1]
    void_factor: Annotated[float, Meta(ge=0, le=1)] = 0.0
    dead_heat_factor: Annotated[float, Meta(gt=0, le=1)] = 1.0


class MarketResult(msgspec.Struct, frozen=True):
    """The results of a market."""

    id: Number
    specifiers: Specifiers = ""
    outcome: tuple[OutcomeResult, ...] = ()


class Outcomes(msgspec.Struct, frozen=True):
    """The markets that have results."""

    market: tuple[MarketResult, ...] = ()


class MarketName(msgspec.Struct, frozen=True):
    """Which market something is about."""

    id: Number
    specifiers: Specifiers = ""


class _OfEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What messages about an event have in common; `request_id` is that of a recovery."""

    product: Number
    event_id: EventId
    timestamp: Instant
    request_id: Number | None = None


class OddsChange(_OfEvent, frozen=True, kw_only=True):
    """Odds, or the state of an event, changed."""

    sport_event_status: Annotated[tuple[EventStatus, ...], Meta(max_length=1)] = ()
    odds: Annotated[tuple[Odds, ...], Meta(max_length=1)] = ()


class BetStop(_OfEvent, frozen=True, kw_only=True):
    """All markets of some groups, such as `all`, are suspended at once."""

    groups: str
    market_status: MarketStatus = SUSPENDED


class BetSettlement(_OfEvent, frozen=True, kw_only=True):
    """Markets have results: 1 for those that were scouted live, 2 for confirmed ones."""

    outcomes: Annotated[tuple[Outcomes, ...], Meta(max_length=1)]
    certainty: Literal[1, 2] = 2


class RollbackBetSettlement(_OfEvent, frozen=True, kw_only=True):
    """The results of markets were wrong: they have none now."""

    market: tuple[MarketName, ...]


class BetCancel(_OfEvent, frozen=True, kw_only=True):
    """Bets on markets are void: those of a period, or all if it has neither a start nor an end."""

    market: tuple[MarketName, ...]
    start_time: Instant | None = None
    end_time: Instant | None = None


class RollbackBetCancel(_OfEvent, frozen=True, kw_only=True):
    """The same bets are not void after all."""

    market: tuple[MarketName, ...]
    start_time: Instant | None = None
    end_time: Instant | None = None


class FixtureChange(_OfEvent, frozen=True, kw_only=True):
    """The facts of an event changed; the API has the new ones."""


class Alive(msgspec.Struct, frozen=True):
    """A producer says that it is there; with `subscribed` 0 it has lost track of this client."""

    product: Number
    timestamp: Instant
    subscribed: Annotated[int, Meta(ge=0, le=1)]


class SnapshotComplete(msgspec.Struct, frozen=True):
    """All messages of a recovery were sent."""

    product: Number
    timestamp: Instant
    request_id: Number


EventMessage: TypeAlias = (
    OddsChange
    | BetStop
    | BetSettlement
    | RollbackBetSettlement
    | BetCancel
    | RollbackBetCancel
    | FixtureChange
)
Message: TypeAlias = EventMessage | Alive | SnapshotComplete

_KINDS: Final[dict[str, type[Message]]] = {
    "odds_change": OddsChange,
    "bet_stop": BetStop,
    "bet_settlement": BetSettlement,
    "rollback_bet_settlement": RollbackBetSettlement,
    "bet_cancel": BetCancel,
    "rollback_bet_cancel": RollbackBetCancel,
    "fixture_change": FixtureChange,
    "alive": Alive,
    "snapshot_complete": SnapshotComplete,
}


def read_message(body: bytes) -> Message | None:
    """Return a message; None for one of a kind that is not needed, such as `cashout`.

    Raises:
        Unreadable: It is not a message of the specification.
    """
    try:
        kind, values = read_xml(body)
    except UnreadableXml as fault:
        raise Unreadable(f"a message is not readable: {fault}") from fault
    known = _KINDS.get(kind)
    if known is None:
        return None
    try:
        return msgspec.convert(values, known, strict=False)
    except (msgspec.ValidationError, ArithmeticError) as fault:
        raise Unreadable(f"{kind} is not of the known form: {fault}") from fault
