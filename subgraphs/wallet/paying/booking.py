"""What the ledger is told of a payment: each transfer has an id that follows from its part, and is made once.

What a processor says twice, or in another order, therefore moves nothing twice. Every transfer of a payment
names it, so that a customer's history and a processor's report lead to the same payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.funds.written_reservations import NOWHERE, returned, taken, voided
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags
from subgraphs.wallet.payments.payment import RECEIVED, Part, Payment, is_foreign, owed_charge
from subgraphs.wallet.payments.processor import Contradiction, PartKind, PartState

_S: Final = CreateTransferStatus
MADE: Final = frozenset({_S.CREATED, _S.EXISTS})
LACKING: Final = frozenset({_S.EXCEEDS_CREDITS, _S.DEBIT_ACCOUNT_NOT_FOUND, _S.ID_ALREADY_FAILED})
MAX_RACES: Final = 5
"""How often something else may change what is kept while a part of it is taken."""

ENDED: Final = MADE | {_S.PENDING_TRANSFER_ALREADY_POSTED, _S.PENDING_TRANSFER_ALREADY_VOIDED}


def fee_of(payment: Payment) -> str:
    """Return the id of the transfer of a payment's fee."""
    return f"{payment.payment_id}-fee"


def rest_of(part: str) -> str:
    """Return the id of the transfer of what a customer does not have of a disputed charge."""
    return f"{part}-rest"


def kept_again(part: str) -> str:
    """Return the id of the transfer that keeps what came back of money that is not the customer's."""
    return f"{part}/again"


def left_kept(part: str) -> str:
    """Return the id of the transfer that keeps what a refund leaves of money that is not the customer's."""
    return kept_again(kept_again(part))


