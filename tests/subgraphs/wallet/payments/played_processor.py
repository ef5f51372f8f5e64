"""A processor in memory, which does what a test says and keeps books; its answers may be lost."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, auto
from typing import Final

from subgraphs.wallet.payments.processor import (
    Charge,
    Contradiction,
    Notice,
    NotNow,
    PartKind,
    PartState,
    Payout,
    Refund,
    ReportLine,
    Unanswered,
    Unavailable,
)

NOON: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
NOT_OVER: Final = (PartState.OPEN, PartState.PROCESSING)


class Fault(StrEnum):
    """What goes wrong with the next request."""

    UNAVAILABLE = auto()
    NOT_NOW = auto()
    LOST_BEFORE = auto()
    LOST_AFTER = auto()
    CONTRADICTION = auto()


FAULTS: Final[dict[Fault, type[Exception]]] = {
    Fault.UNAVAILABLE: Unavailable,
    Fault.NOT_NOW: NotNow,
    Fault.LOST_BEFORE: Unanswered,
    Fault.LOST_AFTER: Unanswered,
    Fault.CONTRADICTION: Contradiction,
}


@dataclass
class Booked:
    """What the processor has of a part."""

    kind: PartKind
    part: str
    reference: str
    amount: int
    currency: str
    state: PartState
    of: str = ""
    reason: str = ""
    has_moved: bool = False


@dataclass
class PlayedProcessor:
    """A processor.

    Attributes:
        books: By its own ids.
        said: Each notice that it would send as a webhook, in the order in which things happened.
        faults: What goes wrong with the next requests; none if empty.
    """

    name: str
    books: dict[str, Booked] = field(default_factory=dict)
    said: list[Notice] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    async def begin(self, charge: Charge) -> Notice:
        """Ask for money."""
        return self._asked(
            Booked(PartKind.CHARGE, charge.id, "", charge.amount, charge.currency, PartState.OPEN)
        )

    async def cancel(self, charge: Charge, reference: str) -> Notice:
        """Let a charge be paid no more."""
        self._may_fail(is_before=True)
        booked = self.books[reference]
        assert booked.part == charge.id
        if booked.state is PartState.OPEN:
            self.becomes(reference, PartState.FAILED, "cancelled")
        self._may_fail(is_before=False)
        return self._notice(booked)

    async def refund(self, refund: Refund) -> Notice:
        """Send money of a charge back."""
        if self._left_of(refund.charge) < refund.amount and not self._of_part(refund.id):
            self._may_fail(is_before=True)
            return self._notice(
                Booked(
                    PartKind.REFUND,
                    refund.id,
                    "",
                    refund.amount,
                    refund.currency,
                    PartState.FAILED,
                    refund.charge,
                )
            )
        return self._asked(
            Booked(
                PartKind.REFUND,
                refund.id,
                "",
                refund.amount,
                refund.currency,
                PartState.PROCESSING,
                refund.charge,
            )
        )

    async def pay_out(self, payout: Payout) -> Notice:
        """Send money to an account."""
        return self._asked(
            Booked(PartKind.PAYOUT, payout.id, "", payout.amount, payout.currency, PartState.PROCESSING)
        )

    async def ask(self, kind: PartKind, part: str, reference: str) -> Notice | None:
        """Return how a part stands."""
        self._may_fail(is_before=True)
        booked = self.books.get(reference) or self._of_part(part)
        assert booked is None or booked.kind is kind
        return None if booked is None else self._notice(booked)

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Sequence[Notice]:
        """Return nothing: tests hand over the notices themselves."""
        del headers, body, at
        return ()

    async def report(self, day: date) -> AsyncIterator[ReportLine]:
        """Return what has moved; all of it on one day."""
        if day != NOON.date():
            return
        for booked in self.books.values():
            came = booked.kind is PartKind.CHARGE
            if booked.has_moved:
                yield self._line(booked, booked.amount if came else -booked.amount)
                if not came and booked.state is PartState.FAILED:
                    yield self._line(booked, booked.amount)

    async def close(self) -> None:
        """Close nothing: it is in memory."""

    def _line(self, booked: Booked, amount: int) -> ReportLine:
        """Return a line of the report."""
        side = "in" if amount > 0 else "out"
        return ReportLine(
            id=f"{booked.reference}-{side}",
            kind=booked.kind,
            part=booked.part,
            reference=booked.reference,
            amount=amount,
            currency=booked.currency,
            at=NOON,
        )

    def becomes(self, reference: str, state: PartState, reason: str = "") -> None:
        """Let a part be in another state, and say so."""
        booked = self.books[reference]
        booked.state, booked.reason = state, reason
        booked.has_moved = booked.has_moved or state is PartState.DONE
        self.said.append(self._notice(booked))

    def pays(self, reference: str, amount: int) -> None:
        """Let a customer pay a charge."""
        self.books[reference].amount = amount
        self.becomes(reference, PartState.DONE)

    def takes_back(self, charge: str, kind: PartKind, amount: int) -> None:
        """Let a bank dispute a charge, or somebody refund it at the processor."""
        state = PartState.OPEN if kind is PartKind.DISPUTE else PartState.DONE
        self._add(Booked(kind, "", "", amount, self.books[charge].currency, state, charge))

    def those(self, kind: PartKind, *states: PartState) -> list[str]:
        """Return the ids of the parts of a kind in some states."""
        return [key for key, booked in self.books.items() if booked.kind is kind and booked.state in states]

    def left_of(self, charge: str) -> int:
        """Return how much of a charge neither went back nor is about to."""
        return self._left_of(charge)

    @property
    def has(self) -> int:
        """Return what we have there: what came less what went."""
        total = 0
        for booked in self.books.values():
            match booked.kind, booked.state:
                case PartKind.CHARGE, PartState.DONE:
                    total += booked.amount
                case ((PartKind.REFUND | PartKind.PAYOUT), PartState.DONE):
                    total -= booked.amount
                case PartKind.DISPUTE, PartState.OPEN | PartState.PROCESSING | PartState.DONE:
                    total -= booked.amount
        return total

    def _asked(self, wanted: Booked) -> Notice:
        self._may_fail(is_before=True)
        booked = self._of_part(wanted.part)
        if booked is None:
            booked = self._add(wanted)
        assert (booked.kind, booked.currency, booked.of) == (wanted.kind, wanted.currency, wanted.of)
        self._may_fail(is_before=False)
        return self._notice(booked)

    def _add(self, booked: Booked) -> Booked:
        reference = f"{self.name}-{len(self.books) + 1}"
        is_taken = booked.kind is PartKind.DISPUTE
        moves = booked.state is PartState.DONE or is_taken
        added = replace(booked, reference=reference, has_moved=moves)
        self.books[reference] = added
        self.said.append(self._notice(added))
        return added

    def _of_part(self, part: str) -> Booked | None:
        return next((booked for booked in self.books.values() if part and booked.part == part), None)

    def _left_of(self, charge: str) -> int:
        booked = self.books[charge]
        gone = [
            other.amount
            for other in self.books.values()
            if other.of == charge and (other.state is not PartState.FAILED or other.kind is PartKind.DISPUTE)
        ]
        return booked.amount - sum(gone)

    def _may_fail(self, *, is_before: bool) -> None:
        if not self.faults:
            return
        fault = self.faults[0]
        if (fault is Fault.LOST_AFTER) is is_before:
            return
        self.faults.pop(0)
        raise FAULTS[fault]("played")

    def _notice(self, booked: Booked) -> Notice:
        return Notice(
            kind=booked.kind,
            part=booked.part,
            reference=booked.reference,
            state=booked.state,
            amount=booked.amount,
            currency=booked.currency,
            of=booked.of,
            reason=booked.reason,
            url=f"https://{self.name}.example/{booked.reference}" if booked.state is PartState.OPEN else "",
            at=NOON + timedelta(seconds=len(self.said)),
        )
