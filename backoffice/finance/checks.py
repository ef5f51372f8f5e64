"""Financial checks that wait for a person, who closes each with what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime

from backoffice.access import Actor, Permission, allows, require
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.support.adjustments import Publish
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact
from subgraphs.wallet.limits.checks import OpenCheck, find_open_check, open_checks
from subgraphs.wallet.models import LIMITS
from subgraphs.wallet.topics import CHECK_SCHEMA, CHECK_TOPIC


@dataclass(frozen=True, slots=True)
class FinancialChecks:
    """Reads and closes checks.

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
    ) -> Sequence[OpenCheck]:
        """Return up to `first` checks of a brand after one, the oldest first; the access is recorded.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.FINANCE_READ, brand)
        await self.audit.record_access(
            self.database, actor, "finance.look_at_checks", brand=brand, subject=f"checks:{brand}"
        )
        async with self.wallet.read() as connection:
            return await open_checks(connection, LIMITS, brand, first, after)

    async def close(self, actor: Actor, owner: Owner, due_at: datetime, finding: str) -> None:
        """Close a check with what was found.

        Raises:
            NotFound: The actor may close no check of such a customer.
            Invalid: There is no finding.
            Conflict: The check is closed already, or there is none.
        """
        if not allows(actor, Permission.FINANCE_CHECK, owner.brand):
            raise NotFound("There is no such customer.")
        if problems := reason_problems(finding):
            raise Invalid(problems)
        check = None
        if MINYEAR < due_at.year < MAXYEAR:  # beyond, there is no such instant in UTC
            async with self.wallet.read() as connection:
                check = await find_open_check(connection, LIMITS, owner, due_at)
        if check is None:
            raise Conflict("This check is closed, or there is none.")
        async with self.database.write() as connection:
            await self.audit.require_acting(connection, actor)
            now = await self.clock.at(connection)
            await self.publish(connection, check_fact(check, actor.name, finding.strip(), now), now)
            await self.audit.record(
                connection,
                actor,
                "finance.close_check",
                brand=owner.brand,
                subject=customer_subject(owner),
                before=None,
                after={"due_at": utc_text(check.due_at), "finding": finding.strip()},
                reason=finding.strip(),
            )


def check_fact(check: OpenCheck, closed_by: str, finding: str, at: datetime) -> Fact:
    """Return the message about a closed check."""
    return Fact(
        topic=CHECK_TOPIC,
        schema=CHECK_SCHEMA,
        key=f"{check.owner.brand}:{check.owner.customer}",
        identity=utc_text(check.due_at),
        body={
            "brand_id": check.owner.brand,
            "customer_id": check.owner.customer,
            "due_at": utc_text(check.due_at),
            "finding": finding,
            "closed_by": closed_by,
            "decided_at": utc_text(at),
        },
    )
