"""What does not fit of payments: a person looks at each case, and closes it with what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.access import Actor, Permission, allows, require
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.reasons import reason_problems
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.support.adjustments import Publish
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.cases import Case, find_case, open_cases_of
from subgraphs.wallet.payments.records.reviews import find_payment
from subgraphs.wallet.topics import PAYMENT_SCHEMA, PAYMENT_TOPIC


@dataclass(frozen=True, slots=True)
class PaymentCases:
    """Reads and closes cases.

    Attributes:
        database: The back office's.
        wallet: The wallet's; nothing is written to it here.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    wallet: Database
    audit: AuditLog
    publish: Publish
    clock: Clock

    async def waiting(
        self, actor: Actor, brand: str, first: int, after: tuple[datetime, str] | None
    ) -> Sequence[Case]:
        """Return up to `first` cases of a brand after one, the oldest first; the access is recorded.

        Those of no brand are seen by people of finance of all brands.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.FINANCE_READ, brand)
        await self.audit.record_access(
            self.database, actor, "finance.look_at_payment_cases", brand=brand, subject=f"payments:{brand}"
        )
        async with self.wallet.read() as connection:
            return await open_cases_of(connection, PAYMENTS, seen_brands(actor, brand), first, after)

    async def close(self, actor: Actor, case_id: str, finding: str) -> None:
        """Close a case with what was found.

        Raises:
            NotFound: There is no such case that the actor may close.
            Invalid: There is no finding.
            Conflict: The case is closed already.
        """
        async with self.wallet.read() as connection:
            case = await find_case(connection, PAYMENTS, case_id)
            payment = await find_payment(connection, PAYMENTS, case.payment_id if case else "")
        if case is None or not allows(actor, Permission.FINANCE_CHECK, case.brand_id or None):
            raise NotFound("There is no such case.")
        if problems := reason_problems(finding):
            raise Invalid(problems)
        if case.closed_at is not None:
            raise Conflict(f"{case.closed_by} has closed this case already.")
        async with self.database.write() as connection:
            await self.audit.require_acting(connection, actor)
            now = await self.clock.at(connection)
            owner = None if payment is None else payment.owner
            await self.publish(connection, case_fact(case, owner, actor.name, finding.strip(), now), now)
            await self.audit.record(
                connection,
                actor,
                "finance.close_payment_case",
                brand=case.brand_id or None,
                subject=f"payment_case:{case_id}",
                before=None,
                after={"kind": case.kind.value, "processor": case.processor, "finding": finding.strip()},
                reason=finding.strip(),
            )


def seen_brands(actor: Actor, brand: str) -> frozenset[str]:
    """Return whose cases somebody sees at a brand: its own, and those of no brand if they see all brands."""
    is_of_all = allows(actor, Permission.FINANCE_READ, None)
    return frozenset({brand, ""} if is_of_all else {brand})


def case_fact(case: Case, owner: Owner | None, closed_by: str, finding: str, at: datetime) -> Fact:
    """Return the message about a closed case."""
    return Fact(
        topic=PAYMENT_TOPIC,
        schema=PAYMENT_SCHEMA,
        key=case.case_id if owner is None else f"{owner.brand}:{owner.customer}",
        identity=case.case_id,
        body={
            "brand_id": owner and owner.brand,
            "customer_id": owner and owner.customer,
            "kind": "close_case",
            "decision_id": case.case_id,
            "subject_id": case.case_id,
            "reason": finding,
            "proposed_by": closed_by,
            "approved_by": "",
            "decided_at": utc_text(at),
        },
    )
