"""A bet slip as the graph takes it, and the facts of the bet that it would become."""

import re
from datetime import datetime
from enum import Enum

import msgspec
import strawberry
from strawberry import ID

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.place_terms import PlaceTermsInput
from subgraphs.progress.counting.legs import MAX_LEGS, Leg, combined_odds, encode_legs
from subgraphs.progress.counting.rules import BetFacts

MAX_MINOR = 2**31 - 1
MIN_ODDS = 1000
_is_selection = re.compile(r"[^:\s\ufeff\x00-\x1f\x7f]{1,64}").fullmatch
"""As in messages of bets."""


@strawberry.enum
class BetType(Enum):
    """The kind of a bet, by its number of selections."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SYSTEM = "system"


@strawberry.input
class BetLegInput:
    """A selection of a bet slip, and its decimal odds times 1000; the club counts no place terms."""

    selection_id: ID
    odds_milli: int
    place_terms: PlaceTermsInput | None = strawberry.UNSET


@strawberry.input
class BetslipInput:
    """A bet slip as it would be placed. With legs, these decide on its odds, its type and its product."""

    brand: ID
    stake_minor: int
    currency: str
    odds_milli: int | None = strawberry.UNSET
    bet_type: BetType
    product: Product
    free_bet: bool = False
    legs: list[BetLegInput] | None = strawberry.UNSET


def bet_of(slip: BetslipInput, now: datetime) -> BetFacts:
    """Return the facts of the bet that a slip would become.

    Raises:
        BadInput: An amount or the number of legs is out of bounds, or a selection is no one's of the brand.
    """
    if not 0 <= slip.stake_minor <= MAX_MINOR or not 0 <= (slip.odds_milli or 0) <= MAX_MINOR:
        raise BadInput(f"stakeMinor and oddsMilli must be 0 to {MAX_MINOR}")
    bet = BetFacts(
        status="placed",
        bet_type=slip.bet_type.value,
        product=slip.product.value,
        channel=None,
        stake_minor=slip.stake_minor,
        counting_stake_minor=slip.stake_minor,
        currency=slip.currency,
        stake_source="free_bet" if slip.free_bet else "cash",
        odds_milli=slip.odds_milli or None,
        placed_at=now,
    )
    return _with_legs(bet, slip.brand, slip.legs) if slip.legs else bet


def _with_legs(bet: BetFacts, brand: str, legs: list[BetLegInput]) -> BetFacts:
    if len(legs) > MAX_LEGS:
        raise BadInput(f"a slip has at most {MAX_LEGS} legs")
    if not all(MIN_ODDS <= leg.odds_milli <= MAX_MINOR for leg in legs):
        raise BadInput(f"oddsMilli of a leg must be {MIN_ODDS} to {MAX_MINOR}")
    return msgspec.structs.replace(
        bet,
        bet_type=(BetType.SINGLE if len(legs) == 1 else BetType.MULTIPLE).value,
        product=Product.BETTING.value,
        odds_milli=min(combined_odds([leg.odds_milli for leg in legs]), MAX_MINOR),
        legs=encode_legs(Leg(_selection(brand, leg.selection_id), leg.odds_milli) for leg in legs),
    )


def _selection(brand: str, text: str) -> str:
    """Return the platform's own id of a selection.

    Raises:
        BadInput: The id is another brand's, or was not made here.
    """
    found = GraphId.parse(text)
    if found.brand != brand:
        raise BadInput("a selection of the slip is another brand's")
    if not _is_selection(found.own):
        raise BadInput("this id was not made here")
    return found.own
