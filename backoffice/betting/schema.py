"""Betting's part of the graph."""

from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.betting.area import BettingArea
from backoffice.betting.targets import TargetKey
from backoffice.betting.trading import WantedLimit, WantedTerms
from backoffice.betting.types import (
    BettingEvent,
    BettingProposal,
    BettingSelection,
    CustomerFactorInfo,
    DeclaredVoidInfo,
    OfficeBet,
    TradingRulesInfo,
    bet_to_graphql,
    event_to_graphql,
    factor_to_graphql,
    rules_to_graphql,
    selection_to_graphql,
    void_to_graphql,
)
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, page_of, page_size, time_key, time_of
from backoffice.support.lookup.customers import owner_of
from subgraphs.bets.trading.rules import Scope
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
Sport = Annotated[str, strawberry.argument(description="Only of this sport; empty for all.")]
_READ, _TRADE = Permission.BETTING_READ, Permission.BETTING_TRADE
_VOID = Permission.BETTING_VOID


@fields_described
@strawberry.input
class SuspendBettingInput:
    """What takes no bets, or takes them again, and why.

    Attributes:
        target: The id of an event, market or selection, the name of a sport or kind; empty of the brand.
    """

    brand: str
    scope: Scope
    target: str = ""
    suspended: bool
    reason: str


@fields_described
@strawberry.input
class LimitBettingInput:
    """A limit of each selection in something, in minor units, and why; without both it is removed.

    Attributes:
        target: As in `SuspendBettingInput`.
        stake_minor: The most that one bet may cost.
        liability_minor: The most that may be lost if the selection wins.
    """

    brand: str
    scope: Scope
    target: str = ""
    currency: str
    stake_minor: int | None = None
    liability_minor: int | None = None
    reason: str


@strawberry.input
class StakesInput:
    """What a bet may cost in a currency, in minor units: the least on a line, and the most in all."""

    currency: str
    minimum_minor: int
    maximum_minor: int


@fields_described
@strawberry.input
class BettingTermsInput:
    """What bets of a brand may cost, have and wait, and why; null is as the settings say it.

    Attributes:
        revision: That of the rules, as they were seen.
    """

    brand: str
    stakes: list[StakesInput]
    max_legs: int | None = None
    delay_seconds: float | None = None
    revision: int
    reason: str


@fields_described
@strawberry.input
class CustomerFactorInput:
    """Which part of what others may stake a customer may, and why.

    Attributes:
        factor_milli: In thousandths: 1000 is all.
    """

    customer: ID
    factor_milli: int
    reason: str


@strawberry.input
class VoidBetInput:
    """A bet that should be void, and why."""

    bet: ID
    reason: str


@fields_described
@strawberry.input
class VoidMarketInput:
    """A market or a selection on which all bets of a brand should be void, and why.

    Attributes:
        target: The id of the market or selection.
        void: False takes back that they are.
    """

    brand: str
    scope: Scope
    target: str
    reason: str
    void: bool = True


