"""Customers' money behind their limits, breaks and exclusions: what counts is claimed before money moves.

A claim and the money are two transactions. Whatever happens between them leaves a claim without money, never
money without a claim: a limit may be used up too early, and is never exceeded.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    PRODUCT_OF,
    Correction,
    Funds,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
    Status,
    Why,
    check_reservation,
    refused,
)
from subgraphs.wallet.funds.attempts import unless_unavailable
from subgraphs.wallet.funds.noted_corrections import NoteCorrection, concerns_people
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claim, Claims
from subgraphs.wallet.limits.records import Standing

StandingOf: TypeAlias = Callable[[Owner], Awaitable[Standing]]

ACT_OF: Final = {Purpose.BET: Act.BET, Purpose.GAME: Act.GAME}
RETURN_OF: Final = {Purpose.BET: Act.SETTLEMENT, Purpose.GAME: Act.WIN}


class LimitedFunds:
    """Money that is reserved only if the customer's limits permit it (`Funds`)."""

    def __init__(
        self,
        funds: Funds,
        database: Database,
        claims: Claims,
        standing_of: StandingOf,
        clock: Clock,
        *,
        note: NoteCorrection,
    ) -> None:
        """Prepare everything.

        Args:
            funds: Where the money is.
            database: Where the limits are.
            claims: What counts against them.
            standing_of: Finds where a customer is, and what the account message says.
            clock: Product time, by which frames and breaks count.
            note: Tells a person what a correction could not move.
        """
        self._funds, self._database, self._claims = funds, database, claims
        self._standing_of, self._clock, self._note = standing_of, clock, note

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose, if the limits permit it."""
        check_reservation(reservation)
        outcome = await unless_unavailable(self._claimed(reservation), IN_DOUBT)
        if outcome.status is not Status.DONE:
            return outcome
        outcome = await self._funds.reserve(reservation)
        # Under an id that is used for something else, what counts may be for that.
        if outcome.status is Status.REFUSED and outcome.why is not Why.IDEMPOTENCY_REUSED:
            await self._give_back(reservation)
        return outcome

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made.

        What was taken meanwhile is made, and refused no more.
        """
        check_reservation(reservation)
        outcome = await self._funds.confirm(reservation)
        if outcome.status is not Status.DONE:
            return outcome
        outcome = await unless_unavailable(self._permitted(reservation), IN_DOUBT)
        if outcome.status is not Status.REFUSED:
            return outcome
        state = await self._funds.ask(reservation)
        if state is None:
            return IN_DOUBT
        return DONE if state is ReservationState.SETTLED else outcome

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns, which make a loss smaller."""
        outcome = await self._funds.settle(settlement)
        return await self._counted(outcome, settlement.reservation, settlement.id, settlement.returns)

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back; it counts no more."""
        outcome = await self._funds.release(reservation)
        return outcome if outcome.status is not Status.DONE else await self._give_back(reservation)

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before, which makes a loss smaller or larger."""
        outcome = await self._noted(correction, await self._funds.correct(correction))
        if outcome.status is not Status.DONE:
            return outcome
        reservation = correction.reservation
        if correction.releases and await self._give_back(reservation) is IN_DOUBT:
            return IN_DOUBT
        return await self._counted(outcome, reservation, correction.id, correction.amount)

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; one that has ended by itself counts no more."""
        state = await self._funds.ask(reservation)
        if state is ReservationState.EXPIRED and await self._give_back(reservation) is IN_DOUBT:
            return None
        return state

    async def _claimed(self, asked: Reservation) -> Outcome:
        """Count a stake if it may be made now, or refuse it for ever."""
        # Breaks and limits hold for money in the currency that an account had before, too.
        standing = replace(await self._standing_of(asked.owner), currency=asked.currency)
        if (is_of_erased := await self._is_of_erased(asked)) is not False:
            return DONE if is_of_erased else IN_DOUBT  # whoever keeps the money knows what became of it
        async with self._database.write() as connection:
            claim = _claim_of(asked, await self._clock.at(connection))
            decision = await self._claims.claim(connection, claim, standing)
        return DONE if decision.code is None else await self._refused(asked, Why(decision.code))

    async def _permitted(self, asked: Reservation) -> Outcome:
        """Return whether a stake that has been counted may be made now; that of an erased customer may."""
        standing = replace(await self._standing_of(asked.owner), currency=asked.currency)
        async with self._database.read() as connection:
            if not await self._claims.knows(connection, asked.owner):
                return DONE
            claim = _claim_of(asked, await self._clock.at(connection))
            decision = await self._claims.permits(connection, claim, standing)
        return DONE if decision.code is None else refused(Why(decision.code))

    async def _refused(self, asked: Reservation, why: Why) -> Outcome:
        """Refuse a stake for ever, unless whoever keeps the money knows what became of it.

        While that cannot be asked, it stays in doubt: it might be made, and exceed what it is refused for.
        """
        state = await self._funds.ask(asked)
        if state is not ReservationState.UNKNOWN:
            return IN_DOUBT if state is None else DONE
        if why is Why.IDEMPOTENCY_REUSED:
            return refused(why)
        never = await self.release(asked)
        return refused(why) if never.status is Status.DONE else never

    async def _is_of_erased(self, asked: Reservation) -> bool | None:
        """Return whether a reservation was made for a customer of whom nothing is counted since.

        None if that cannot be known now.
        """
        async with self._database.read() as connection:
            if await self._claims.knows(connection, asked.owner):
                return False
        state = await self._funds.ask(asked)
        return None if state is None else state is not ReservationState.UNKNOWN

    async def _counted(self, outcome: Outcome, reservation: Reservation, name: str, minor: int) -> Outcome:
        """Count what the customer got, if they did, or a negative amount that was taken back."""
        if outcome.status is not Status.DONE or not minor:
            return outcome

        async def count() -> Outcome:
            async with self._database.write() as connection:
                at = await self._clock.at(connection)
                act, product = RETURN_OF[reservation.purpose], PRODUCT_OF[reservation.purpose]
                claim = Claim(reservation.owner, name, act, minor, reservation.currency, at, product)
                if await self._claims.knows(connection, claim.owner):
                    await self._claims.record(connection, claim)
            return outcome

        return await unless_unavailable(count(), IN_DOUBT)

    async def _noted(self, correction: Correction, outcome: Outcome) -> Outcome:
        """Tell a person what was not moved."""
        if not concerns_people(correction, outcome):
            return outcome

        async def note() -> Outcome:
            async with self._database.write() as connection:
                at = await self._clock.machine.at(connection)
                await self._note(connection, correction, outcome, at)
            return outcome

        return await unless_unavailable(note(), IN_DOUBT)

    async def _give_back(self, asked: Reservation) -> Outcome:
        async def give_back() -> Outcome:
            async with self._database.write() as connection:
                at = await self._clock.at(connection)
                if await self._claims.knows(connection, asked.owner):
                    await self._claims.give_back(connection, asked.owner, asked.id, at)
            return DONE

        return await unless_unavailable(give_back(), IN_DOUBT)


def _claim_of(asked: Reservation, at: datetime) -> Claim:
    """Return what a stake counts: a free one nothing."""
    return Claim(
        asked.owner,
        asked.id,
        ACT_OF[asked.purpose],
        0 if asked.free_bet else asked.amount,
        asked.currency,
        at,
        PRODUCT_OF[asked.purpose],
    )
