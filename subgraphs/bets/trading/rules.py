"""What traders of a brand decide: what is suspended, and how much is taken; pure.

A limit is of each selection in its scope, and the narrowest scope that has one decides. Currencies are apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import BetRules, Refused, StakeLimits
from subgraphs.bets.accepting.slip import Slip
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.offers import Offer

FULL_MILLI: Final = 1000
"""The factor of a customer who may stake as much as anybody."""

_C: Final = PlatformErrorCode


class Scope(StrEnum):
    """What a decision is about, the narrowest first."""

    SELECTION = "selection"
    MARKET = "market"
    EVENT = "event"
    KIND = "kind"
    SPORT = "sport"
    BRAND = "brand"


class Target(NamedTuple):
    """What a decision is about: the id is the platform's own, the name of a kind or sport, "" of a brand."""

    scope: Scope
    id: str = ""


class Selection(Protocol):
    """A selection as it is offered, or as it was taken."""

    @property
    def selection_id(self) -> str:
        """Return its own id, from which its market's follows."""
        ...

    @property
    def sports_event_id(self) -> str:
        """Return the event's own id."""
        ...

    @property
    def sport(self) -> str:
        """Return the platform's name of the sport."""
        ...

    @property
    def market_kind(self) -> str:
        """Return the platform's name of the market's kind; "" if it is not known."""
        ...


class Limit(Struct, frozen=True, kw_only=True):
    """The most of each selection in a scope, in minor units; None if this says nothing of it.

    Attributes:
        stake: Of all open bets of a customer on it.
        liability: What the house may lose if the selection wins, by all open bets on it.
    """

    stake: int | None = None
    liability: int | None = None


class StakeRange(Struct, frozen=True):
    """The least on a line and the most in all that a bet may cost, in minor units."""

    minimum: int
    maximum: int


class TradingRules(Struct, frozen=True, kw_only=True):
    """What the traders of a brand have decided.

    Attributes:
        suspended: On what no bets are taken.
        limits: By what they are about and the currency.
        stakes: By currency; of others the installation's settings say it.
        max_legs: None as the settings say it, as the bet delay.
    """

    suspended: frozenset[Target] = frozenset()
    limits: Mapping[tuple[Target, str], Limit] = {}
    stakes: Mapping[str, StakeRange] = {}
    max_legs: int | None = None
    delay_seconds: float | None = None

    def is_suspended(self, selection: Selection) -> bool:
        """Tell whether no bet is taken on a selection: it is suspended, or anything that it is part of."""
        return any(target in self.suspended for target in targets_of(selection))

    def most_stake(self, selection: Selection, currency: str) -> int | None:
        """Return the most that a customer's bets on a selection may cost; None if no trader has said it."""
        said = (limit.stake for limit in self._limits(selection, currency))
        return next((stake for stake in said if stake is not None), None)

    def most_liability(self, selection: Selection, currency: str) -> int | None:
        """Return what the house may lose if a selection wins; None if no trader has said it."""
        said = (limit.liability for limit in self._limits(selection, currency))
        return next((liability for liability in said if liability is not None), None)

    def over(self, usual: BetRules, factor_milli: int = FULL_MILLI) -> BetRules:
        """Return the rules by which a slip is accepted.

        Args:
            usual: What the installation's settings say.
            factor_milli: The customer's.
        """
        return BetRules(
            stakes={
                currency: self._stakes(currency, limits, factor_milli)
                for currency, limits in usual.stakes.items()
            },
            max_legs=usual.max_legs if self.max_legs is None else self.max_legs,
            delay_seconds=usual.delay_seconds if self.delay_seconds is None else self.delay_seconds,
            late_starts=usual.late_starts,
        )

    def _stakes(self, currency: str, usual: StakeLimits, factor_milli: int) -> StakeLimits:
        own = self.stakes.get(currency, StakeRange(usual.minimum, usual.maximum))
        return replace(usual, minimum=own.minimum, maximum=with_factor(own.maximum, factor_milli))

    def _limits(self, selection: Selection, currency: str) -> Iterator[Limit]:
        for target in targets_of(selection):
            if limit := self.limits.get((target, currency)):
                yield limit


NO_RULES: Final = TradingRules()


def targets_of(selection: Selection) -> tuple[Target, ...]:
    """Return all that a decision about a selection may be about, the narrowest first."""
    return (
        Target(Scope.SELECTION, selection.selection_id),
        Target(Scope.MARKET, market_of(selection.selection_id)),
        Target(Scope.EVENT, selection.sports_event_id),
        Target(Scope.KIND, selection.market_kind),
        Target(Scope.SPORT, selection.sport),
        Target(Scope.BRAND),
    )


def with_factor(most_minor: int, factor_milli: int) -> int:
    """Return the most that a customer may stake, rounded down: a factor never raises it."""
    return most_minor * min(max(factor_milli, 0), FULL_MILLI) // FULL_MILLI


def refusal(
    slip: Slip, offers: Mapping[str, Offer], rules: TradingRules, factor_milli: int = FULL_MILLI
) -> Refused | None:
    """Return why traders do not take a slip; None if they do.

    Args:
        slip: What a customer wants.
        offers: What the brand offers now, by the ids of selections; what is not offered is none of theirs.
        rules: The brand's.
        factor_milli: The customer's.
    """
    offered = [offers[leg.selection_id] for leg in slip.legs if leg.selection_id in offers]
    suspended = next((offer for offer in offered if rules.is_suspended(offer)), None)
    if suspended is not None:
        return Refused(_C.SUSPENDED, f"Betting on {suspended.pick} is suspended right now.")
    for offer in offered:
        most = rules.most_stake(offer, slip.currency)
        if most is not None and slip.total_minor > with_factor(most, factor_milli):
            return Refused(
                _C.STAKE_TOO_HIGH, f"The stake is higher than the highest we take on {offer.pick}."
            )
    return None


def stake_limits(
    selections: Iterable[Selection], currency: str, rules: TradingRules, factor_milli: int
) -> Mapping[str, int]:
    """Return what all open bets of a customer on each of some selections may cost, where traders limit it."""
    highest = rules.stakes.get(currency)
    limits: dict[str, int] = {}
    for selection in selections:
        said = (rules.most_stake(selection, currency), highest.maximum if highest else None)
        if amounts := [amount for amount in said if amount is not None]:
            limits[selection.selection_id] = with_factor(min(amounts), factor_milli)
    return limits


def liability_limits(
    selections: Iterable[Selection], currency: str, rules: TradingRules
) -> Mapping[str, int]:
    """Return what the house may lose by all bets on each of some selections, where traders limit it."""
    said = {selection.selection_id: rules.most_liability(selection, currency) for selection in selections}
    return {selection_id: most for selection_id, most in said.items() if most is not None}
