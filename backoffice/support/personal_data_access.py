"""Records that somebody looked at a customer's personal data."""

from dataclasses import dataclass

from backoffice.access import Actor
from backoffice.audit.audit_log import AuditLog
from foundation.storage.database import Database


@dataclass(frozen=True, slots=True)
class PersonalDataAccess:
    """Records looks in the audit log, before anything is shown.

    Attributes:
        database: The back office's.
    """

    database: Database
    audit: AuditLog

    async def record(self, actor: Actor, what: str, brand: str, subject: str) -> None:
        """Record a look, in a transaction of its own.

        Args:
            actor: Who looks.
            what: At what, such as `timeline`.
            brand: The brand.
            subject: At whom, as `kind:id`.
        """
        await self.audit.record_access(
            self.database, actor, f"support.look_at_{what}", brand=brand, subject=subject
        )