def refund_of(charge: Part) -> str:
    """Return the id of the refund by which the money of a charge goes back to its source."""
    return f"{charge.part_id}r"


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
        kept = [_kept(payment, part.part_id, part.amount_minor, TransferCode.WITHDRAWAL) for part in parts]
        if payment.fee_minor:
            kept.append(_kept(payment, fee_of(payment), payment.fee_minor, TransferCode.FEE))
        status = await self._linked(kept)
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
        kept = _kept(payment, part.part_id, part.amount_minor, TransferCode.REFUND)
        charge = owed_charge(parts, part.source)
        if charge is not None:
            return await self._kept_of_kept(payment, kept, _kept_of(parts, charge))
        status = await self._linked([kept])
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
                await self._taken_back(payment, parts, part)
            case _ if is_foreign(part):
                await self._taken_back(payment, parts, part)
            case _:
                await self._sent(payment, parts, part)

    async def _charge(self, payment: Payment, part: Part) -> None:
        """Give the customer the money of a charge; what has to go back is kept for that at once."""
        paid = _paid_in(payment, part.part_id, part.amount_minor, TransferCode.DEPOSIT)
        if part.admission != RECEIVED:
            back = _kept(payment, refund_of(part), part.amount_minor, TransferCode.REFUND)
            await self._made([paid, back])
            return
        fee = _taken(payment, fee_of(payment), payment.fee_minor, TransferCode.FEE)
        await self._made([paid, fee] if payment.fee_minor else [paid])

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
            await self._made([_paid_in(payment, returned(pending), part.amount_minor, TransferCode.REFUND)])
        if not payment.is_deposit and payment.fee_minor and all(other.is_over for other in parts):
            await self._fee(payment, is_sent=any(other.state is PartState.DONE for other in parts))

    async def _fee(self, payment: Payment, *, is_sent: bool) -> None:
        """Take the fee of a withdrawal, or give it back if nothing was sent; also if all comes back later."""
        name = fee_of(payment)
        end = TransferFlags.POST_PENDING_TRANSFER if is_sent else TransferFlags.VOID_PENDING_TRANSFER
        status = await self._ended(name, end)
        if not is_sent and status is _S.PENDING_TRANSFER_ALREADY_POSTED:
            back = (_house(payment, AccountCode.FEES), payment.account_id)
            await self._made([_transfer(payment, returned(name), payment.fee_minor, TransferCode.FEE, back)])

    async def _owed(self, payment: Payment, part: Part) -> None:
        """Keep on keeping what could not be sent and is not the customer's, also if it had arrived.

        The ledger decides at one moment which of both it is: another process may still take it as sent.

        Raises:
            Contradiction: The ledger has another reason to refuse.
        """
        name, amount = part.part_id, part.amount_minor
        again = _kept(payment, kept_again(name), amount, TransferCode.REFUND)
        status = await self._linked([_void(name, voided(name)), again])
        if status is _S.PENDING_TRANSFER_ALREADY_POSTED:
            await self._made([_paid_in(payment, returned(name), amount, TransferCode.REFUND), again])
        elif status not in MADE:
            raise Contradiction(f"{name}: {status.value}")

    async def _taken_back(self, payment: Payment, parts: Sequence[Part], part: Part) -> None:
        """Take what a bank has taken from us, of the money of its charge; give it back if the bank does.

        What was never taken then, never is.
        """
        name, is_back = part.part_id, part.state is PartState.FAILED
        cut = _taken(payment, name, part.amount_minor, TransferCode.REFUND)
        if is_back:
            await self.ledger.create_transfer(replace(cut, debit_account_id=NOWHERE))
        charge = owed_charge(parts, part.source)
        if charge is None:
            is_taken = await self._cut(payment, cut)
        else:
            is_taken = await self._cut_of_kept(payment, cut, _kept_of(parts, charge))
        if is_taken and is_back:
            await self._given_again(payment, name, is_owed=charge is not None)

    async def _kept_of_kept(self, payment: Payment, wanted: Transfer, names: Sequence[str]) -> bool:
        """Keep for a refund what is kept of a charge that never was the customer's, in one step.

        Returns:
            False if less is kept; then it never can be.
        """
        for _ in range(MAX_RACES):
            if await self.ledger.lookup_transfers([wanted.id]):
                return True
            kept = await self._still_kept(names)
            rest = sum(transfer.amount for transfer in kept) - wanted.amount
            if rest < 0:
                await self.ledger.create_transfer(replace(wanted, debit_account_id=NOWHERE))
                return bool(await self.ledger.lookup_transfers([wanted.id]))
            chain = [*(_void(transfer.id, voided(transfer.id)) for transfer in kept), wanted]
            if rest:
                chain.append(_kept(payment, left_kept(wanted.id), rest, TransferCode.REFUND))
            status = await self._linked(chain)
            if status is _S.ID_ALREADY_FAILED:
                return False
            if status not in MADE:
                raise Contradiction(f"{wanted.id}: {status.value}")
        raise Contradiction(f"{wanted.id}: what is kept changes all the time")

    async def _cut(self, payment: Payment, cut: Transfer) -> bool:
        """Take from the customer; what they do not have is the house's. Return False if it never can be."""
        status = await self._linked([replace(cut, flags=int(TransferFlags.BALANCING_DEBIT))])
        if status is _S.ID_ALREADY_FAILED:
            return False
        if status not in MADE:
            raise Contradiction(f"{cut.id}: {status.value}")
        [made] = await self.ledger.lookup_transfers([cut.id])
        if rest := cut.amount - made.amount:
            await self._made([_lost(payment, rest_of(cut.id), rest)])
        return True

    async def _cut_of_kept(self, payment: Payment, cut: Transfer, names: Sequence[str]) -> bool:
        """Take from what is kept of a charge that never was the customer's; what went back is the house's.

        All of it is one step: whatever else frees the same money comes before, and is seen, or after.

        Returns:
            False if it never can be.
        """
        for _ in range(MAX_RACES):
            if await self.ledger.lookup_transfers([cut.id]):
                return True
            kept = await self._still_kept(names)
            left = sum(transfer.amount for transfer in kept)
            minor = min(left, cut.amount)
            chain = [
                *(_void(transfer.id, voided(transfer.id)) for transfer in kept),
                replace(cut, amount=minor),
            ]
            if left > minor:
                chain.append(_kept(payment, kept_again(cut.id), left - minor, TransferCode.REFUND))
            if cut.amount > minor:
                chain.append(_lost(payment, rest_of(cut.id), cut.amount - minor))
            status = await self._linked(chain)
            if status is _S.ID_ALREADY_FAILED:
                return False
            if status not in MADE:
                raise Contradiction(f"{cut.id}: {status.value}")
        raise Contradiction(f"{cut.id}: what is kept changes all the time")

    async def _still_kept(self, names: Sequence[str]) -> list[Transfer]:
        """Return those pending transfers that nothing has ended."""
        found = await self.ledger.lookup_transfers([*names, *(voided(name) for name in names)])
        ended = {transfer.pending_id for transfer in found}
        return [transfer for transfer in found if transfer.id in names and transfer.id not in ended]

    async def _given_again(self, payment: Payment, name: str, *, is_owed: bool) -> None:
        """Return what was taken for a dispute that is won; what is not the customer's is kept again."""
        for made in await self.ledger.lookup_transfers([name, rest_of(name)]):
            if made.amount:
                again = replace(
                    made,
                    id=returned(made.id),
                    debit_account_id=made.credit_account_id,
                    credit_account_id=made.debit_account_id,
                    flags=0,
                    timestamp=0,
                )
                is_kept = is_owed and made.id == name
                kept = _kept(payment, kept_again(again.id), made.amount, TransferCode.REFUND)
                await self._made([again, kept] if is_kept else [again])

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

    async def _made(self, chain: Sequence[Transfer]) -> None:
        status = await self._linked(chain)
        if status not in MADE:
            raise Contradiction(f"{chain[0].id}: {status.value}")

    async def _linked(self, transfers: Sequence[Transfer]) -> CreateTransferStatus:
        """Create all transfers or none; return why not, or that they are there."""
        linked = int(TransferFlags.LINKED)
        chain = [replace(transfer, flags=transfer.flags | linked) for transfer in transfers[:-1]]
        results = await self.ledger.create_transfers([*chain, transfers[-1]])
        reasons = [result.status for result in results if result.status is not _S.LINKED_EVENT_FAILED]
        return reasons[0] if reasons else _S.LINKED_EVENT_FAILED


