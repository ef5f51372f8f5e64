"""The money of games' transactions: each moves it once, under ids that follow from its own.

A stake is reserved and taken at once. Whatever is repeated after a crash does what is left to do.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import DONE, IN_DOUBT, Outcome, Purpose, Reservation, Settlement, Why
from subgraphs.kit.funds import Status as FundsStatus
from subgraphs.wallet.aggregator.transactions import GameTransaction
from subgraphs.wallet.funds.attempts import unless_unavailable
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claim
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import Status

HOLD_SECONDS: Final = 600
"""After how long a stake that was reserved, and never taken because of a crash, is the customer's again."""

STATUS_OF: Final = {
    Why.INSUFFICIENT_FUNDS: Status.NOT_ENOUGH_MONEY,
    Why.LIMIT_REACHED: Status.LIMIT_REACHED,
    Why.COOLING_OFF: Status.LIMIT_REACHED,
    Why.NOT_ALLOWED_HERE: Status.LIMIT_REACHED,
    Why.SELF_EXCLUDED: Status.USER_DISABLED,
    Why.ACCOUNT_SUSPENDED: Status.USER_DISABLED,
    Why.NO_ACCOUNT: Status.NOT_ENOUGH_MONEY,
    Why.WRONG_CURRENCY: Status.WRONG_CURRENCY,
    Why.IDEMPOTENCY_REUSED: Status.DUPLICATE_TRANSACTION,
    Why.RELEASED: Status.TRANSACTION_DOES_NOT_EXIST,
    Why.EXPIRED: Status.TRANSACTION_TIMED_OUT,
}
"""What a refusal is called. After an older backup, what the ledger lacks stays in doubt."""

_S: Final = CreateTransferStatus
_MADE: Final = {_S.CREATED, _S.EXISTS}
_SPENT: Final = {_S.EXCEEDS_CREDITS, _S.ID_ALREADY_FAILED}


@dataclass(frozen=True, slots=True)
class GameMoney:
    """Moves the money of games; None is the answer while it is in doubt."""

    wallet: OpenedWallet

    async def take(self, bet: GameTransaction) -> Status | None:
        """Take a stake; of a free round, see only whether the customer may play, and of a prize nothing."""
        if bet.is_prize:
            return Status.OK
        if not stake_of(bet):
            return await unless_unavailable(self._may_play(bet), None)
        reservation = reservation_of(bet)
        outcome = await self.wallet.funds.reserve(reservation)
        if outcome.status is FundsStatus.DONE:
            taken = Settlement(id=f"{reservation.id}-taken", reservation=reservation, returns=0)
            outcome = await self.wallet.funds.settle(taken)
        return _status(outcome)

    async def pay(self, win: GameTransaction, bet: GameTransaction) -> Status | None:
        """Pay what a bet has won; a prize is of the supplier, whatever the bet was."""
        if not win.amount_minor:
            return Status.OK
        if stake_of(bet) and not win.is_prize:
            paid = Settlement(id=name_of(win), reservation=reservation_of(bet), returns=win.amount_minor)
            return _status(await self.wallet.funds.settle(paid))
        return await unless_unavailable(self._moved(win, name_of(win), TransferCode.GAME_WIN), None)

    async def give_back(self, bet: GameTransaction) -> Status | None:
        """Give a stake back, and never take it if it has not been taken."""
        outcome = DONE if not stake_of(bet) else await self.wallet.funds.release(reservation_of(bet))
        return _status(outcome)

    async def reclaim(self, win: GameTransaction) -> Status | None:
        """Take back what a win has paid; not if the customer has less."""
        if not win.amount_minor:
            return Status.OK
        name = f"{name_of(win)}-back"
        return await unless_unavailable(self._moved(win, name, TransferCode.ROLLBACK), None)

    async def _may_play(self, bet: GameTransaction) -> Status:
        wallet = self.wallet
        standing = await wallet.standing_of(bet.owner)
        async with wallet.database.write() as connection:
            at: datetime = await wallet.clock.at(connection)
            claim = Claim(bet.owner, name_of(bet), Act.GAME, 0, bet.currency, at, Product.CASINO)
            decision = await wallet.claims.claim(connection, claim, standing)
        return Status.OK if decision.code is None else STATUS_OF[Why(decision.code)]

    async def _moved(self, win: GameTransaction, name: str, code: TransferCode) -> Status | None:
        """Move a win's amount between the house and the customer's cash; a rollback's the other way."""
        owner, currency = win.owner, win.currency
        async with self.wallet.database.read() as connection:
            at = await self.wallet.clock.at(connection)
        cash = await self.wallet.accounts.open_cash(owner, currency, at)
        of = AccountCode.PRIZES if win.is_prize else AccountCode.GAMES
        house = house_account(owner.brand, currency, of)
        is_back = code is TransferCode.ROLLBACK
        transfer = Transfer(
            id=name,
            debit_account_id=cash if is_back else house,
            credit_account_id=house if is_back else cash,
            amount=win.amount_minor,
            ledger=ledger_of(currency),
            code=int(code),
        )
        status = (await self.wallet.ledger.create_transfer(transfer)).status
        if status in _SPENT:
            return Status.NOT_ENOUGH_MONEY
        self.wallet.announce(owner)
        return Status.OK if status in _MADE else None


def name_of(transaction: GameTransaction) -> str:
    """Return the id of what a transaction moves; nothing of the customer is in it."""
    named = f"{transaction.brand_id}\n{transaction.transaction_uuid}".encode()
    return f"game-{blake2b(named, digest_size=16).hexdigest()}"


def reservation_of(bet: GameTransaction) -> Reservation:
    """Return the reservation of a bet's stake."""
    return Reservation(
        id=name_of(bet),
        owner=bet.owner,
        currency=bet.currency,
        amount=bet.amount_minor,
        purpose=Purpose.GAME,
        seconds=HOLD_SECONDS,
    )


def stake_of(bet: GameTransaction) -> int:
    """Return what the customer pays for a bet."""
    return 0 if bet.is_free else bet.amount_minor


def _status(outcome: Outcome) -> Status | None:
    if outcome == DONE:
        return Status.OK
    if outcome == IN_DOUBT or outcome.why is None:
        return None
    return STATUS_OF.get(outcome.why)