@fields_described
@strawberry.type
class Query:
    """Reads."""

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def betting_events(
        self, info: OfficeInfo, brand: str, sport: Sport = "", first: First = 50
    ) -> list[BettingEvent]:
        """The events of a brand with open bets, those by which most can be lost first."""
        context, size = info.context, page_size(first) - 1
        events = await context.area(BettingArea).trading.events(context.actor, brand, size, sport or None)
        return [event_to_graphql(event) for event in events]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def betting_selections(
        self, info: OfficeInfo, brand: str, event: str, first: First = 100
    ) -> list[BettingSelection]:
        """The selections of an event with open bets, those by which most can be lost first."""
        context, size = info.context, page_size(first) - 1
        found = await context.area(BettingArea).trading.selections(context.actor, brand, event, size)
        return [
            selection_to_graphql(
                limited.selection, limited.stake, limited.liability, suspended=limited.is_suspended
            )
            for limited in found
        ]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def trading_rules(self, info: OfficeInfo, brand: str) -> TradingRulesInfo:
        """What a brand's traders have decided."""
        context = info.context
        return rules_to_graphql(brand, *await context.area(BettingArea).trading.decided(context.actor, brand))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def declared_voids(self, info: OfficeInfo, brand: str) -> list[DeclaredVoidInfo]:
        """On what all bets of a brand are void, the last decided first."""
        context = info.context
        return [
            void_to_graphql(void)
            for void in await context.area(BettingArea).voids.declared(context.actor, brand)
        ]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def customer_factors(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[CustomerFactorInfo]:
        """Customers who may stake less than others, the newest first; the access is recorded."""
        context, before = info.context, time_of(after)
        found = await context.area(BettingArea).factors.of_brand(
            context.actor, brand, page_size(first), before
        )
        return page_of(
            found,
            first,
            factor_to_graphql,
            lambda factor: time_key(factor.decided.decided_at, factor.owner.customer),
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def open_bets(
        self, info: OfficeInfo, brand: str, selection: str, first: First = 25
    ) -> list[OfficeBet]:
        """The open bets on a selection, those that may win most first; the access is recorded."""
        context, size = info.context, page_size(first) - 1
        found = await context.area(BettingArea).open_bets.of_selection(context.actor, brand, selection, size)
        return [bet_to_graphql(shown) for shown in found]

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def office_bet(self, info: OfficeInfo, id: ID) -> OfficeBet:  # noqa: A002
        """A bet; the access is recorded."""
        context = info.context
        return bet_to_graphql(await context.area(BettingArea).open_bets.find(context.actor, id))


@strawberry.type
class Mutation:
    """Changes."""

    @strawberry.mutation(directives=[permitted(_TRADE, "input.brand")])
    async def suspend_betting(
        self,
        info: OfficeInfo,
        input: SuspendBettingInput,  # noqa: A002
    ) -> TradingRulesInfo:
        """Take no bets on something, or take them again; the latter needs a step-up."""
        trading, actor = info.context.area(BettingArea).trading, info.context.actor
        key = TargetKey(input.brand, input.scope, input.target)
        await trading.suspend(actor, key, suspended=input.suspended, reason=input.reason)
        return rules_to_graphql(input.brand, *await trading.decided(actor, input.brand))

    @strawberry.mutation(directives=[permitted(_TRADE, "input.brand")])
    async def limit_betting(
        self,
        info: OfficeInfo,
        input: LimitBettingInput,  # noqa: A002
    ) -> TradingRulesInfo:
        """Limit each selection in something, or remove the limit. Needs a step-up."""
        trading, actor = info.context.area(BettingArea).trading, info.context.actor
        key = TargetKey(input.brand, input.scope, input.target)
        wanted = WantedLimit(key, input.currency, input.stake_minor, input.liability_minor)
        await trading.limit(actor, wanted, input.reason)
        return rules_to_graphql(input.brand, *await trading.decided(actor, input.brand))

    @strawberry.mutation(directives=[permitted(_TRADE, "input.brand")])
    async def set_betting_terms(
        self,
        info: OfficeInfo,
        input: BettingTermsInput,  # noqa: A002
    ) -> TradingRulesInfo:
        """Say what bets of a brand may cost, have and wait. Needs a step-up."""
        trading, actor = info.context.area(BettingArea).trading, info.context.actor
        stakes = [(stake.currency, stake.minimum_minor, stake.maximum_minor) for stake in input.stakes]
        wanted = WantedTerms(stakes, input.max_legs, input.delay_seconds)
        await trading.set_terms(actor, input.brand, wanted, seen=input.revision, reason=input.reason)
        return rules_to_graphql(input.brand, *await trading.decided(actor, input.brand))

    @strawberry.mutation(directives=[permitted(_TRADE, FOUND)])
    async def set_customer_factor(
        self,
        info: OfficeInfo,
        input: CustomerFactorInput,  # noqa: A002
    ) -> bool:
        """Say which part of what others may stake a customer may. Needs a step-up."""
        context = info.context
        await context.area(BettingArea).factors.decide(
            context.actor, owner_of(input.customer), input.factor_milli, input.reason
        )
        return True

    @strawberry.mutation(directives=[permitted(_VOID, FOUND)])
    async def propose_bet_void(
        self,
        info: OfficeInfo,
        input: VoidBetInput,  # noqa: A002
    ) -> BettingProposal:
        """Propose that a bet is void; another person approves it. Needs a step-up."""
        context = info.context
        proposal = await context.area(BettingArea).voids.propose_bet(context.actor, input.bet, input.reason)
        return BettingProposal(proposal_id=ID(proposal))

    @strawberry.mutation(directives=[permitted(_VOID, "input.brand")])
    async def propose_void(
        self,
        info: OfficeInfo,
        input: VoidMarketInput,  # noqa: A002
    ) -> BettingProposal:
        """Propose that all bets on something are void, or no more; another approves it. Needs a step-up."""
        context = info.context
        key = TargetKey(input.brand, input.scope, input.target)
        voids = context.area(BettingArea).voids
        proposal = await voids.propose(context.actor, key, input.reason, void=input.void)
        return BettingProposal(proposal_id=ID(proposal))
