"""Does a step of a bet, and returns what is learnt by it; nothing while that is in doubt.

A step that is done again, by whomever, moves nothing twice: what it asks of money has ids of its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from subgraphs.bets.accepting.acceptance import Acceptance, Refused
from subgraphs.bets.betting.bet import Bet, Settlement
from subgraphs.bets.betting.facts import Decided, Delayed, Fact, Moved, RefusedFor, Released, Reserved, Taken
from subgraphs.bets.betting.money import (
    Correct,
    Pay,
    Release,
    Retake,
    movement_of,
    owed_after,
    taking,
)
from subgraphs.bets.betting.steps import GiveBack, GiveUp, Look, Move, Reserve, Step, Take
from subgraphs.kit.funds import DONE, Funds, Outcome, Status, Why
from subgraphs.kit.funds import Settlement as Payment
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode

Looking: TypeAlias = Callable[[Bet], Awaitable[Acceptance | None]]
"""Looks at what is offered now, by the bet's brand; None if that cannot be known."""

ASKED_AGAIN: Final = timedelta(seconds=1)
"""So old a bet is whose customer's rules are asked again when it is decided: they were as it was reserved."""

_C: Final = PlatformErrorCode
UNKNOWN: Final = RefusedFor(_C.DECLINED, "We couldn't confirm this bet in time. Your stake wasn't taken.")
NOT_TAKEN: Final = RefusedFor(
    _C.DECLINED, "We couldn't take the stake, so this bet wasn't placed.", is_of_stake=True
)

_ENDED: Final = {Why.RELEASED, Why.EXPIRED, Why.IDEMPOTENCY_REUSED, Why.UNKNOWN_RESERVATION}
"""Why a free bet is not taken again that had been taken before: what was read of the bet is old."""

MESSAGES: Final[Mapping[Why, str]] = {
    Why.INSUFFICIENT_FUNDS: "There isn't enough money in your account for this stake.",
    Why.LIMIT_REACHED: "This stake would take you over a limit that you've set.",
    Why.SELF_EXCLUDED: "You've excluded yourself from betting.",
    Why.COOLING_OFF: "You're taking a break from betting.",
    Why.ACCOUNT_SUSPENDED: "Your account can't be used for bets right now.",
    Why.NO_ACCOUNT: "You have no money with us yet. Deposit first.",
    Why.NOT_ALLOWED_HERE: "You can't bet with your account.",
    Why.WRONG_CURRENCY: "Your account is in another currency.",
}
"""Why a stake is not reserved, for the customer; of all others, that it could not be."""


@dataclass(frozen=True, slots=True)
class Performer:
    """Does the steps of bets.

    Attributes:
        funds: Where the customer's money is.
        look: Looks at what is offered.
    """

    funds: Funds
    look: Looking

    async def perform(self, bet: Bet, step: Step, at: datetime) -> Fact | None:
        """Do a step, and return what is learnt; None if it is in doubt, and has to be done again.

        Args:
            bet: As it is known, with all that was learnt before.
            step: What `next_step` said.
            at: Now, by the machine's clock.
        """
        match step:
            case Reserve():
                return _reserved(await self.funds.reserve(bet.stake), at)
            case Look():
                decision = await self.look(bet)
                return (
                    None if decision is None else await self._confirmed(bet, _decided(bet, decision, at), at)
                )
            case GiveUp():
                return UNKNOWN
            case Take():
                return _taken(await self.funds.settle(taking(bet)), at)
            case GiveBack():
                outcome = await self.funds.release(bet.stake)
                return Released(at) if _is_known(outcome) else None
            case Move(settlement):
                return await self._move(bet, settlement, at)

    async def _confirmed(self, bet: Bet, fact: Fact, at: datetime) -> Fact | None:
        """Return what is decided of a bet; it is refused if its customer may not make it any more."""
        if not isinstance(fact, Decided) or at - bet.asked_at < ASKED_AGAIN:
            return fact
        outcome = await self.funds.confirm(bet.stake)
        match outcome.status:
            case Status.IN_DOUBT:
                return None
            case Status.DONE:
                return fact
            case Status.REFUSED:
                return _not_reserved(outcome)

    async def _move(self, bet: Bet, settlement: Settlement, at: datetime) -> Fact | None:
        movement = movement_of(bet, settlement)
        is_kept = False
        if isinstance(movement, Retake):
            outcome = await self._taken_again(movement.payment)
            if is_kept := outcome.status is Status.REFUSED and outcome.why not in _ENDED:
                movement = movement.instead
        if not isinstance(movement, Retake):
            outcome = DONE if movement is None else await self._moved(movement)
        if not _is_known(outcome):
            return None
        why = "" if outcome.why is None else outcome.why.value
        owed = owed_after(bet, settlement, None if why else movement, outcome.owed)
        return Moved(settlement.number, at, why, is_kept and not why, owed)

    async def _moved(self, movement: Release | Pay | Correct) -> Outcome:
        match movement:
            case Release(reservation):
                return await self.funds.release(reservation)
            case Pay(payment):
                return await self.funds.settle(payment)
            case Correct(correction):
                return await self.funds.correct(correction)

    async def _taken_again(self, payment: Payment) -> Outcome:
        outcome = await self.funds.reserve(payment.reservation)
        return await self.funds.settle(payment) if outcome.status is Status.DONE else outcome


def _decided(bet: Bet, decision: Acceptance, at: datetime) -> Fact:
    if isinstance(decision, Refused):
        return RefusedFor(decision.code, decision.message, decision.changed)
    waits_until = bet.asked_at + timedelta(seconds=decision.delay_seconds)
    return Delayed(waits_until) if at < waits_until else Decided(at, decision.legs)


def _is_known(outcome: Outcome) -> bool:
    return outcome.status is not Status.IN_DOUBT


def _reserved(outcome: Outcome, at: datetime) -> Fact | None:
    match outcome.status:
        case Status.IN_DOUBT:
            return None
        case Status.DONE:
            return Reserved(at)
        case Status.REFUSED:
            return _not_reserved(outcome)


def _not_reserved(outcome: Outcome) -> RefusedFor:
    """Return why a bet is not made whose customer may not stake for it."""
    message = MESSAGES.get(outcome.why) if outcome.why else None
    if outcome.why is None or message is None:
        return RefusedFor(_C.DECLINED, "We couldn't take the stake, so this bet wasn't placed.")
    return RefusedFor(_C(outcome.why.value), message)


def _taken(outcome: Outcome, at: datetime) -> Fact | None:
    match outcome.status:
        case Status.IN_DOUBT:
            return None
        case Status.DONE:
            return Taken(at)
        case Status.REFUSED:
            return NOT_TAKEN
