"""What traders read, as types of the admin graph."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.betting.bets import ShownBet
from backoffice.betting.voids import DeclaredVoid
from backoffice.global_events.repository import GlobalDecision
from consumers.messages.global_events.trading_states import TradingLimit, TradingState, TradingTarget
from foundation.same_fields import with_fields_of
from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.trading.decided import CustomerFactor
from subgraphs.bets.trading.liability import EventLiability, SelectionLiability
from subgraphs.bets.trading.rules import Scope
from subgraphs.kit.graphql.descriptions import described

described(strawberry.enum(Scope, name="TradingScope"))
strawberry.enum(BetStatus)


@described
@strawberry.type
class BettingEvent:
    """What the house may lose by an event in a currency, in minor units.

    Attributes:
        event: What it is called.
        stake_minor: Of all open bets on it; a multiple counts at each of its events.
        worst_minor: The most that is lost by them, if no selection is withdrawn.
        bets: How many there are.
    """

    id: ID
    sports_event_id: ID
    sport: str
    event: str
    starts_at: datetime
    currency: str
    stake_minor: float
    worst_minor: float
    bets: int


@described
@strawberry.type
class BettingSelection:
    """What the house may lose if a selection wins, in a currency and in minor units.

    Attributes:
        kind: The platform's name of the market's kind; empty if it is not known.
        returns_minor: All that open bets on it may return; a multiple counts with all of it.
        places_minor: What they return if it is placed alone.
        liability_minor: What a limit limits: returns less stakes.
        stake_limit_minor: The most of one bet; null if no trader has limited it.
        liability_limit_minor: The most liability; null if no trader has limited it.
        suspended: Whether it takes no bets, because it or what it is part of is suspended.
    """

    id: ID
    selection_id: ID
    market_id: ID
    kind: str
    market: str
    pick: str
    currency: str
    stake_minor: float
    returns_minor: float
    places_minor: float
    liability_minor: float
    bets: int
    stake_limit_minor: float | None
    liability_limit_minor: float | None
    suspended: bool


@described
@strawberry.type
class TradingTargetInfo:
    """Something that takes no bets.

    Attributes:
        target_id: The platform's own id, or the name of a sport or of a kind; empty of the brand.
        name: What it is called; empty if that was not known.
        starts_at: When its event begins; null if it has none.
    """

    id: ID
    scope: Scope
    target_id: str
    name: str
    starts_at: datetime | None


@described
@strawberry.type
class TradingLimitInfo:
    """A limit of each selection in something, in minor units; null where it says nothing.

    Attributes:
        target_id, name, starts_at: As those of `TradingTargetInfo`.
        stake_minor: The most that one bet may cost.
        liability_minor: The most that may be lost if the selection wins.
    """

    id: ID
    scope: Scope
    target_id: str
    name: str
    starts_at: datetime | None
    currency: str
    stake_minor: float | None
    liability_minor: float | None


@described
@strawberry.type
class TradingStakesInfo:
    """What a bet may cost in a currency: the least on a line, and the most in all."""

    currency: str
    minimum_minor: int
    maximum_minor: int


@described
@strawberry.type
class TradingRulesInfo:
    """What a brand's traders have decided.

    Attributes:
        revision: Of what is decided; 0 before the first decision.
        max_legs: How many selections a bet may have; null as the settings say it.
        delay_seconds: How long a bet waits on an event that has begun; null as the settings say it.
        decided_by: Who decided last; null before the first decision.
        reason: Why.
    """

    id: ID
    revision: int
    suspended: list[TradingTargetInfo]
    limits: list[TradingLimitInfo]
    stakes: list[TradingStakesInfo]
    max_legs: int | None
    delay_seconds: float | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@described
@strawberry.type
class DeclaredVoidInfo:
    """A market or a selection on which all bets of a brand are void.

    Attributes:
        target_id: The platform's own id.
        name: What it is called; empty if that was not known.
        reason: Why, as it was proposed.
        decided_by: Who approved it.
    """

    id: ID
    scope: Scope
    target_id: str
    name: str
    reason: str | None
    decided_by: str
    decided_at: datetime


@described
@strawberry.type
class CustomerFactorInfo:
    """Which part of what others may stake a customer may.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        factor_milli: In thousandths.
    """

    id: ID
    customer: ID
    factor_milli: int
    reason: str
    decided_by: str
    decided_at: datetime


@described
@strawberry.type
class OfficeBetLeg:
    """A leg of a bet, as it was bet.

    Attributes:
        odds_milli: Decimal odds in thousandths.
    """

    selection_id: ID
    event: str
    market: str
    pick: str
    odds_milli: int
    starts_at: datetime


@described
@strawberry.type
class OfficeBet:
    """A bet, as traders look at it.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        stake_minor: What it costs in all, in minor units.
        free: Whether a free bet pays it.
        potential_returns_minor: What it returns if all of it wins.
        returns_minor: What it has returned; null while it is not settled.
        void: Whether two people have declared it void.
    """

    id: ID
    customer: ID
    status: BetStatus
    currency: str
    stake_minor: float
    each_way: bool
    free: bool
    potential_returns_minor: float
    returns_minor: float | None
    placed_at: datetime
    legs: list[OfficeBetLeg]
    void: bool


@described
@strawberry.type
class BettingProposal:
    """What another person has to approve now."""

    proposal_id: ID


def event_to_graphql(event: EventLiability) -> BettingEvent:
    """Return an event, for the graph."""
    return with_fields_of(
        BettingEvent,
        event,
        id=ID(f"{event.sports_event_id}:{event.currency}"),
        sports_event_id=ID(event.sports_event_id),
    )


def selection_to_graphql(
    selection: SelectionLiability, stake: int | None, liability: int | None, *, suspended: bool
) -> BettingSelection:
    """Return a selection with its limits, for the graph."""
    return with_fields_of(
        BettingSelection,
        selection,
        id=ID(f"{selection.selection_id}:{selection.currency}"),
        liability_minor=selection.liability_minor,
        stake_limit_minor=stake,
        liability_limit_minor=liability,
        suspended=suspended,
    )


def rules_to_graphql(brand: str, state: TradingState, decision: GlobalDecision | None) -> TradingRulesInfo:
    """Return what a brand's traders have decided, for the graph."""
    return TradingRulesInfo(
        id=ID(brand),
        revision=0 if decision is None else state.revision,
        suspended=[_target(target) for target in state.suspended],
        limits=[_limit(limit) for limit in state.limits],
        stakes=[with_fields_of(TradingStakesInfo, stakes) for stakes in state.stakes],
        max_legs=state.max_legs,
        delay_seconds=state.delay_seconds,
        decided_by=None if decision is None else decision.decided_by,
        decided_at=None if decision is None else decision.decided_at,
        reason=None if decision is None else decision.reason,
    )


