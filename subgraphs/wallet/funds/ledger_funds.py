"""Customers' money in the ledger, as blocks move it.

A reservation is a pending transfer with its id, from cash to the house: it decides. Credits that pay before
cash do so by further pending transfers, linked to it. What is settled is posted, together with the returns or
not at all; what is released is voided, or moved back. What is corrected moves between cash and the house, or
the house's account of what customers owe. A credit pays only what its terms allow: before it has expired, and
stakes of its product.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from msgspec.structs import replace

from foundation.storage.clock import Clock
from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    PRODUCT_OF,
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
from subgraphs.wallet.funds.attempts import ended_of, unless_unavailable
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.funds.customer_accounts import CustomerAccount, CustomerAccounts
from subgraphs.wallet.funds.reservation_transfers import (
    back,
    correction_fingerprint,
    corrects,
    fingerprint,
    hold,
    never,
    owes,
    returns,
    take,
    void,
)
from subgraphs.wallet.funds.written_reservations import (
    NOWHERE,
    ReservationReader,
    State,
    Written,
    WrittenReservation,
)
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags

_S: Final = CreateTransferStatus
_MADE: Final = {_S.CREATED, _S.EXISTS}
_OVER: Final = _MADE | {_S.PENDING_TRANSFER_EXPIRED, _S.PENDING_TRANSFER_ALREADY_VOIDED}
MAX_ATTEMPTS: Final = 8
"""How often a change is tried that another one of the same reservation got in the way of."""

_STATES: Final = {
    State.ABSENT: ReservationState.UNKNOWN,
    State.FAILED: ReservationState.REFUSED,
    State.RESERVED: ReservationState.RESERVED,
    State.TAKEN: ReservationState.SETTLED,
    State.VOIDED: ReservationState.RELEASED,
    State.RETURNED: ReservationState.RELEASED,
    State.EXPIRED: ReservationState.EXPIRED,
}


class LedgerFunds:
    """The money of this wallet's customers: `Funds`, whose promises it keeps."""

    def __init__(
        self, ledger: Ledger, accounts: CustomerAccounts, reader: ReservationReader, clock: Clock
    ) -> None:
        """Prepare everything.

        Args:
            ledger: Where the money is.
            accounts: Which accounts are whose.
            reader: Reads what is written of reservations.
            clock: Product time, by which credits expire; reservations end by the ledger's own clock.
        """
        self._ledger, self._accounts, self._reader, self._clock = ledger, accounts, reader, clock

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        check_reservation(reservation)
        return await _decided(lambda: self._reserve(reservation))

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return ended_of(await self.ask(reservation))

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        check_settlement(settlement)
        return await _decided(lambda: self._settle(settlement))

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        check_reservation(reservation)
        return await _decided(lambda: self._release(reservation))

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before."""
        check_correction(correction)
        if correction.releases:
            released = await self.release(correction.reservation)
            if released.status is not Status.DONE:
                return released
        return await _decided(lambda: self._correct(correction))

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        written = await unless_unavailable(self._reader.read(reservation.id), None)
        if written is None:
            return None
        is_released = written.state is State.FAILED and written.why is Why.RELEASED
        return ReservationState.RELEASED if is_released else _STATES[written.state]

    async def _reserve(self, asked: Reservation) -> Outcome | None:
        written = await self._reader.read(asked.id)
        accounts = await self._accounts_of(asked, written)
        if written.hold is None:
            credits_ = await self._paying(asked, accounts)
            if asked.free_bet:
                return DONE if await self._create_linked([self._whole(asked, accounts, credits_)]) else None
            parts = self._parts(asked, written, credits_)
            rest = asked.amount - sum(part.amount for part in parts)
            deciding = hold(asked, asked.id, _cash(asked, accounts), rest)
            return DONE if await self._create_linked([*parts, deciding]) else None
        if not _is_same(asked, written.hold, accounts):
            return refused(Why.IDEMPOTENCY_REUSED)
        is_made = written.state in {State.RESERVED, State.TAKEN}
        return DONE if is_made else refused(written.why)

    async def _paying(self, asked: Reservation, accounts: list[CustomerAccount]) -> dict[str, int]:
        """Return what credits have that may pay a stake now, by account: the first to expire first."""
        credits_ = [account for account in accounts if _is_for(account, asked)]
        if not credits_:
            return {}
        now, product = await self._reader.at(self._clock), PRODUCT_OF[asked.purpose]
        paying = [account.id for account in credits_ if account.pays(product, now)]
        sums = {account.id: account for account in await self._ledger.lookup_accounts(paying)}
        return {
            account.id: account.credits_posted - account.debits_posted - account.debits_pending
            for account in filter(None, map(sums.get, paying))
        }

    @staticmethod
    def _parts(asked: Reservation, written: WrittenReservation, has: dict[str, int]) -> list[Transfer]:
        """Return the transfers by which credits pay what they can of a stake."""
        parts, left, names = [], asked.amount, iter(written.free_parts)
        for account, available in has.items():
            if (amount := min(left, available)) > 0 and (name := next(names, None)):
                parts.append(hold(asked, name, account, amount))
                left -= amount
        return parts

    @staticmethod
    def _whole(asked: Reservation, accounts: list[CustomerAccount], has: dict[str, int]) -> Transfer:
        """Return the transfer by which a free bet pays; it fails for ever unless it can, and whole."""
        account = next((held.id for held in accounts if _is_for(held, asked)), _cash(asked, accounts))
        is_whole = has.get(account) == asked.amount
        return hold(asked, asked.id, account, asked.amount if is_whole else MAX_AMOUNT)

    async def _settle(self, asked: Settlement) -> Outcome | None:
        reservation = asked.reservation
        written = await self._reader.read(reservation.id, asked.id)
        paid = written.rows.get(asked.id)
        is_used = paid is not None and (paid.reservation, paid.amount) != (reservation.id, asked.returns)
        if is_used or asked.id == reservation.id:
            return refused(Why.IDEMPOTENCY_REUSED)
        if written.hold is None:
            return refused(Why.UNKNOWN_RESERVATION)
        accounts = await self._accounts_of(reservation, written)
        if not _is_same(reservation, written.hold, accounts):
            return refused(Why.IDEMPOTENCY_REUSED)
        if paid is not None:
            return DONE
        if written.state not in {State.RESERVED, State.TAKEN}:
            return refused(written.why)
        names = written.holds if written.state is State.RESERVED else []
        cash = next(account.id for account in accounts if _is_cash(account, reservation.currency))
        chain = [*(take(reservation.id, name) for name in names), returns(asked, cash)]
        return DONE if await self._create_linked(chain) else None

    async def _correct(self, asked: Correction) -> Outcome | None:
        reservation = asked.reservation
        written = await self._reader.read(reservation.id, asked.id)
        if written.hold is None or written.hold.failure:
            return refused(Why.UNKNOWN_RESERVATION)
        accounts, made = await self._accounts_of(reservation, written), written.rows.get(asked.id)
        is_used = made is not None and made.request != correction_fingerprint(asked)
        if is_used or not _is_same(reservation, written.hold, accounts):
            return refused(Why.IDEMPOTENCY_REUSED)
        cash = _cash(reservation, accounts)
        await self._accounts.open_house(reservation.owner.brand, reservation.currency)
        return await (self._take_back if asked.amount < 0 else self._pay_more)(asked, cash, made)

    async def _pay_more(self, asked: Correction, cash: str, made: Written | None) -> Outcome | None:
        paid = min(asked.owed, asked.amount)
        chain = [*([owes(asked, -paid)] if paid else []), corrects(asked, cash, asked.amount - paid)]
        return DONE if made is not None or await self._create_linked(chain) else None

    async def _take_back(self, asked: Correction, cash: str, made: Written | None) -> Outcome | None:
        """Take what is there; how much that was is read before the rest is owed."""
        if made is None:
            await self._create(corrects(asked, cash, asked.amount))
            return None
        lacking = -asked.amount - made.amount
        is_noted = not lacking or await self._create(owes(asked, lacking)) in _MADE
        return Outcome(Status.DONE, owed=lacking) if is_noted else None

    async def _release(self, asked: Reservation) -> Outcome | None:
        written = await self._reader.read(asked.id)
        if written.hold is None:
            await self._accounts.open_house(asked.owner.brand, asked.currency)
            await self._create(never(asked))
            return None
        if not _is_same(asked, written.hold, await self._accounts_of(asked, written)):
            return refused(Why.IDEMPOTENCY_REUSED)
        if written.state is State.TAKEN:
            chain = [back(asked, name, written.rows[name]) for name in written.holds]
            await self._create_linked(chain)
            return None
        if written.state is State.RETURNED:
            await self._reopen(asked, written)
        return DONE if await self._void(asked.id, written.open_holds) else None

    async def _accounts_of(self, asked: Reservation, written: WrittenReservation) -> list[CustomerAccount]:
        """Return a customer's accounts; those under the pseudonym if the customer was erased meanwhile."""
        accounts = await self._accounts.of(asked.owner)
        hold = written.hold
        if hold is None or hold.failure or any(account.id == hold.debit for account in accounts):
            return accounts
        return await self._accounts.of_erased(asked.owner.brand, hold.debit) or accounts

    async def _reopen(self, asked: Reservation, written: WrittenReservation) -> None:
        """Let credits that got a stake back expire again, if they had expired."""
        credits_ = [written.rows[name].debit for name in written.holds if asked.free_bet or name != asked.id]
        if credits_:
            await self._accounts.reopen(credits_)

    async def _void(self, reservation: str, names: Sequence[str]) -> bool:
        """Give back what some pending transfers reserve; return whether all of them have ended so."""
        if not names:
            return True
        results = await self._ledger.create_transfers([void(reservation, name) for name in names])
        return all(result.status in _OVER for result in results)

    async def _create(self, transfer: Transfer) -> CreateTransferStatus:
        return (await self._ledger.create_transfer(transfer)).status

    async def _create_linked(self, transfers: Sequence[Transfer]) -> bool:
        """Create all transfers or none; return whether they are there."""
        linked = int(TransferFlags.LINKED)
        chain = [replace(transfer, flags=transfer.flags | linked) for transfer in transfers[:-1]]
        results = await self._ledger.create_transfers([*chain, transfers[-1]])
        return results[-1].status is _S.CREATED


