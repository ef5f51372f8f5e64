"""`Funds` at an operator's own wallet: to reserve is a bet, to settle is a win, to release is a rollback.

Nothing is guessed: what is in doubt is repeated or rolled back, and the journal says which.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Correction,
    Outcome,
    Reservation,
    ReservationState,
    Settlement,
    Status,
    Why,
    check_correction,
    check_reservation,
    check_settlement,
    refused,
)
from subgraphs.wallet.funds.attempts import ended_of
from subgraphs.wallet.funds.noted_corrections import NoteCorrection, concerns_people
from subgraphs.wallet.seamless.bets import REUSED, Bet, BetState
from subgraphs.wallet.seamless.journal import Journal
from subgraphs.wallet.seamless.messages import WrongMessage
from subgraphs.wallet.seamless.operator_client import OperatorClient, check_amount
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from subgraphs.wallet.seamless.requests import OperatorRequests
from subgraphs.wallet.seamless.transitions import Step


@dataclass(frozen=True, slots=True)
class OperatorFunds:
    """The money of customers at their operator (`Funds`).

    Attributes:
        operator: Who is asked.
        journal: What was asked, and what became of it.
        sessions: The tokens of customers' sessions at the operator.
        note: Tells a person what a correction could not move.
    """

    operator: OperatorClient
    journal: Journal
    sessions: OperatorSessions
    note: NoteCorrection

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose: the operator takes the stake, and gives it back by a rollback.

        Raises:
            ValueError: Something in it is out of its range.
        """
        check_reservation(reservation)
        token = await self.sessions.token(reservation.owner)
        why, lease = _not_asked(reservation, token), self.operator.lease
        bet, is_mine = await self.journal.reserve(reservation, token or "", why, lease)
        if not bet.is_of(reservation):
            return REUSED
        is_decided = True
        if is_mine:
            bet, is_decided = await self._requests.send(Step(bet))
        if not is_decided:
            return IN_DOUBT
        if bet.state is BetState.ASKED or bet.is_rolled_back:
            await self._requests.finish(reservation.id)
            bet = await self._read(bet)
        return _reserved(bet)

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return ended_of(await self.ask(reservation))

    async def settle(self, settlement: Settlement) -> Outcome:
        """Pay returns, by a win; nothing is sent where there are none.

        Raises:
            ValueError: Something in it is out of its range.
        """
        check_settlement(settlement)
        currency = settlement.reservation.currency
        try:
            check_amount(settlement.returns, currency)
        except WrongMessage:
            return refused(Why.UNKNOWN_RESERVATION)  # none was made in such a currency
        outcome = await self.journal.settle(settlement)
        if outcome is not None:
            return outcome
        await self._requests.finish(settlement.reservation.id, settlement.id)
        return DONE if await self.journal.paid(settlement.id) else IN_DOUBT

    async def release(self, reservation: Reservation) -> Outcome:
        """Give the stake back, by a rollback, and never make the reservation if it has not come yet."""
        check_reservation(reservation)
        bet = await self.journal.release(reservation)
        if not bet.is_of(reservation):
            return REUSED
        if bet.is_rolled_back:
            await self._requests.finish(reservation.id)
            bet = await self._read(bet)
        return IN_DOUBT if bet.is_rolled_back else DONE

    async def correct(self, correction: Correction) -> Outcome:
        """Pay by a win, or take by a bet of its own; a stake that has gone back is bet again before.

        An operator may refuse a bet, and has no request that takes money otherwise: then a person has to ask
        for it.

        Raises:
            ValueError: Something in it is out of its range.
        """
        check_correction(correction)
        outcome = await self._corrected(correction)
        if concerns_people(correction, outcome):
            async with self.journal.database.write() as connection:
                at = await self.journal.clock.machine.at(connection)
                await self.note(connection, correction, outcome, at)
        return outcome

    async def _corrected(self, correction: Correction) -> Outcome:
        stake, name = correction.reservation, correction.id
        # What a rollback would bring first is never asked for: a bet that is rolled back after a win is odd.
        more = correction.amount + (stake.amount if correction.releases and not stake.free_bet else 0)
        if more == 0:
            return DONE
        again = replace(stake, id=f"{name}.r", amount=stake.amount if more > 0 else -more, free_bet="")
        if more > 0 and await self.ask(again) is ReservationState.UNKNOWN:
            outcome = await self.settle(Settlement(id=name, reservation=stake, returns=more))
            if outcome.why not in {Why.RELEASED, Why.EXPIRED}:
                return outcome
        outcome = await self.reserve(again)
        if outcome.status is not Status.DONE:
            return outcome
        returns = more + again.amount if more > 0 else 0
        return await self.settle(Settlement(id=name, reservation=again, returns=returns))

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None while that, or what it returns, is in doubt."""
        bet, has_due = await self.journal.read(reservation.id)
        if bet is None:
            return ReservationState.UNKNOWN
        return None if has_due else bet.shown

    @property
    def _requests(self) -> OperatorRequests:
        return OperatorRequests(self.operator, self.journal)

    async def _read(self, before: Bet) -> Bet:
        bet, _ = await self.journal.read(before.reservation_id)
        return before if bet is None else bet


def _not_asked(reservation: Reservation, token: str | None) -> Why | None:
    """Return why an operator need not be asked for a stake; None if it is to be asked.

    Raises:
        ValueError: No message can say so much.
    """
    try:
        check_amount(reservation.amount, reservation.currency)
    except WrongMessage:
        return Why.WRONG_CURRENCY
    if reservation.free_bet:
        return Why.INSUFFICIENT_FUNDS
    return Why.DECLINED if token is None else None


def _reserved(bet: Bet) -> Outcome:
    """Return the answer to whoever reserves."""
    if bet.state in {BetState.RESERVED, BetState.SETTLED}:
        return DONE
    in_doubt = bet.state in {BetState.ASKED, BetState.REFUSING}
    ended = bet.ended
    return IN_DOUBT if in_doubt or ended is None else refused(ended)
