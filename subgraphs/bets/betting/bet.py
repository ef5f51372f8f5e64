"""A bet: what a customer asked for, the facts that have come since, and how it stands by them.

Facts are only added. The stake is reserved, what is offered is looked at again, the stake is taken; then the
bet is made, and each result, also one that corrects another, is a settlement with a number of its own.
"""

from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_bytes
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import Acceptance, Refused, TakenLeg
from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.settlement.outcomes import Outcome
from subgraphs.bets.settlement.returns import Leg, potential_returns
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import MAX_HOLD_SECONDS, Purpose, Reservation

_ID_BYTES: Final = 15


class BetStatus(StrEnum):
    """How a bet stands.

    PENDING: It is not known yet whether it is made.
    REFUSED: It never was; the customer has the stake.
    OPEN: It is made, and waits for results; again, if one was taken back.
    WON: It has returned something.
    LOST: It has returned nothing.
    VOID: It stands as if it had never been made.
    PARTLY_VOID: A part of it does, and it has returned something.
    """

    PENDING = "PENDING"
    REFUSED = "REFUSED"
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    VOID = "VOID"
    PARTLY_VOID = "PARTLY_VOID"


class Settlement(Struct, frozen=True, kw_only=True):
    """What a bet returns by the results as they were known at a moment.

    Attributes:
        number: 1 of the first; a later one corrects it.
        status: How the bet stands by it.
        returns_minor: What the bet returns in all, with the stake where that comes back.
        counting_minor: The part of the stake that is not void.
        outcomes: What became of the selections, as far as that is known.
        decided_at: When the results said so.
        moved_at: When the money moved; None while it has not.
        refusal: Why it could not be moved: a person has to look; "" if nothing stands against it.
        owed_minor: What the customer owes for the bet once it has moved: it was taken back, and was spent.
        is_free_bet_kept: The customer has used a free bet that had gone back, so it was not taken again: a
            person has to look.
    """

    number: int
    status: BetStatus
    returns_minor: int
    counting_minor: int
    outcomes: Mapping[str, Outcome]
    decided_at: datetime
    moved_at: datetime | None = None
    refusal: str = ""
    is_free_bet_kept: bool = False
    owed_minor: int = 0

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is to be moved for it any more."""
        return self.moved_at is not None or bool(self.refusal)


class Bet(Struct, frozen=True, kw_only=True):
    """What a customer asked for, and what has become of it.

    Attributes:
        idempotency_key: The customer's: the same key is the same bet.
        placed_at: When it was asked for, by product time: by it, it counts for the club. All other instants
            are the machine's, as those of events are.
        legs: As they were offered when they were last looked at; none if the slip was refused at once.
        jurisdiction: Of the customer's account.
        territory: Where the customer was, as a code of ISO 3166-1; None if that was not known.
        language: In which the bet says what was bet; None for the usual one.
        look_at: When what is offered is to be looked at again: at once, or after the bet delay.
        reserved_at: When the stake was reserved.
        decided_at: When the offers were found to stand: the bet is made as soon as the stake is taken.
        taken_at: When the stake was taken.
        refusal: Why the bet is not made: a code of `PlatformErrorCode`; "" if it is not refused.
        changed: The selections whose odds had changed, if it was refused for that.
        released_at: When it was sure that a refused bet holds no stake.
        settlements: By their numbers.
    """

    bet_id: str
    brand_id: str
    customer_id: str
    idempotency_key: str
    slip: Slip
    legs: tuple[TakenLeg, ...]
    placed_at: datetime
    asked_at: datetime
    look_at: datetime
    reserved_at: datetime | None = None
    decided_at: datetime | None = None
    taken_at: datetime | None = None
    refusal: str = ""
    message: str = ""
    changed: tuple[str, ...] = ()
    released_at: datetime | None = None
    settlements: tuple[Settlement, ...] = ()
    jurisdiction: str = ""
    territory: str | None = None
    language: str | None = None

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand_id, self.customer_id)

    @property
    def status(self) -> BetStatus:
        """Return how it stands."""
        if self.refusal:
            return BetStatus.REFUSED
        if self.taken_at is None:
            return BetStatus.PENDING
        return self.settlements[-1].status if self.settlements else BetStatus.OPEN

    @property
    def returns_minor(self) -> int | None:
        """Return what it returns in all, in minor units; None while it is open."""
        is_open = not self.settlements or self.status is BetStatus.OPEN
        return None if is_open else self.settlements[-1].returns_minor

    def delay_left(self, at: datetime) -> timedelta | None:
        """Return how much longer it waits for the bet delay; None if there is none, or it was looked at."""
        is_over = self.status is not BetStatus.PENDING or self.decided_at is not None
        if is_over or self.look_at <= self.asked_at:
            return None
        return max(self.look_at - at, timedelta())

    @property
    def stake(self) -> Reservation:
        """Return the reservation of the whole stake, under the bet's own id."""
        return self.reservation(self.bet_id, self.slip.total_minor, self.slip.free_bet)

    def product_time(self, at: datetime) -> datetime:
        """Return an instant of the machine's by product time, as far ahead as when it was asked for."""
        return at + (self.placed_at - self.asked_at)

    @property
    def potential_returns(self) -> int:
        """Return what it returns if all of it wins, in minor units."""
        if not self.legs:
            return 0
        priced = [Leg(odds_milli=leg.odds_milli, terms=leg.terms) for leg in self.legs]
        return potential_returns(
            self.slip.stake_minor,
            priced,
            each_way=self.slip.each_way,
            is_free=bool(self.slip.free_bet),
        )

    def reservation(self, name: str, amount: int, free_bet: str = "") -> Reservation:
        """Return a reservation of the customer's money, or of a free bet, for the bet."""
        return Reservation(
            id=name,
            owner=self.owner,
            currency=self.slip.currency,
            amount=amount,
            purpose=Purpose.BET,
            seconds=MAX_HOLD_SECONDS,
            free_bet=free_bet,
        )


class Asked(Struct, frozen=True, kw_only=True):
    """What a customer asks for, and where they are.

    Attributes:
        key: The customer's idempotency key.
        jurisdiction: Of the customer's account.
        territory: A code of ISO 3166-1; None if that is not known.
        language: As `Accept-Language` has it.
    """

    owner: Owner
    key: str
    slip: Slip
    jurisdiction: str
    territory: str | None = None
    language: str | None = None


def asked_bet(asked: Asked, decision: Acceptance, at: datetime, placed_at: datetime) -> Bet:
    """Return a bet as it begins: nothing of it is known but what was offered as it was asked for.

    Args:
        asked: What the customer wants.
        decision: Whether it becomes a bet, by what was offered.
        at: Now, by the machine's clock.
        placed_at: The same instant, by product time.
    """
    bet = Bet(
        bet_id=new_id(),
        brand_id=asked.owner.brand,
        customer_id=asked.owner.customer,
        idempotency_key=asked.key,
        slip=asked.slip,
        legs=(),
        placed_at=placed_at,
        asked_at=at,
        look_at=at,
        jurisdiction=asked.jurisdiction,
        territory=asked.territory,
        language=asked.language,
    )
    if isinstance(decision, Refused):
        refusal, message = decision.code.value, decision.message
        return replace(bet, refusal=refusal, message=message, changed=decision.changed, released_at=at)
    return replace(bet, legs=decision.legs, look_at=at + timedelta(seconds=decision.delay_seconds))


def new_id() -> str:
    """Return an id for a bet that nobody can guess: 24 characters."""
    return b32encode(token_bytes(_ID_BYTES)).decode().lower()
