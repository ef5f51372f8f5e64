"""Of what a withdrawal consists: refunds of what the customer has paid in, or a payout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.paying.asking import OpenProcessor
from subgraphs.wallet.payments.configuration import MethodConfig
from subgraphs.wallet.payments.payment import Part, Payment
from subgraphs.wallet.payments.processor import PartKind
from subgraphs.wallet.payments.records.store import PaymentStore


class WayBack(NamedTuple):
    """What a customer has paid in and not got back, in minor units.

    Attributes:
        open_minor: What goes back by the methods it came from.
        closed_minor: What they no longer take: a refund of it has failed, or its processor is gone.
    """

    open_minor: int
    closed_minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Divides withdrawals into parts."""

    store: PaymentStore
    processors: Mapping[str, OpenProcessor]

    async def parts(self, payment: Payment, method: MethodConfig) -> list[Part]:
        """Return the parts of a withdrawal; none if it cannot be sent in this way."""
        net = payment.amount_minor - payment.fee_minor
        if method.is_to_source:
            return await self._refunds(payment, net)
        if not payment.routes:
            return []
        return [_part(payment, PartKind.PAYOUT, f"{payment.payment_id}-p1", payment.routes[0], net)]

    async def refundable(self, owner: Owner, currency: str) -> list[tuple[Part, int]]:
        """Return the charges of a customer whose processors can still be asked for refunds, and how much."""
        found = await self.store.refundable(owner, currency)
        return [(charge, minor) for charge, minor in found if charge.processor in self.processors]

    async def way_back(self, owner: Owner, currency: str, *, accepted: bool = False) -> WayBack:
        """Return what has to go back to where it came from.

        Args:
            owner: The customer.
            currency: Of the charges.
            accepted: Whether only refunds count whose money is kept: others may never be.
        """
        open_minor = closed_minor = 0
        closed = await self.store.unrefunded(owner, currency)
        for charge, minor in await self.store.refundable(owner, currency, accepted=accepted):
            if charge.part_id in closed or charge.processor not in self.processors:
                closed_minor += minor
            else:
                open_minor += minor
        return WayBack(open_minor, closed_minor)

    async def _refunds(self, payment: Payment, net: int) -> list[Part]:
        """Return refunds of the newest charges first; none if they are less than the withdrawal."""
        parts: list[Part] = []
        for charge, left in await self.refundable(payment.owner, payment.currency):
            if net:
                minor = min(net, left)
                name = f"{payment.payment_id}-r{len(parts) + 1}"
                parts.append(
                    _part(payment, PartKind.REFUND, name, charge.processor, minor, source=charge.part_id)
                )
                net -= minor
        return [] if net else parts


def _part(
    payment: Payment, kind: PartKind, part_id: str, processor: str, amount: int, *, source: str = ""
) -> Part:
    return Part(
        part_id=part_id,
        payment_id=payment.payment_id,
        kind=kind,
        processor=processor,
        amount_minor=amount,
        currency=payment.currency,
        asked_at=payment.asked_at,
        source=source,
    )
