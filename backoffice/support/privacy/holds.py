"""Legal holds: while one is on, no route erases the customer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.support.lookup.customers import Customers
from backoffice.support.privacy import repository
from backoffice.support.privacy.repository import LegalHold
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner


class UnderLegalHold(Conflict):
    """The customer's data may not be erased."""


@dataclass(frozen=True, slots=True)
class LegalHolds:
    """Puts holds on, lifts them, and says whether one is on.

    A hold may be put on a customer of whom nothing is known yet, but not of a brand that does not exist.

    Attributes:
        database: The back office's.
    """

    database: Database
    customers: Customers
    audit: AuditLog
    clock: Clock

    async def of_customer(self, actor: Actor, owner: Owner) -> Sequence[LegalHold]:
        """Return the holds of a customer, lifted ones included; each access is recorded.

        Raises:
            NotFound: The actor may not look at this customer.
        """
        if not allows(actor, Permission.SUPPORT_READ, owner.brand):
            raise _no_customer()
        await self.customers.access.record(actor, "holds", owner.brand, customer_subject(owner))
        async with self.database.read() as connection:
            return await repository.holds_of(connection, owner)

    async def put(self, actor: Actor, owner: Owner, reason: str) -> LegalHold:
        """Put a hold on a customer.

        Raises:
            NotFound: There is no such brand, or the actor may not erase its customers, nor keep them.
            Invalid: There is no reason.
        """
        if not allows(actor, Permission.SUPPORT_ERASE, owner.brand):
            raise _no_customer()
        await self.customers.require_brand(owner.brand)
        if problems := reason_problems(reason):
            raise Invalid(problems)
        now = self.clock.machine.now()
        hold = LegalHold(uuid.uuid4().hex, *owner, reason.strip(), actor.name, now)
        async with self.database.write() as connection:
            await repository.add_hold(connection, hold)
            await self._record(connection, actor, "support.put_hold", hold, reason)
        return hold

    async def lift(self, actor: Actor, hold_id: str, reason: str) -> LegalHold:
        """Lift a hold.

        Raises:
            NotFound: There is no such hold that the actor may lift.
            Conflict: It is lifted already.
            Invalid: There is no reason.
        """
        if problems := reason_problems(reason):
            raise Invalid(problems)
        now = self.clock.machine.now()
        async with self.database.write() as connection:
            hold = await repository.hold_with(connection, hold_id)
            if hold is None or not allows(actor, Permission.SUPPORT_ERASE, hold.brand_id):
                raise NotFound("There is no such hold.")
            if hold.lifted_at is not None:
                raise Conflict("This hold is lifted already.")
            await repository.lift(connection, hold_id, by=actor.name, at=now, reason=reason.strip())
            await self._record(connection, actor, "support.lift_hold", hold, reason)
            lifted = await repository.hold_with(connection, hold_id)
        return lifted or hold

    async def _record(
        self, connection: AsyncConnection, actor: Actor, action: str, hold: LegalHold, reason: str
    ) -> None:
        await self.audit.record(
            connection,
            actor,
            action,
            brand=hold.brand_id,
            subject=customer_subject(hold.owner),
            before=None,
            after={"hold": hold.hold_id},
            reason=reason.strip(),
        )


async def require_no_hold(connection: AsyncConnection, owner: Owner) -> None:
    """Check that no hold is on, in the write transaction that is about to erase the customer.

    Raises:
        UnderLegalHold: A hold is on.
    """
    on = [hold for hold in await repository.holds_of(connection, owner) if hold.lifted_at is None]
    if on:
        raise UnderLegalHold(
            f"{owner.customer} of {owner.brand} is under a legal hold since "
            f"{on[-1].put_at:%Y-%m-%d}: {on[-1].reason}"
        )


def _no_customer() -> NotFound:
    return NotFound("There is no such customer.")
