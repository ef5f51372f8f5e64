"""Records who did what, in the transaction of the change."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access.actor import Actor
from backoffice.audit import repository
from backoffice.audit.canonical_json import Json, canonical
from backoffice.audit.entries import Entry
from foundation.storage.clock import Clock
from foundation.storage.database import Database


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The audit log of the back office's database.

    Attributes:
        clock: The machine's time is recorded: a rehearsal does not move it.
    """

    clock: Clock

    async def record_access(
        self,
        database: Database,
        actor: Actor,
        action: str,
        *,
        brand: str | None,
        subject: str,
        seen: Json | None = None,
    ) -> None:
        """Record that somebody looks at personal data, in a transaction of its own, before it is shown.

        Args:
            database: The back office's.
            actor: Who looks.
            action: As in `record`, such as `risk.look`.
            brand: The brand that it concerns.
            subject: At whom or what, as `kind:id`; it is cut off after 255 characters.
            seen: Who was seen, where the subject does not say so.
        """
        async with database.write() as connection:
            await self.record(
                connection,
                actor,
                action,
                brand=brand,
                subject=subject[:255],
                before=None,
                after=seen,
                reason=None,
            )

    async def record(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        *,
        brand: str | None,
        subject: str,
        before: Json | None,
        after: Json | None,
        reason: str | None,
    ) -> None:
        """Append a row in the caller's write transaction on the back office's database.

        Writers are serialized from here to the end of their transactions: record last, and commit soon.

        Args:
            connection: In a write transaction.
            actor: Who.
            action: What, as `area.verb`.
            brand: The brand that it concerns.
            subject: What it is done to, as `kind:id`; at most 255 characters.
            before: The subject before the change; None if there was none, or nothing changes.
            after: The subject after the change.
            reason: What the person gave as the reason.
        """
        last = await repository.locked_head(connection)
        entry = Entry(
            sequence=last.sequence + 1,
            at=await self.clock.machine.at(connection),
            user_id=actor.user_id,
            person=actor.person,
            name=actor.name,
            session_id=actor.session_id,
            address=actor.address,
            action=action,
            brand=brand,
            subject=subject,
            before=None if before is None else canonical(before),
            after=None if after is None else canonical(after),
            reason=reason,
            previous_hash=last.hash,
        )
        await repository.append(connection, entry)
