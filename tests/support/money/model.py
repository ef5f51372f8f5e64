"""Customers' money in memory, written from the promises of the protocol alone."""

from dataclasses import dataclass, field

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    Correction,
    Outcome,
    Reservation,
    ReservationState,
    Settlement,
    Status,
    Why,
    refused,
)


@dataclass
class Account:
    """What a customer has in one currency.

    Attributes:
        cash: In minor units.
        bonuses: What each credit has that pays before cash does, the first to expire first.
        free_bets: What each credit has that pays by itself, and whole.
    """

    cash: int = 0
    bonuses: dict[str, int] = field(default_factory=dict)
    free_bets: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return all of it."""
        return self.cash + sum(self.bonuses.values()) + sum(self.free_bets.values())


@dataclass
class Made:
    """A reservation that was asked for.

    Attributes:
        asked: What was asked for; None if it was released before it came.
        state: How it stands.
        why: Why it was refused.
        taken: From where how much was taken: a purse and the name in it.
        ends: When it ends by itself.
    """

    asked: Reservation | None
    state: ReservationState
    why: Why | None = None
    taken: list[tuple[str, int]] = field(default_factory=list)
    ends: int = 0


class FundsModel:
    """What becomes of requests, one after the other.

    Attributes:
        now: In seconds.
        house: What the house has got from customers, less what it has paid them.
    """

    def __init__(self) -> None:
        self.accounts: dict[tuple[Owner, str], Account] = {}
        self.made: dict[str, Made] = {}
        self.settled: dict[str, Settlement] = {}
        self.corrected: dict[str, tuple[Correction, Outcome]] = {}
        self.now = 0
        self.house = 0

    def pass_time(self, seconds: int) -> None:
        """Let time pass, and what has ended by itself be the customers' again."""
        self.now += seconds
        for made in self.made.values():
            if made.state is ReservationState.RESERVED and made.ends <= self.now:
                made.state = ReservationState.EXPIRED
                self._give_back(made)

    def reserve(self, asked: Reservation) -> Outcome:
        """Keep money for a purpose."""
        made = self.made.get(asked.id)
        if made is not None:
            return self._again(made, asked)
        account = self.accounts.get((asked.owner, asked.currency))
        why, taken = self._taken(account, asked)
        state = ReservationState.REFUSED if why else ReservationState.RESERVED
        self.made[asked.id] = Made(asked, state, why, taken, self.now + asked.seconds)
        for purse, amount in taken:
            self._move(asked, purse, -amount)
        return refused(why) if why else DONE

    def confirm(self, asked: Reservation) -> Outcome:
        """Ask again whether a reservation that was made may be."""
        made = self.made.get(asked.id)
        if made is None or made.state is ReservationState.REFUSED:
            is_released = made is not None and made.why is Why.RELEASED
            return refused(Why.RELEASED if is_released else Why.UNKNOWN_RESERVATION)
        ended = self._ended(made)
        return DONE if ended is None else refused(ended)

    def settle(self, asked: Settlement) -> Outcome:
        """Take what was reserved, and pay returns."""
        reservation = asked.reservation
        if (before := self.settled.get(asked.id)) is not None:
            return DONE if before == asked else refused(Why.IDEMPOTENCY_REUSED)
        made = self.made.get(reservation.id)
        if made is None:
            return refused(Why.UNKNOWN_RESERVATION)
        if (
            made.asked is not None
            and made.state is not ReservationState.REFUSED
            and made.asked != reservation
        ):
            return refused(Why.IDEMPOTENCY_REUSED)
        if (ended := self._ended(made)) is not None:
            return refused(ended)
        if made.state is ReservationState.RESERVED:
            made.state = ReservationState.SETTLED
            self.house += sum(amount for _, amount in made.taken)
        self.settled[asked.id] = asked
        self.accounts[reservation.owner, reservation.currency].cash += asked.returns
        self.house -= asked.returns
        return DONE

    def release(self, asked: Reservation) -> Outcome:
        """Give everything back."""
        made = self.made.setdefault(asked.id, Made(None, ReservationState.RELEASED))
        if made.asked is not None and made.state is not ReservationState.REFUSED and made.asked != asked:
            return refused(Why.IDEMPOTENCY_REUSED)
        if made.state is ReservationState.SETTLED:
            self.house -= sum(amount for _, amount in made.taken)
        if made.state in {ReservationState.RESERVED, ReservationState.SETTLED}:
            made.state = ReservationState.RELEASED
            self._give_back(made)
        return DONE

    def correct(self, asked: Correction) -> Outcome:
        """Pay or take the difference, whatever the reservation has become."""
        reservation = asked.reservation
        if asked.releases and (released := self.release(reservation)) != DONE:
            return released
        made = self.made.get(reservation.id)
        if made is None or made.asked is None or made.state is ReservationState.REFUSED:
            return refused(Why.UNKNOWN_RESERVATION)
        before, outcome = self.corrected.get(asked.id, (asked, None))
        if made.asked != reservation or before != asked:
            return refused(Why.IDEMPOTENCY_REUSED)
        if outcome is None:
            account = self.accounts[reservation.owner, reservation.currency]
            wanted = asked.amount - min(asked.owed, max(asked.amount, 0))
            moved = max(wanted, -account.cash)
            account.cash += moved
            self.house -= moved
            outcome = Outcome(Status.DONE, owed=moved - wanted)
            self.corrected[asked.id] = asked, outcome
        return outcome

    def ask(self, asked: Reservation) -> ReservationState:
        """Return how a reservation stands."""
        made = self.made.get(asked.id)
        return ReservationState.UNKNOWN if made is None else made.state

    def _again(self, made: Made, asked: Reservation) -> Outcome:
        if made.state is ReservationState.REFUSED and made.why is not None:
            return refused(made.why)
        if made.asked is not None and made.asked != asked:
            return refused(Why.IDEMPOTENCY_REUSED)
        ended = self._ended(made)
        return DONE if ended is None else refused(ended)

    def _ended(self, made: Made) -> Why | None:
        ends = {
            ReservationState.RELEASED: Why.RELEASED,
            ReservationState.EXPIRED: Why.EXPIRED,
            ReservationState.REFUSED: made.why,
        }
        return ends.get(made.state)

    def _taken(self, account: Account | None, asked: Reservation) -> tuple[Why | None, list[tuple[str, int]]]:
        if account is None:
            return Why.NO_ACCOUNT, []
        if asked.free_bet:
            is_whole = account.free_bets.get(asked.free_bet) == asked.amount
            return (None, [(asked.free_bet, asked.amount)]) if is_whole else (Why.INSUFFICIENT_FUNDS, [])
        taken, left = [], asked.amount
        for name, has in account.bonuses.items():
            if has and left:
                taken.append((name, min(has, left)))
                left -= taken[-1][1]
        if left > account.cash:
            return Why.INSUFFICIENT_FUNDS, []
        return None, [*taken, ("", left)]

    def _give_back(self, made: Made) -> None:
        for purse, amount in made.taken:
            if made.asked is not None:
                self._move(made.asked, purse, amount)

    def _move(self, asked: Reservation, purse: str, amount: int) -> None:
        account = self.accounts[asked.owner, asked.currency]
        if not purse:
            account.cash += amount
        elif purse in account.bonuses:
            account.bonuses[purse] += amount
        else:
            account.free_bets[purse] += amount
