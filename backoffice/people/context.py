"""What the resolvers of people work with."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.access.actor import Actor
from backoffice.approvals.service import Approvals
from backoffice.identity.accounts import Accounts
from backoffice.identity.renewal import Renewal
from backoffice.jobs.service import Jobs
from backoffice.people.service import Records
from storage.clock import Clock


@dataclass(frozen=True, slots=True)
class PeopleContext:
    """The context of a request."""

    actor: Actor
    accounts: Accounts
    approvals: Approvals
    jobs: Jobs
    records: Records
    renewal: Renewal
    clock: Clock

    def now(self) -> datetime:
        """Return machine time."""
        return self.clock.machine.now()
