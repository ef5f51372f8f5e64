"""What the ledger is told of a payment, whatever was told before, and by whichever process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from subgraphs.wallet.funds.codes import AccountCode, TransferCode
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.funds.written_reservations import returned, taken, voided
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags
from subgraphs.wallet.paying.taken_back import TakenBack
from subgraphs.wallet.paying.transfers import (
    MADE,
    fee_of,
    freed,
    house,
    kept_again,
    link,
    make,
    moved,
    paid_in,
    paid_out,
    pending_out,
    refund_of,
)
from subgraphs.wallet.payments.payment import RECEIVED, Part, Payment, is_foreign, owed_charge
from subgraphs.wallet.payments.processor import Contradiction, PartKind, PartState

_S: Final = CreateTransferStatus
LACKING: Final = frozenset({_S.EXCEEDS_CREDITS, _S.DEBIT_ACCOUNT_NOT_FOUND, _S.ID_ALREADY_FAILED})
ENDED: Final = MADE | {_S.PENDING_TRANSFER_ALREADY_POSTED, _S.PENDING_TRANSFER_ALREADY_VOIDED}


@dataclass(frozen=True, slots=True)
class Booking:
    """Brings the ledger to what is known of payments."""

    ledger: Ledger
    accounts: CustomerAccounts

    async def hold(self, payment: Payment, parts: Sequence[Part]) -> bool:
        """Keep the money of a withdrawal; return whether the customer has as much.

        Raises:
            Contradiction: The ledger has another reason to refuse.
        """
        await self.accounts.open_house(payment.brand_id, payment.currency)
        kept = [
            pending_out(payment, part.part_id, part.amount_minor, TransferCode.WITHDRAWAL) for part in parts
        ]
        if payment.fee_minor:
            kept.append(pending_out(payment, fee_of(payment), payment.fee_minor, TransferCode.FEE))
        status = await link(self.ledger, kept)
        if status not in MADE | LACKING:
            raise Contradiction(f"{payment.payment_id}: {status.value}")
        return status in MADE

    async def keep(self, payment: Payment, parts: Sequence[Part], part: Part) -> bool:
        """Keep the money of a refund that people decided; return whether it is there.

        Of a charge that has to go back anyway, it is of what is kept for that: the customer never has it.

        Raises:
            Contradiction: The ledger has another reason to refuse.
        """
        await self.accounts.open_house(payment.brand_id, payment.currency)
        kept = pending_out(payment, part.part_id, part.amount_minor, TransferCode.REFUND)
        charge = owed_charge(parts, part.source)
        if charge is not None:
            return await TakenBack(self.ledger).keep(payment, kept, parts, charge)
        status = await link(self.ledger, [kept])
        if status not in MADE | LACKING:
            raise Contradiction(f"{part.part_id}: {status.value}")
        return status in MADE

    async def book(self, payment: Payment, parts: Sequence[Part], part: Part) -> None:
        """Bring the ledger to the state of a part.

        Raises:
            Contradiction: The ledger refuses it.
        """
        await self.accounts.open_house(payment.brand_id, payment.currency)
        match part.kind:
            case PartKind.CHARGE:
                await self._charge(payment, part)
            case PartKind.DISPUTE:
                await TakenBack(self.ledger).take(payment, parts, part)
            case _ if is_foreign(part):
                await TakenBack(self.ledger).take(payment, parts, part)
            case _:
                await self._sent(payment, parts, part)

    async def _charge(self, payment: Payment, part: Part) -> None:
        """Give the customer the money of a charge; what has to go back is kept for that at once."""
        paid = paid_in(payment, part.part_id, part.amount_minor, TransferCode.DEPOSIT)
        if part.admission != RECEIVED:
            back = pending_out(payment, refund_of(part), part.amount_minor, TransferCode.REFUND)
            await make(self.ledger, [paid, back])
            return
        fee = paid_out(payment, fee_of(payment), payment.fee_minor, TransferCode.FEE)
        await make(self.ledger, [paid, fee] if payment.fee_minor else [paid])

    async def _sent(self, payment: Payment, parts: Sequence[Part], part: Part) -> None:
        """Take what was kept for a refund or payout, or give it back; also if it comes back later."""
        pending = part.part_id
        if part.state is PartState.DONE:
            await self._ended(pending, TransferFlags.POST_PENDING_TRANSFER)
        elif is_owed(parts, part):
            await self._owed(payment, part)
        elif (
            await self._ended(pending, TransferFlags.VOID_PENDING_TRANSFER)
            is _S.PENDING_TRANSFER_ALREADY_POSTED
        ):
            await make(
                self.ledger, [paid_in(payment, returned(pending), part.amount_minor, TransferCode.REFUND)]
            )
        if not payment.is_deposit and payment.fee_minor and all(other.is_over for other in parts):
            await self._fee(payment, is_sent=any(other.state is PartState.DONE for other in parts))

    async def _fee(self, payment: Payment, *, is_sent: bool) -> None:
        """Take the fee of a withdrawal, or give it back if nothing was sent; also if all comes back later."""
        name = fee_of(payment)
        end = TransferFlags.POST_PENDING_TRANSFER if is_sent else TransferFlags.VOID_PENDING_TRANSFER
        status = await self._ended(name, end)
        if not is_sent and status is _S.PENDING_TRANSFER_ALREADY_POSTED:
            back = (house(payment, AccountCode.FEES), payment.account_id)
            await make(
                self.ledger, [moved(payment, returned(name), payment.fee_minor, TransferCode.FEE, back)]
            )

    async def _owed(self, payment: Payment, part: Part) -> None:
        """Keep on keeping what could not be sent and is not the customer's, also if it had arrived.

        The ledger decides at one moment which of both it is: another process may still take it as sent.

        Raises:
            Contradiction: The ledger has another reason to refuse.
        """
        name, amount = part.part_id, part.amount_minor
        again = pending_out(payment, kept_again(name), amount, TransferCode.REFUND)
        status = await link(self.ledger, [freed(name, voided(name)), again])
        if status is _S.PENDING_TRANSFER_ALREADY_POSTED:
            await make(self.ledger, [paid_in(payment, returned(name), amount, TransferCode.REFUND), again])
        elif status not in MADE:
            raise Contradiction(f"{name}: {status.value}")

    async def _ended(self, pending: str, how: TransferFlags) -> CreateTransferStatus:
        """End a pending transfer; return what the ledger says if it has ended otherwise.

        Raises:
            Contradiction: There is no such transfer.
        """
        is_post = how is TransferFlags.POST_PENDING_TRANSFER
        name = taken(pending) if is_post else voided(pending)
        amount = 2**53 - 1 if is_post else 0
        end = Transfer(id=name, pending_id=pending, amount=amount, flags=int(how))
        status = (await self.ledger.create_transfer(end)).status
        if status not in ENDED:
            raise Contradiction(f"{pending}: {status.value}")
        return status


def is_owed(parts: Sequence[Part], refund: Part) -> bool:
    """Tell whether a refund failed of money that is not the customer's to keep: a person has to send it."""
    return owed_charge(parts, refund.source) is not None and refund.state is PartState.FAILED