async def _decided(attempt: Callable[[], Awaitable[Outcome | None]]) -> Outcome:
    """Return what becomes of a change, which is tried again when another one was faster."""

    async def tried() -> Outcome:
        for _ in range(MAX_ATTEMPTS):
            if (outcome := await attempt()) is not None:
                return outcome
        return IN_DOUBT

    return await unless_unavailable(tried(), IN_DOUBT)


def _is_same(asked: Reservation, written: Written, accounts: list[CustomerAccount]) -> bool:
    """Return whether a request is the one that was written; of one that failed, only that is known."""
    if written.failure:
        return True
    is_theirs = any(account.id == written.debit for account in accounts)
    return is_theirs and written.request == fingerprint(asked)


def _cash(asked: Reservation, accounts: list[CustomerAccount]) -> str:
    """Return the account that pays what no credit does; one that is nowhere if there is none."""
    return next((account.id for account in accounts if _is_cash(account, asked.currency)), NOWHERE)


def _is_for(account: CustomerAccount, asked: Reservation) -> bool:
    """Return whether a credit is what may pay: the free bet that is named, or a bonus."""
    if account.currency != asked.currency:
        return False
    if asked.free_bet:
        return account.code is AccountCode.FREE_BET and account.credit == asked.free_bet
    return account.code is AccountCode.BONUS


def _is_cash(account: CustomerAccount, currency: str) -> bool:
    return account.code is AccountCode.CASH and account.currency == currency
