"""A row of the audit log, and the hash that chains it to the row before."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from backoffice.audit.canonical_json import content_hash

GENESIS: Final = "0" * 64
"""The `previous_hash` of the first row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One action, or one access to data.

    Attributes:
        sequence: Counts from 1.
        at: Machine time, UTC.
        user_id, person, name, session_id, address: Who, and from where.
        action: What, as `area.verb`.
        brand: The brand that it concerns; None if it concerns all or none.
        subject: What it was done to, as `kind:id`.
        before, after: Canonical JSON of the subject; None if there was or is none.
        reason: What the person gave as the reason.
        previous_hash: The hash of the row before.
    """

    sequence: int
    at: datetime
    user_id: str
    person: str
    name: str
    session_id: str
    address: str
    action: str
    brand: str | None
    subject: str
    before: str | None
    after: str | None
    reason: str | None
    previous_hash: str

    @property
    def hash(self) -> str:
        """Return the SHA-256 of all fields, in hexadecimal digits."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return content_hash(
            [
                self.sequence,
                at,
                self.user_id,
                self.person,
                self.name,
                self.session_id,
                self.address,
                self.action,
                self.brand,
                self.subject,
                self.before,
                self.after,
                self.reason,
                self.previous_hash,
            ]
        )
