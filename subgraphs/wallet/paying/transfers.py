"""The transfers of payments: each has an id that follows from its part, so that it is made once.

What a processor says twice, or in another order, therefore moves nothing twice. Every transfer of a payment
names it, so that a customer's history and a processor's report lead to the same payment.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.written_reservations import returned
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags
from subgraphs.wallet.payments.payment import Part, Payment
from subgraphs.wallet.payments.processor import Contradiction

MADE: Final = frozenset({CreateTransferStatus.CREATED, CreateTransferStatus.EXISTS})


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


def kept_of(part_ids: Iterable[str]) -> list[str]:
    """Return the ids of the transfers that may keep the money of a charge which has to go back.

    Args:
        part_ids: Its refunds and disputes.
    """
    return [kept_again(name) for id_ in part_ids for name in (id_, returned(id_), kept_again(id_))]


def paid_in(payment: Payment, name: str, amount: int, code: TransferCode) -> Transfer:
    """Return a transfer of money that came from a processor."""
    return moved(payment, name, amount, code, (house(payment, AccountCode.PAYMENTS), payment.account_id))


def paid_out(payment: Payment, name: str, amount: int, code: TransferCode) -> Transfer:
    """Return a transfer that takes a fee from the customer, or what goes to a processor."""
    account = AccountCode.FEES if code is TransferCode.FEE else AccountCode.PAYMENTS
    return moved(payment, name, amount, code, (payment.account_id, house(payment, account)))


def pending_out(payment: Payment, name: str, amount: int, code: TransferCode) -> Transfer:
    """Return a transfer that keeps money until it is there, or comes back."""
    return replace(paid_out(payment, name, amount, code), flags=int(TransferFlags.PENDING))


def freed(pending: str, name: str) -> Transfer:
    """Return a transfer that ends what is kept without taking it."""
    return Transfer(id=name, pending_id=pending, amount=0, flags=int(TransferFlags.VOID_PENDING_TRANSFER))


def loss(payment: Payment, name: str, amount: int) -> Transfer:
    """Return a transfer of what the house loses by a dispute."""
    accounts = (house(payment, AccountCode.CHARGEBACKS), house(payment, AccountCode.PAYMENTS))
    return moved(payment, name, amount, TransferCode.REFUND, accounts)


def house(payment: Payment, code: AccountCode) -> str:
    """Return an account of the house, of the payment's brand and currency."""
    return house_account(payment.brand_id, payment.currency, code)


def moved(
    payment: Payment, name: str, amount: int, code: TransferCode, accounts: tuple[str, str]
) -> Transfer:
    """Return a transfer of a payment from the first account to the second."""
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


async def make(ledger: Ledger, chain: Sequence[Transfer]) -> None:
    """Create all transfers.

    Raises:
        Contradiction: The ledger refuses one.
    """
    status = await link(ledger, chain)
    if status not in MADE:
        raise Contradiction(f"{chain[0].id}: {status.value}")


async def link(ledger: Ledger, transfers: Sequence[Transfer]) -> CreateTransferStatus:
    """Create all transfers or none; return why not, or that they are there."""
    flag, failed = int(TransferFlags.LINKED), CreateTransferStatus.LINKED_EVENT_FAILED
    chain = [replace(transfer, flags=transfer.flags | flag) for transfer in transfers[:-1]]
    results = await ledger.create_transfers([*chain, transfers[-1]])
    reasons = [result.status for result in results if result.status is not failed]
    return reasons[0] if reasons else failed
