"""Bets of the graph: what was bet, as it was, and how it stands."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Final

import strawberry
from strawberry import ID, Private

from subgraphs.bets.accepting.acceptance import TakenLeg
from subgraphs.bets.accepting.slip import PriceChanges, SlipLeg
from subgraphs.bets.betting.bet import Bet as KnownBet
from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.placing.placing import Placed
from subgraphs.bets.settlement.outcomes import LegResult, Outcome
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.money import MinorUnits, Money, money
from subgraphs.kit.graphql.odds import Odds, style_of
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.kit.graphql.place_terms import PlaceTerms, PlaceTermsInput
from subgraphs.kit.graphql.platform_errors import PlatformError, PlatformErrorCode
from subgraphs.kit.graphql.schema_building import assumed_size
from subgraphs.kit.mutations.refusals import Refusal

SEVERAL: Final = assumed_size(3)
described(strawberry.enum(BetStatus))
described(strawberry.enum(LegResult))
described(strawberry.enum(PriceChanges))


@strawberry.federation.type(keys=["id"], extend=True)
class Selection:
    """What one can bet on in a market; the block of events knows more of it."""

    id: ID = strawberry.federation.field(external=True)


@fields_described
@strawberry.type
class BetLeg:
    """What was bet on, as it was when the bet was placed."""

    of: Private[KnownBet]
    taken: Private[TakenLeg]
    outcome: Private[Outcome | None]
    language: Private[str | None]

    @strawberry.field
    def selection(self) -> Selection | None:
        """The selection as it is now; null once its event is no longer kept."""
        return Selection(id=ID(str(GraphId(self.of.brand_id, self.taken.selection_id))))

    @strawberry.field
    def event(self) -> str:
        """What the event was called."""
        return self.taken.event

    @strawberry.field
    def market(self) -> str:
        """What the market was called."""
        return self.taken.market

    @strawberry.field
    def pick(self) -> str:
        """What the selection was called."""
        return self.taken.pick

    @strawberry.field
    def starts_at(self) -> datetime:
        """When the event was to begin."""
        return self.taken.starts_at

    @strawberry.field
    def odds(self) -> Odds:
        """The odds that were taken."""
        at = self.of.decided_at or self.of.asked_at
        return Odds(milli=self.taken.odds_milli, changed_at=at, usual=style_of(self.language))

    @strawberry.field
    def place_terms(self) -> PlaceTerms | None:
        """The terms of the place part that were taken; null unless the bet is each way, or of older bets."""
        terms = self.taken.terms
        return PlaceTerms.of(terms) if terms is not None and terms.places else None

    @strawberry.field
    def result(self) -> LegResult | None:
        """What became of it; null while that is not known."""
        return None if self.outcome is None else self.outcome.result


@fields_described
@strawberry.type
class Bet:
    """A bet of a customer.

    `at` is when it was read, by the machine's clock; None of one whose end is known.
    """

    known: Private[KnownBet]
    locale: Private[str]
    language: Private[str | None]
    at: Private[datetime | None]

    @strawberry.field
    def id(self) -> ID:
        """Opaque; the wallet's transactions have it as their reference."""
        return ID(self.known.bet_id)

    @strawberry.field
    def placed_at(self) -> datetime:
        """When it was asked for."""
        return self.known.placed_at

    @strawberry.field
    def stake(self) -> Money:
        """What it costs in all: a bet each way twice what is staked on each line."""
        return self._money(self.known.slip.total_minor)

    @strawberry.field
    def each_way(self) -> bool:
        """Whether half of the stake is on the places."""
        return self.known.slip.each_way

    @strawberry.field(directives=[SEVERAL])
    def legs(self) -> list[BetLeg]:
        """One of a single; of a multiple all have to win."""
        outcomes: Mapping[str, Outcome] = {}
        if self.known.settlements:
            outcomes = self.known.settlements[-1].outcomes
        return [
            BetLeg(of=self.known, taken=leg, outcome=outcomes.get(leg.selection_id), language=self.language)
            for leg in self.known.legs
        ]

    @strawberry.field
    def status(self) -> BetStatus:
        """Return how it stands."""
        return self.known.status

    @strawberry.field
    def delay_left_ms(self) -> int | None:
        """How much longer it waits for the bet delay of an event that has begun; null if it does not wait."""
        left = None if self.at is None else self.known.delay_left(self.at)
        return None if left is None else ceil(left / timedelta(milliseconds=1))

    @strawberry.field
    def returns(self) -> Money | None:
        """What it has returned, with the stake where that comes back; null while that is not known."""
        returns = self.known.returns_minor
        return None if returns is None else self._money(returns)

    @strawberry.field
    def potential_returns(self) -> Money:
        """What it returns if all of it wins, with the stake where that comes back."""
        return self._money(self.known.potential_returns)

    @strawberry.field
    def is_free_bet(self) -> bool:
        """Whether a free bet of the club has paid the stake, which is then not returned."""
        return bool(self.known.slip.free_bet)

    def _money(self, minor: int) -> Money:
        return money(minor, self.known.slip.currency, self.locale)


@strawberry.type
class BetConnection:
    """A page of bets."""

    nodes: list[Bet]
    page_info: PageInfo


@strawberry.input
class BetLegInput:
    """A selection, and its odds and place terms as the customer saw them; without terms, those of now."""

    selection_id: ID
    odds_milli: int
    place_terms: PlaceTermsInput | None = None

    def leg(self, brand: str) -> SlipLeg:
        """Return the leg of a slip.

        Raises:
            BadInput: The selection is another brand's, or its id was not made here.
        """
        terms = None if self.place_terms is None else self.place_terms.terms
        return SlipLeg(GraphId.of_brand(brand, self.selection_id) or "", self.odds_milli, terms)


@strawberry.input
class PlaceBetInput:
    """A slip: one selection is a single, several are a multiple."""

    brand: ID
    legs: list[BetLegInput]
    stake_minor: MinorUnits
    currency: str
    idempotency_key: ID
    each_way: bool = False
    free_bet_id: ID | None = None
    accept_changes: PriceChanges = PriceChanges.NONE


@fields_described
@strawberry.type
class PlaceBetPayload:
    """A bet, or why it was not made.

    Attributes:
        bet: Also one that was refused: asked for again by the same key, it is the same. PENDING while its end
            is not known.
        changed: The selections that have other odds or place terms now, of PRICE_CHANGED.
    """

    bet: Bet | None
    changed: list[Selection] = strawberry.field(directives=[SEVERAL])
    errors: list[PlatformError]

    @classmethod
    def of(
        cls, placed: Placed, locale: str, language: str | None, at: datetime | None = None
    ) -> "PlaceBetPayload":
        """Return the payload of what was asked, at a time by the machine's clock."""
        if isinstance(placed, Refusal):
            return cls(bet=None, changed=[], errors=PlatformError.of(placed))
        errors = []
        if placed.refusal:
            errors = [PlatformError(code=PlatformErrorCode(placed.refusal), message=placed.message)]
        changed = [Selection(id=ID(str(GraphId(placed.brand_id, own)))) for own in placed.changed]
        bet = Bet(known=placed, locale=locale, language=language, at=at)
        return cls(bet=bet, changed=changed, errors=errors)