def is_owed(parts: Sequence[Part], refund: Part) -> bool:
    """Tell whether a refund failed of money that is not the customer's to keep: a person has to send it."""
    return owed_charge(parts, refund.source) is not None and refund.state is PartState.FAILED


def _kept_of(parts: Sequence[Part], charge: Part) -> list[str]:
    """Return the ids of the transfers that may keep the money of a charge which has to go back."""
    ids = [part.part_id for part in parts if part.source == charge.part_id]
    return [kept_again(name) for id_ in ids for name in (id_, returned(id_), kept_again(id_))]


def _paid_in(payment: Payment, name: str, amount: int, code: TransferCode) -> Transfer:
    """Return a transfer of money that came from a processor."""
    return _transfer(payment, name, amount, code, (_house(payment, AccountCode.PAYMENTS), payment.account_id))


def _taken(payment: Payment, name: str, amount: int, code: TransferCode) -> Transfer:
    """Return a transfer that takes a fee from the customer, or what goes to a processor."""
    house = AccountCode.FEES if code is TransferCode.FEE else AccountCode.PAYMENTS
    return _transfer(payment, name, amount, code, (payment.account_id, _house(payment, house)))


def _kept(payment: Payment, name: str, amount: int, code: TransferCode) -> Transfer:
    """Return a transfer that keeps money until it is there, or comes back."""
    return replace(_taken(payment, name, amount, code), flags=int(TransferFlags.PENDING))


def _void(pending: str, name: str) -> Transfer:
    """Return a transfer that ends what is kept without taking it."""
    return Transfer(id=name, pending_id=pending, amount=0, flags=int(TransferFlags.VOID_PENDING_TRANSFER))


def _lost(payment: Payment, name: str, amount: int) -> Transfer:
    """Return a transfer of what the house loses by a dispute."""
    accounts = (_house(payment, AccountCode.CHARGEBACKS), _house(payment, AccountCode.PAYMENTS))
    return _transfer(payment, name, amount, TransferCode.REFUND, accounts)


def _house(payment: Payment, code: AccountCode) -> str:
    return house_account(payment.brand_id, payment.currency, code)


def _transfer(
    payment: Payment, name: str, amount: int, code: TransferCode, accounts: tuple[str, str]
) -> Transfer:
    debit, credit = accounts
    return Transfer(
        id=name,
        debit_account_id=debit,
        credit_account_id=credit,
        amount=amount,
        user_data_128=payment.payment_id,
        ledger=ledger_of(payment.currency),
        code=int(code),
    )
