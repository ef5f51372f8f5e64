"""People, approvals, jobs and the audit log: the services behind their part of the graph."""

from datetime import datetime

from backoffice.base import Base
from backoffice.graph.area import Area
from backoffice.people.service import Records
from foundation.storage.database import Database


class PeopleArea(Area):
    """The services of people over a base."""

    name = "people"

    def __init__(self, base: Base) -> None:
        self.accounts = base.accounts
        self.rewards = Database.open(base.settings, "rewards")
        self.approvals = base.approvals
        self.jobs = base.jobs
        self.renewal = base.renewal
        self.records = Records(base.database, base.jobs, base.approvals, base.audit)
        self._clock = base.clock.machine

    def now(self) -> datetime:
        """Return machine time."""
        return self._clock.now()

    async def close(self) -> None:
        """Close the database of rewards."""
        await self.rewards.close()
