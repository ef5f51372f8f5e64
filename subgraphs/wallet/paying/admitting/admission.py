"""Whether a deposit may be, and whose its money is when it comes: limits, breaks, exclusions, accounts.

Money that comes when the customer may not have it any more goes back to its source.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.breaks import stop_of
from subgraphs.wallet.limits.claims import Claim
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.transfers import refund_of
from subgraphs.wallet.payments.payment import RECEIVED, Part, Payment
from subgraphs.wallet.payments.processor import PartKind
from subgraphs.wallet.payments.records.store import PaymentStore

AMOUNT_DIFFERS: Final = "AMOUNT_DIFFERS"
"""Another amount was paid than was asked for."""

PAID_TWICE: Final = "PAID_TWICE"
"""Two charges of one deposit were paid: the first to come counts."""

ERASED: Final = "ERASED"
"""Nothing is known any more of whose deposit it was."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Counts deposits against limits, and decides about money that comes."""

    wallet: OpenedWallet
    store: PaymentStore

    async def claim(self, payment: Payment) -> None:
        """Count a deposit and accept it, or refuse it for ever."""
        wallet, owner = self.wallet, payment.owner
        now = await wallet.now()
        account = await wallet.accounts.open_cash(owner, payment.currency, now)
        standing = await wallet.standing_of(owner)
        async with wallet.database.write() as connection:
            at = await wallet.clock.at(connection)
            claim = Claim(owner, payment.payment_id, Act.DEPOSIT, payment.amount_minor, payment.currency, at)
            decision = await wallet.claims.claim(connection, claim, standing)
            if decision.code is None:
                await self.store.accept(connection, payment, account, now)
            else:
                await self.store.refuse(connection, payment.payment_id, decision.code)

    async def admit(self, payment: Payment, part_id: str) -> None:
        """Decide whose the money of a charge is; what goes back is asked for at the same moment."""
        # Breaks and limits hold for money in the currency that an account had before, too.
        standing = replace(await self.wallet.standing_of(payment.owner), currency=payment.currency)
        async with self.wallet.database.write() as connection:
            parts = await self.store.locked(connection, payment.payment_id)
            part = next(part for part in parts if part.part_id == part_id)
            if part.admission:  # somebody else was faster
                return
            if any(other.admission == RECEIVED for other in parts):
                admission = PAID_TWICE
            else:
                admission = await self._decided(connection, payment, part, standing)
            await self.store.set_part(connection, part_id, admission=admission)
            if admission != RECEIVED:
                now = await self.wallet.clock.machine.at(connection)
                await self.store.put_part(connection, way_back(part, now))

    async def give_back(self, payment: Payment) -> None:
        """Count a deposit no more that nobody will pay."""
        async with self.wallet.database.write() as connection:
            await self._uncounted(connection, payment, await self.wallet.clock.at(connection))
            now = await self.wallet.clock.machine.at(connection)
            await self.store.give_back(connection, payment.payment_id, now)

    async def _decided(
        self,
        connection: AsyncConnection,
        payment: Payment,
        part: Part,
        standing: Standing,
    ) -> str:
        """Return that the money is the customer's, or why it goes back."""
        at = await self.wallet.clock.at(connection)
        claims, owner = self.wallet.claims, payment.owner
        if not await claims.knows(connection, owner):
            return ERASED
        known = await claims.snapshot(connection, owner, standing, at, ())
        stop = stop_of(known.breaks, known.account, Act.DEPOSIT, None, at)
        reason = stop.code if stop else AMOUNT_DIFFERS if part.amount_minor != payment.amount_minor else ""
        if reason:
            await self._uncounted(connection, payment, at)
            return reason
        fits = await claims.received(connection, owner, payment.payment_id, standing, at)
        return RECEIVED if fits else "LIMIT_REACHED"

    async def _uncounted(self, connection: AsyncConnection, payment: Payment, at: datetime) -> None:
        if await self.wallet.claims.knows(connection, payment.owner):
            await self.wallet.claims.give_back(connection, payment.owner, payment.payment_id, at)


def way_back(charge: Part, at: datetime) -> Part:
    """Return the refund by which the money of a charge goes back to its source."""
    return Part(
        part_id=refund_of(charge),
        payment_id=charge.payment_id,
        kind=PartKind.REFUND,
        processor=charge.processor,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        asked_at=at,
        source=charge.part_id,
    )
