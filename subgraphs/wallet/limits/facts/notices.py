"""What a customer is told by the calendar, when each of it became due, and when to look at them again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.records.outbox import Fact
from subgraphs.kit.topics import NOTICE_TOPIC
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.breaks import Break, BreakKind, stop_of
from subgraphs.wallet.limits.decision import Snapshot
from subgraphs.wallet.limits.frames import after_months
from subgraphs.wallet.limits.limit import Limit, Pending
from subgraphs.wallet.limits.prompts import Prompt, Prompted, prompts_due
from subgraphs.wallet.limits.rules import Rules

NOTICE_SCHEMA: Final = "wallet.notice/1"
MAX_LATE: Final = timedelta(days=7)
"""How late a customer is told that a break has ended; later, it is no news."""

ASK_AGAIN: Final = timedelta(days=1)
"""When to look again at a customer whom an account message stops, which says no end."""


class NoticeKind(StrEnum):
    """What a notice is about: one of the prompts, or something that the customer asked for.

    `RAISE_DUE`: a higher limit, or the end of one, can be confirmed; `BREAK_ENDED`: a break has ended.
    """

    FIRST_DEPOSIT = Prompt.FIRST_DEPOSIT.value
    REVIEW = Prompt.REVIEW.value
    NO_LIMIT = Prompt.NO_LIMIT.value
    RAISE_DUE = "RAISE_DUE"
    BREAK_ENDED = "BREAK_ENDED"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a customer is told once.

    Attributes:
        due_at: When it became due; together with the kind and the subject, it says which notice it is.
        subject: The kind of limit whose raise is due, or the product whose break has ended; otherwise empty.
    """

    kind: NoticeKind
    due_at: datetime
    subject: str = ""

    def id_for(self, owner: Owner) -> str:
        """Return the id of the notice, the same however often it is derived."""
        text = "\0".join((*owner, self.kind.value, self.subject, self.due_at.isoformat()))
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def fact(self, owner: Owner, at: datetime) -> Fact:
        """Return the message, written at an instant."""
        notice_id = self.id_for(owner)
        return Fact(
            topic=NOTICE_TOPIC,
            schema=NOTICE_SCHEMA,
            key=f"{owner.brand}:{owner.customer}",
            identity=notice_id,
            body={
                "brand_id": owner.brand,
                "customer_id": owner.customer,
                "notice_id": notice_id,
                "kind": self.kind.value,
                "subject": self.subject or None,
                "due_at": self.due_at.isoformat(),
                "occurred_at": at.isoformat(),
            },
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a customer at an instant.

    Attributes:
        snapshot: Their limits, their breaks that have not ended, and what the account message says.
        ended: Breaks that have ended within `MAX_LATE`.
        zone: That of the brand.
    """

    prompted: Prompted
    snapshot: Snapshot
    ended: Sequence[Break]
    zone: ZoneInfo

    @property
    def rules(self) -> Rules:
        """Return what is in force where the customer is."""
        return self.snapshot.rules


def notices_due(known: Known, at: datetime) -> list[Notice]:
    """Return what is due, whether it was told or not: nothing for whom messages are stopped."""
    if _stop(known, at) is not None:
        return []
    return [*_prompts(known, at), *_raises(known, at), *_ended(known, at)]


def next_look(known: Known, at: datetime) -> datetime | None:
    """Return the next instant at which something may be due; None before the customer does something."""
    if (stop := _stop(known, at)) is not None:
        return stop if stop > at else at + ASK_AGAIN
    raises = [_pending(known, limit, at) for limit in known.snapshot.limits.values()]
    instants = [chosen.until for chosen in known.snapshot.breaks]
    instants += [pending.due for pending in raises if pending is not None]
    active, intervals = known.prompted.active_at, known.rules.reminders
    if active is not None and after_months(active, intervals.active_months, known.zone) > at:
        for anchor, months in _calendar(known).values():
            passed = _passed(anchor, months, known.zone, at)
            instants.append(after_months(anchor, (passed + 1) * months, known.zone))
    return min((instant for instant in instants if instant > at), default=None)


def _stop(known: Known, at: datetime) -> datetime | None:
    """Return until when messages are stopped: the instant itself if nobody knows; None if they are not."""
    snapshot = known.snapshot
    stop = stop_of(snapshot.breaks, snapshot.account, Act.MESSAGE, None, at)
    return None if stop is None else stop.until or at


def _prompts(known: Known, at: datetime) -> Iterator[Notice]:
    prompted, limits = known.prompted, known.snapshot.limits
    for prompt in prompts_due(prompted, limits, rules=known.rules, zone=known.zone, at=at):
        due_at = prompted.first_seen
        if (interval := _calendar(known).get(prompt)) is not None:
            anchor, months = interval
            due_at = after_months(anchor, _passed(anchor, months, known.zone, at) * months, known.zone)
        yield Notice(NoticeKind(prompt.value), due_at)


def _calendar(known: Known) -> dict[Prompt, tuple[datetime, int]]:
    """Return from when on each prompt of the calendar is due, and after each how many months."""
    prompted, intervals = known.prompted, known.rules.reminders
    asked = (prompted.first_seen, prompted.declined_at, prompted.no_limit_at)
    return {
        Prompt.REVIEW: (prompted.reviewed_at or prompted.first_seen, intervals.review_months),
        Prompt.NO_LIMIT: (
            max(instant for instant in asked if instant is not None),
            intervals.no_limit_months,
        ),
    }


def _passed(anchor: datetime, months: int, zone: ZoneInfo, at: datetime) -> int:
    """Return how many intervals have passed."""
    passed = 0
    while after_months(anchor, (passed + 1) * months, zone) <= at:
        passed += 1
    return passed


def _pending(known: Known, limit: Limit, at: datetime) -> Pending | None:
    pending, raises = limit.at(at).pending, known.rules.raises
    return None if pending is None else pending.under(raises.cooling, raises.confirm_within)


def _raises(known: Known, at: datetime) -> Iterator[Notice]:
    for limit in known.snapshot.limits.values():
        pending = _pending(known, limit, at)
        if pending is not None and pending.due <= at < pending.lapses:
            yield Notice(NoticeKind.RAISE_DUE, pending.due, limit.kind.value)


def _ended(known: Known, at: datetime) -> Iterator[Notice]:
    holding = {chosen.product for chosen in known.snapshot.breaks if chosen.since <= at < chosen.until}
    ends: dict[Product | None, datetime] = {}
    for chosen in known.ended:
        if chosen.kind is BreakKind.BREAK and chosen.product not in holding:
            ends[chosen.product] = max(ends.get(chosen.product, chosen.until), chosen.until)
    for product, until in ends.items():
        yield Notice(NoticeKind.BREAK_ENDED, until, "" if product is None else product.value)
