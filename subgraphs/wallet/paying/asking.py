"""Asks processors for parts of payments, and how they stand; one that does not answer is left in peace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from subgraphs.kit.mutations.circuit_breaker import Breaker
from subgraphs.kit.payees import PayeeVerification
from subgraphs.wallet.payments.payment import UNAVAILABLE, Part, Payment
from subgraphs.wallet.payments.processor import (
    Charge,
    Notice,
    NotNow,
    PartKind,
    PartState,
    Payout,
    Processor,
    Refund,
    Unanswered,
    Unavailable,
)
from subgraphs.wallet.payments.records.store import PaymentStore

if TYPE_CHECKING:
    from subgraphs.wallet.payments.bank.adapter import BankProcessor

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenProcessor:
    """A processor that can be asked.

    Attributes:
        enabled: Whether payments may begin at it.
        charge_seconds: For how long a customer may pay a charge.
        breaker: Knows whether it answers.
        account: The holder and the number of our account, where customers send bank transfers; else None.
        bank: The same as `processor` if it is a bank, whose statements come by themselves; else None.
        payees: Knows whose accounts are; None if nobody can be asked.
    """

    name: str
    processor: Processor
    charge_seconds: int
    enabled: bool = True
    account: tuple[str, str] | None = None
    bank: "BankProcessor | None" = None
    payees: PayeeVerification | None = None
    breaker: Breaker = field(default_factory=lambda: Breaker(failures=5, rest_seconds=30.0))


def house_accounts(processors: Mapping[str, OpenProcessor]) -> frozenset[str]:
    """Return the numbers of the house's own accounts, to which no customer's money is paid out."""
    return frozenset(opened.account[1] for opened in processors.values() if opened.account is not None)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks processors.

    Attributes:
        processors: By name; one that is missing here is as one that cannot be reached.
        back_url: Where customers come back to; `{brand}` stands for the brand.
    """

    store: PaymentStore
    processors: Mapping[str, OpenProcessor]
    back_url: str

    def time_of(self, name: str) -> timedelta:
        """Return how long a customer may pay a charge of a processor."""
        opened = self.processors.get(name)
        return timedelta(seconds=opened.charge_seconds if opened else 0)

    async def sent(self, payment: Payment, parts: list[Part], part: Part) -> Notice:
        """Return what a processor answers to the request for a part.

        Raises:
            Unanswered: It may have done it.
            Unavailable: It has not, or there is no such processor here.
        """
        opened = self._opened(part.processor)
        if not opened.breaker.admits():
            raise Unavailable("it has not answered lately")
        try:
            notice = await self._request(opened.processor, payment, parts, part)
        except NotNow:
            opened.breaker.succeeded()
            raise
        except (Unanswered, Unavailable):
            opened.breaker.failed()
            raise
        opened.breaker.succeeded()
        return notice

    async def _request(self, processor: Processor, payment: Payment, parts: list[Part], part: Part) -> Notice:
        match part.kind:
            case PartKind.CHARGE:
                return await processor.begin(self._charge(payment, part))
            case PartKind.REFUND:
                source = await self._source(part, parts)
                return await processor.refund(
                    Refund(id=part.part_id, charge=source, amount=part.amount_minor, currency=part.currency)
                )
            case _:
                holder, account = await self.store.destination(payment.destination_id) or ("", "")
                return await processor.pay_out(
                    Payout(
                        id=part.part_id,
                        amount=part.amount_minor,
                        currency=part.currency,
                        holder=holder,
                        account=account,
                    )
                )

    def _charge(self, payment: Payment, part: Part) -> Charge:
        return Charge(
            id=part.part_id,
            amount=part.amount_minor,
            currency=part.currency,
            brand=payment.brand_id,
            back_url=self.back_url.replace("{brand}", payment.brand_id),
            language=payment.language,
            expires_at=part.expires_at or part.asked_at,
        )

    async def _source(self, part: Part, parts: list[Part]) -> str:
        """Return the processor's id of the charge whose money a refund sends back."""
        for charge in parts:
            if charge.part_id == part.source:
                return charge.reference
        return await self.store.reference_of(part.source)

    async def stands(self, part: Part) -> Notice | None:
        """Return how a part stands; None if that cannot be known now.

        What the processor certainly does not have has failed, if a charge; money that we sent may be late in
        its books.
        """
        try:
            notice = await self._opened(part.processor).processor.ask(part.kind, part.part_id, part.reference)
        except (Unanswered, Unavailable) as why:
            log.warning("processor_unanswered", processor=part.processor, part=part.part_id, why=str(why))
            return None
        if notice is None and part.kind is PartKind.CHARGE and not part.reference:
            return absent(part)
        return notice

    async def charge(self, name: str, reference: str) -> Notice | None:
        """Return how the charge stands that a processor names; None if it is none of ours.

        Raises:
            Unanswered: That cannot be known now.
            Unavailable: There is no such processor here.
        """
        notice = await self._opened(name).processor.ask(PartKind.CHARGE, "", reference)
        return notice if notice is not None and notice.part else None

    async def cancelled(self, payment: Payment, part: Part) -> Notice | None:
        """Let a charge be paid no more; return how it stands, None if that cannot be known now."""
        if not part.reference:
            return await self.stands(part)
        try:
            processor = self._opened(part.processor).processor
            return await processor.cancel(self._charge(payment, part), part.reference)
        except (Unanswered, Unavailable) as why:
            log.warning("processor_unanswered", processor=part.processor, part=part.part_id, why=str(why))
            return None

    def _opened(self, name: str) -> OpenProcessor:
        opened = self.processors.get(name)
        if opened is None:
            raise Unavailable(f"no processor {name!r} is configured here")
        return opened


def absent(part: Part) -> Notice:
    """Return that a part is not at its processor, or that no customer will ever see it there."""
    return Notice(
        kind=part.kind,
        part=part.part_id,
        reference="",
        state=PartState.FAILED,
        amount=part.amount_minor,
        currency=part.currency,
        reason=UNAVAILABLE,
        at=part.asked_at,
    )
