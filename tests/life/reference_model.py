"""An independent model of a customer's week, written from the rules alone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

ENDS: Final = datetime(2026, 3, 29, 23, tzinfo=UTC)
CLOSES: Final = ENDS + timedelta(minutes=60)
TARGET: Final = 2500
PAID: Final = frozenset({"CREDITED", "USED", "EXPIRED"})
FOLLOWS: Final = {
    "NOT_OPTED_IN": {"TRACKING", "QUALIFIED", "CONFIRMED", "INELIGIBLE"},
    "TRACKING": {"NOT_OPTED_IN", "QUALIFIED", "MISSED", "INELIGIBLE"},
    "QUALIFIED": {"NOT_OPTED_IN", "TRACKING", "CONFIRMED", "INELIGIBLE"},
    "CONFIRMED": {"FULFILLING", *PAID, "MISSED", "NOT_OPTED_IN", "INELIGIBLE"},
    "FULFILLING": {*PAID, "MISSED", "INELIGIBLE"},
    "CREDITED": {"USED", "EXPIRED"},
    "USED": set(),
    "EXPIRED": set(),
    "MISSED": {"CONFIRMED", "INELIGIBLE"},
    "INELIGIBLE": {"NOT_OPTED_IN", "TRACKING", "QUALIFIED", "MISSED", "CONFIRMED", *PAID},
}
"""What may follow on what, at any time; `Model.may_follow` says what else has to hold."""


@dataclass
class Bet:
    """A bet that counts unless it is voided."""

    placed_at: datetime
    amount: int


@dataclass
class Model:
    """The facts of one customer's week.

    Attributes:
        told: From when on the account was eligible or not, in the order of its revisions.
        changes: When the customer joined and left.
        kept: Whether a worker has closed the week.
        row: The state of the reward: None, open, stopped or taken back (both for good), or paid.
        sent: Whether a provider may have been asked.
    """

    told: list[tuple[datetime, bool]]
    now: datetime
    changes: list[tuple[datetime, bool]] = field(default_factory=list)
    bets: dict[int, Bet] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    kept: bool = False
    row: str | None = None
    sent: bool = False

    @property
    def fit(self) -> bool:
        """Tell whether the customer may take part at present."""
        return self.told[-1][1]

    @property
    def member(self) -> bool:
        """Tell whether the customer is a member at present."""
        return bool(self.changes) and self.changes[-1][1]

    def was_unfit(self, start: datetime, end: datetime) -> bool:
        """Tell whether the customer could not take part at the start or at a later instant before the end."""
        ends = [at for at, _ in self.told[1:]] + [datetime.max.replace(tzinfo=UTC)]
        spans = [(at, until) for (at, fit), until in zip(self.told, ends, strict=True) if not fit]
        return any(at <= start < until or start < at < end for at, until in spans)

    def learn(self, at: datetime, *, fit: bool, leaves: bool = False) -> None:
        """Change the account from an instant on; an excluded customer leaves."""
        self.told.append((at, fit))
        if leaves and self.member:
            self.changes.append((self.now, False))

    @property
    def due(self) -> bool:
        """Tell whether the bets earn the reward, whatever the account is."""
        in_week = [change for change in self.changes if change[0] < ENDS]
        if not in_week:
            return False
        at, joined = in_week[-1]
        return sum(bet.amount for bet in self.bets.values() if joined or bet.placed_at <= at) >= TARGET

    @property
    def plain(self) -> str:
        """Return the state, apart from payment and eligibility."""
        in_week = [change for change in self.changes if change[0] < ENDS]
        if not in_week or not (in_week[-1][1] or self.due):
            return "NOT_OPTED_IN"
        if self.now >= CLOSES:
            return "CONFIRMED" if self.due else "MISSED"
        return "QUALIFIED" if self.due else "TRACKING"

    @property
    def never_paid(self) -> bool:
        """Tell whether nothing may be credited from now on."""
        return not self.fit or (self.now >= ENDS and self.was_unfit(ENDS, datetime.max.replace(tzinfo=UTC)))

    def follow(self) -> None:
        """Apply an event to the reward."""
        if self.row is None and self.kept and self.due:
            self.row = "open"
        if self.row in {"open", "taken back"} and (self.row == "open" or self.sent) and self.never_paid:
            self.row = "stopped"
        elif self.row == "open" and not self.due:
            self.row = "taken back"

    def see(self, shown: str, *, worked: bool) -> None:
        """Learn from the graph what only worker and provider know."""
        if shown in PAID:
            self.row = "paid"
        elif self.row == "open" and worked:
            self.sent = True
        elif self.row == "taken back" and shown == "MISSED":
            self.sent = False

    def states(self, *, worked: bool, calm: bool, booked: str | None) -> set[str]:
        """What the graph may show; one state, but for what only the provider knows.

        Args:
            worked: Whether the worker has just been at it.
            calm: Whether the provider had no fault to meet.
            booked: What the provider has on its books: a credit, or how it ended; None if there is none.
        """
        if self.row == "paid":
            return set(PAID)
        paid = {booked} if worked and booked else set()
        hidden = not self.fit or (self.now >= ENDS and self.was_unfit(ENDS, CLOSES))
        if hidden or self.row == "stopped":
            return {"INELIGIBLE"} | paid
        if self.row == "taken back":
            return {"FULFILLING", "MISSED"} | paid if self.sent else {"MISSED"}
        if self.row == "open":
            return self._states_of_owed(worked=worked, calm=calm) | paid
        return {self.plain}

    def _states_of_owed(self, *, worked: bool, calm: bool) -> set[str]:
        if self.sent:
            return {"FULFILLING"}
        if worked:
            return {"CREDITED"} if calm else {"FULFILLING"}
        return {"CONFIRMED"}

    def may_follow(self, before: str, after: str, *, credited: bool) -> bool:
        """Tell whether the state diagram allows one state after another at this time."""
        if after == before or after not in FOLLOWS[before]:
            return after == before
        if after in PAID and before not in PAID:
            return credited  # a worker may hear of a credit only when it has ended
        if before == "INELIGIBLE" and after == "CONFIRMED":
            return self.now >= CLOSES and not self.kept
        if before == "INELIGIBLE" and after in {"MISSED", "NOT_OPTED_IN"}:
            return not ENDS <= self.now < CLOSES
        if before == "INELIGIBLE":
            return self.now < ENDS
        times = {"CONFIRMED": self.now >= CLOSES, "MISSED": self.now >= CLOSES}
        return times.get(after, after not in {"TRACKING", "QUALIFIED"} or self.now < CLOSES)
