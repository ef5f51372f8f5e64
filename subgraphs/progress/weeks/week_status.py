"""The status of a week: the recorded instants at which it opened, ended, closed and was confirmed."""

from dataclasses import dataclass, replace
from datetime import datetime

from subgraphs.kit.domain.schemes import WeekState
from subgraphs.progress.counting.customers import Territory


@dataclass(frozen=True, slots=True)
class WeekStatus:
    """The status of a week for customers of a territory. Instants are None until they have come.

    Attributes:
        provisional_at: When the end of the week was recorded.
        closed_at: When the end of its grace was recorded.
        confirmed_at: When the qualifications of all customers had been confirmed.
        scheme_version: The version with which the week opened; None if it was not recorded.
    """

    brand_id: str
    iso_week: str
    jurisdiction: str
    currency: str
    opened_at: datetime
    provisional_at: datetime | None = None
    closed_at: datetime | None = None
    confirmed_at: datetime | None = None
    scheme_version: int | None = None

    @property
    def territory(self) -> Territory:
        """Return the jurisdiction and currency of the customers."""
        return (self.jurisdiction, self.currency)

    @property
    def state(self) -> WeekState:
        """Return the recorded state of the week."""
        if self.closed_at is not None:
            return WeekState.CLOSED
        return WeekState.PROVISIONAL if self.provisional_at is not None else WeekState.OPEN

    def in_state(self, state: WeekState, now: datetime, *, confirmed: bool = False) -> "WeekStatus":
        """Return the status once the week has reached a state; recorded instants are kept.

        Args:
            state: The state of the week now.
            now: The instant.
            confirmed: Whether a closed week was confirmed before, and its status was lost with the database.
                Its published qualifications are read back. Customers without one may have been paid by hand,
                so a person decides about them.
        """
        ended = now if state is not WeekState.OPEN else None
        closed = now if state is WeekState.CLOSED else None
        return replace(
            self,
            provisional_at=self.provisional_at or ended,
            closed_at=self.closed_at or closed,
            confirmed_at=self.confirmed_at or (closed if confirmed else None),
        )
