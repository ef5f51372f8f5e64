"""What is taken of a charge: by a bank, by somebody at the processor, or for a refund of what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from subgraphs.wallet.funds.codes import TransferCode
from subgraphs.wallet.funds.written_reservations import NOWHERE, returned, voided
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags
from subgraphs.wallet.paying.transfers import (
    MADE,
    freed,
    kept_again,
    kept_of,
    left_kept,
    link,
    loss,
    make,
    paid_out,
    pending_out,
    rest_of,
)
from subgraphs.wallet.payments.payment import Part, Payment, owed_charge
from subgraphs.wallet.payments.processor import Contradiction, PartState

_S: Final = CreateTransferStatus
MAX_RACES: Final = 5
"""How often something else may change what is kept while a part of it is taken."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Takes money of charges that goes back otherwise than a customer asked for."""

    ledger: Ledger

    async def take(self, payment: Payment, parts: Sequence[Part], part: Part) -> None:
        """Take what a bank has taken from us, of the money of its charge; give it back if the bank does.

        What was never taken then, never is.

        Raises:
            Contradiction: The ledger refuses it.
        """
        name, is_back = part.part_id, part.state is PartState.FAILED
        cut = paid_out(payment, name, part.amount_minor, TransferCode.REFUND)
        if is_back:
            await self.ledger.create_transfer(replace(cut, debit_account_id=NOWHERE))
        charge = owed_charge(parts, part.source)
        if charge is None:
            is_taken = await self._cut(payment, cut)
        else:
            is_taken = await self._cut_of_kept(payment, cut, _kept_of_charge(parts, charge))
        if is_taken and is_back:
            await self._given_again(payment, name, is_owed=charge is not None)

    async def keep(self, payment: Payment, wanted: Transfer, parts: Sequence[Part], charge: Part) -> bool:
        """Keep for a refund what is kept of a charge that never was the customer's, in one step.

        Returns:
            False if less is kept; then it never can be.

        Raises:
            Contradiction: The ledger refuses it.
        """
        names = _kept_of_charge(parts, charge)
        for _ in range(MAX_RACES):
            if await self.ledger.lookup_transfers([wanted.id]):
                return True
            kept = await self._still_kept(names)
            rest = sum(transfer.amount for transfer in kept) - wanted.amount
            if rest < 0:
                await self.ledger.create_transfer(replace(wanted, debit_account_id=NOWHERE))
                return bool(await self.ledger.lookup_transfers([wanted.id]))
            chain = [*(freed(transfer.id, voided(transfer.id)) for transfer in kept), wanted]
            if rest:
                chain.append(pending_out(payment, left_kept(wanted.id), rest, TransferCode.REFUND))
            status = await link(self.ledger, chain)
            if status is _S.ID_ALREADY_FAILED:
                return False
            if status not in MADE:
                raise Contradiction(f"{wanted.id}: {status.value}")
        raise Contradiction(f"{wanted.id}: what is kept changes all the time")

    async def _cut(self, payment: Payment, cut: Transfer) -> bool:
        """Take from the customer; what they do not have is the house's. Return False if it never can be."""
        status = await link(self.ledger, [replace(cut, flags=int(TransferFlags.BALANCING_DEBIT))])
        if status is _S.ID_ALREADY_FAILED:
            return False
        if status not in MADE:
            raise Contradiction(f"{cut.id}: {status.value}")
        [made] = await self.ledger.lookup_transfers([cut.id])
        if rest := cut.amount - made.amount:
            await make(self.ledger, [loss(payment, rest_of(cut.id), rest)])
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
                *(freed(transfer.id, voided(transfer.id)) for transfer in kept),
                replace(cut, amount=minor),
            ]
            if left > minor:
                chain.append(pending_out(payment, kept_again(cut.id), left - minor, TransferCode.REFUND))
            if cut.amount > minor:
                chain.append(loss(payment, rest_of(cut.id), cut.amount - minor))
            status = await link(self.ledger, chain)
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
                kept = pending_out(payment, kept_again(again.id), made.amount, TransferCode.REFUND)
                await make(self.ledger, [again, kept] if is_kept else [again])


def _kept_of_charge(parts: Sequence[Part], charge: Part) -> list[str]:
    return kept_of(part.part_id for part in parts if part.source == charge.part_id)
