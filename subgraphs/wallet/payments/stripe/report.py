"""What moved on our balance at Stripe: each movement is a line, so that nothing is missing from the sums.

The amounts less the fees of all lines are the change of the balance.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from subgraphs.wallet.payments.processor import PartKind, ReportLine, Unreadable
from subgraphs.wallet.payments.stripe.notices import PART, instant, minor_units
from subgraphs.wallet.payments.stripe.objects import BalanceTransaction, Metadata

FEE_TYPES: Final = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee"})
"""Fees of no single payment: a line of no amount, whose fee they are."""


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """What moved money, as far as all such objects have it in common."""

    object: str
    id: str
    metadata: Metadata = None
    payment_intent: str | None = None


_KINDS: Final[Mapping[str, PartKind]] = {
    "charge": PartKind.CHARGE,
    "refund": PartKind.REFUND,
    "dispute": PartKind.DISPUTE,
    "payout": PartKind.PAYOUT,
}
"""Kinds of parts, by the objects that they are at Stripe."""


def report_line(movement: BalanceTransaction) -> ReportLine:
    """Return a movement as a line.

    What is of no part, such as a top-up, is a line that names none: a charge if we got money, else a payout.

    Raises:
        Unreadable: An amount is no whole number of minor units, or the source has an unknown form.
    """
    source = _source(movement.source)
    amount, fee = movement.amount, movement.fee
    if movement.type in FEE_TYPES:
        amount, fee = 0, fee - amount
    kind = _KINDS.get(source.object) if source else None
    reference = (source.payment_intent or source.id) if source and kind is PartKind.CHARGE else None
    return ReportLine(
        id=movement.id,
        kind=kind or (PartKind.CHARGE if amount >= 0 else PartKind.PAYOUT),
        part=((source.metadata or {}).get(PART, "") if source and kind else ""),
        reference=reference or (source.id if source else str(movement.source or "")),
        amount=minor_units(amount, movement.currency),
        currency=movement.currency.upper(),
        at=instant(movement.created),
        fee=minor_units(fee, movement.currency),
    )


def _source(source: str | dict[str, Any] | None) -> _Source | None:
    if not isinstance(source, dict):
        return None
    try:
        return msgspec.convert(source, _Source)
    except msgspec.ValidationError as fault:
        raise Unreadable(f"a movement's source has an unknown form: {fault}") from None
