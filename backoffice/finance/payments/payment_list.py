"""A brand's payments, the newest first, by what is known of them. Each access is recorded."""

from dataclasses import dataclass, replace

from backoffice.access import Actor, Permission, require
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.subjects import customer_subject
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.listing import (
    PaymentFilter,
    PaymentPage,
    Position,
    newest_payments,
)
from subgraphs.wallet.payments.records.reviews import find_payment

MAX_SEARCH = 128


@dataclass(frozen=True, slots=True)
class PaymentList:
    """Lists payments.

    Attributes:
        database: The back office's.
        wallet: The wallet's; nothing is written to it here.
    """

    database: Database
    wallet: Database
    audit: AuditLog

    async def page(
        self, actor: Actor, wanted: PaymentFilter, search: str, first: int, after: Position | None
    ) -> PaymentPage:
        """Return a page of payments.

        Args:
            actor: Who looks.
            wanted: Which payments, besides what is searched for.
            search: The whole id of a payment or a customer of the brand; "" for all.
            first: How many at most.
            after: Where the page before ended.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.FINANCE_READ, wanted.brand)
        subject = f"payments:{wanted.brand}"
        async with self.wallet.read() as connection:
            if text := search.strip()[:MAX_SEARCH]:
                payment = await find_payment(connection, PAYMENTS, text)
                if payment is not None and payment.brand_id == wanted.brand:
                    wanted, subject = replace(wanted, payment_id=text), customer_subject(payment.owner)
                else:
                    wanted = replace(wanted, customer=text)
                    subject = customer_subject(Owner(wanted.brand, text))
            page = await newest_payments(connection, PAYMENTS, wanted, first, after)
        await self.audit.record_access(
            self.database, actor, "finance.look_at_payments", brand=wanted.brand, subject=subject
        )
        return page