def _target(target: TradingTarget) -> TradingTargetInfo:
    return with_fields_of(
        TradingTargetInfo,
        target,
        id=ID(f"{target.scope}:{target.id}"),
        scope=Scope(target.scope),
        target_id=target.id,
    )


def _limit(limit: TradingLimit) -> TradingLimitInfo:
    return with_fields_of(
        TradingLimitInfo,
        limit,
        id=ID(f"{limit.scope}:{limit.id}:{limit.currency}"),
        scope=Scope(limit.scope),
        target_id=limit.id,
    )


def void_to_graphql(void: DeclaredVoid) -> DeclaredVoidInfo:
    """Return something on which all bets are void, for the graph."""
    state = void.state
    return with_fields_of(
        DeclaredVoidInfo,
        void.decision,
        id=ID(f"{state.scope}:{state.id}"),
        scope=Scope(state.scope),
        target_id=state.id,
        name=state.name,
    )


def factor_to_graphql(factor: CustomerFactor) -> CustomerFactorInfo:
    """Return a customer's factor, for the graph."""
    customer = ID(f"{factor.owner.brand}:{factor.owner.customer}")
    return with_fields_of(
        CustomerFactorInfo,
        factor.decided,
        id=customer,
        customer=customer,
        factor_milli=factor.factor_milli,
    )


def bet_to_graphql(shown: ShownBet) -> OfficeBet:
    """Return a bet, for the graph."""
    bet = shown.bet
    return OfficeBet(
        id=ID(bet.bet_id),
        customer=ID(f"{bet.brand_id}:{bet.customer_id}"),
        status=bet.status,
        currency=bet.slip.currency,
        stake_minor=bet.slip.total_minor,
        each_way=bet.slip.each_way,
        free=bool(bet.slip.free_bet),
        potential_returns_minor=bet.potential_returns if bet.legs else 0,
        returns_minor=bet.returns_minor,
        placed_at=bet.placed_at,
        legs=[with_fields_of(OfficeBetLeg, leg, selection_id=ID(leg.selection_id)) for leg in bet.legs],
        void=shown.is_void,
    )
