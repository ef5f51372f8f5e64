"""A bank as a processor: orders go to it as files, and statements come back as files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias, TypeVar

from msgspec.structs import replace

from subgraphs.wallet.payments.bank.arrivals import Arrival, heard, note_heard
from subgraphs.wallet.payments.bank.books import Books, came_back, days_before, is_debit, name_of_report
from subgraphs.wallet.payments.bank.entries import Entry
from subgraphs.wallet.payments.bank.folders import INBOX, READ, REFUSED, BankFolder, Files, System
from subgraphs.wallet.payments.bank.inbox import put_away, with_meaning, with_statuses
from subgraphs.wallet.payments.bank.meaning import (
    asked_notice,
    failed_notice,
    record_of,
    report_line,
    stands,
)
from subgraphs.wallet.payments.bank.options import BankOptions
from subgraphs.wallet.payments.bank.orders import Order, digest_of, order_document
from subgraphs.wallet.payments.bank.records import Record, Records
from subgraphs.wallet.payments.bank.sent import clear_sent
from subgraphs.wallet.payments.iban import is_iban
from subgraphs.wallet.payments.processor import (
    Charge,
    Contradiction,
    Notice,
    PartKind,
    PartState,
    Payout,
    Refund,
    ReportLine,
    Unanswered,
    Unavailable,
    Unreadable,
    WrongSignature,
)

T = TypeVar("T")
Hear: TypeAlias = Callable[[Arrival], Awaitable[None]]
ORDERS: Final = "orders"
STATEMENTS: Final = "statements"

OTHER_CURRENCY: Final = "other_currency"
NO_IBAN: Final = "account_is_no_iban"
NO_PAYMENT: Final = "charge_not_paid"
NO_PAYER: Final = "account_of_payer_not_known"
TOO_MUCH: Final = "more_than_was_paid"
CANCELLED: Final = "cancelled"


class BankProcessor:
    """One account of the house at a bank.

    All that it knows is in its folder, so that any number of processes may be one of these.
    """

    def __init__(
        self, options: BankOptions, now: Callable[[], datetime], system: System | None = None
    ) -> None:
        """Nothing is opened yet: the folder may come later.

        Args:
            options: The account, and the folder.
            now: The machine's clock.
            system: What asks the operating system; by default, this one.
        """
        self._options = options
        self._now = now
        self._folder = BankFolder(Path(options.folder), system or System())
        self._books = Books()
        self._lock = Lock()

    async def begin(self, charge: Charge) -> Notice:
        """Wait for a transfer: OPEN, without a page; its reference is what the customer has to write."""
        record = replace(self._record(PartKind.CHARGE, charge), expires_at=charge.expires_at)
        if charge.currency != self._options.currency:
            return failed_notice(record, OTHER_CURRENCY, self._now())
        kept = await self._asked(record, lambda records, _: records.open(record))
        return asked_notice(kept)

    async def cancel(self, charge: Charge, reference: str) -> Notice:
        """Wait no longer for a transfer; one that comes all the same is DONE."""
        stands_now = await self.ask(PartKind.CHARGE, charge.id, reference)
        if stands_now is not None and stands_now.state is PartState.DONE:
            return stands_now
        return failed_notice(self._record(PartKind.CHARGE, charge), CANCELLED, self._now())

    async def refund(self, refund: Refund) -> Notice:
        """Send money of a charge to the account that it came from."""
        record = replace(self._record(PartKind.REFUND, refund), of=refund.charge)
        await self._catch_up()
        return await self._asked(record, lambda records, files: self._refund(record, records, files))

    async def pay_out(self, payout: Payout) -> Notice:
        """Put an order for the bank into the outbox: PROCESSING, until a statement has it."""
        record = self._record(PartKind.PAYOUT, payout)
        if payout.currency != self._options.currency:
            return failed_notice(record, OTHER_CURRENCY, self._now())
        if not is_iban(payout.account):
            return failed_notice(record, NO_IBAN, self._now())
        await self._catch_up()
        return await self._asked(record, lambda records, files: self._pay_out(record, payout, records, files))

    async def ask(self, kind: PartKind, part: str, reference: str) -> Notice | None:
        """Return how a part stands, by the records and the statements; None if there is nothing of it."""
        del reference
        return await self._answered(lambda files: self._stands(kind, part, files))

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Sequence[Notice]:
        """Believe no webhook: banks send files alone.

        Raises:
            WrongSignature: Always.
        """
        del headers, body, at
        raise WrongSignature("a bank sends no webhooks")

    async def report(self, day: date) -> AsyncIterator[ReportLine]:
        """Return what has moved on a day, by the bank's own dates.

        Raises:
            Unanswered: The day is not over, or no statement goes so far yet.
        """
        if day >= self._now().date():
            raise Unanswered(f"{day} is not over")
        for line in await self._answered(lambda files: self._lines(day, files)):
            yield line

    async def take_in(self, hear: Hear) -> int:
        """Read what has come into the inbox, and let it be heard; return how many files were.

        Several processes may do so: one waits for the other. What is believed answers questions before it is
        heard; that it was is noted afterwards, so that it may be heard twice, and never not at all. Then,
        orders that the bank has booked long enough ago are cleared away.

        Args:
            hear: Takes each file: first those that are believed, in their order.

        Raises:
            Unanswered: The folder cannot be read or written.
        """
        with ExitStack() as stack:
            files = await self._guarded(stack.enter_context, self._folder.locked(STATEMENTS))
            left = await self._guarded(self._put_away, files)
            unheard = await self._guarded(self._unheard, files)
            for arrival in unheard:
                await hear(arrival)
                await self._guarded(note_heard, files, arrival)
            for arrival in left:
                await hear(arrival)
                await self._guarded(self._put_aside, files, arrival)
            await self._guarded(self._clear_sent, files)
        return len(unheard) + len(left)

    async def close(self) -> None:
        """Close nothing: the folder is open only while it is used."""

    def _record(self, kind: PartKind, asked: Charge | Refund | Payout) -> Record:
        """Return what is kept of a request that is made now."""
        return Record(kind=kind, part=asked.id, amount=asked.amount, currency=asked.currency, at=self._now())

    async def _asked(self, record: Record, work: Callable[[Records, Files], T]) -> T:
        return await asyncio.to_thread(self._with_records, record, work)

    async def _catch_up(self) -> None:
        """Read what was added to the statements, before the records are locked: others wait for them."""
        with suppress(Unanswered):  # it is met again where the statements are needed
            await self._answered(self._follow_alone)

    def _with_records(self, record: Record, work: Callable[[Records, Files], T]) -> T:
        """Do something with the records, while no other process does.

        Raises:
            Unanswered: It may be done.
            Unavailable: It is not.
        """
        try:
            with self._folder.locked(ORDERS) as files:
                records = Records(files)
                try:
                    return work(records, files)
                except OSError as fault:
                    if _may_be_there(records, record):
                        raise Unanswered(f"the bank's folder: {fault.strerror}") from fault
                    raise
        except OSError as fault:
            raise Unavailable(f"the bank's folder: {fault.strerror}") from fault
        except Unreadable as fault:
            raise Unavailable(f"a statement that was believed cannot be read: {fault}") from fault

    def _pay_out(self, record: Record, payout: Payout, records: Records, files: Files) -> Notice:
        if records.handed_over(record) is None:
            with self._lock:
                self._follow(files)
                booked = self._booked(record)
            if booked is not None:
                return booked
        return self._placed(record, records, payout.holder, payout.account)

    def _booked(self, record: Record) -> Notice | None:
        """Return how an order stands that the bank knows though its record is lost; None if it does not."""
        entries, rejection = self._books.of_part(record.part), self._books.rejection(record.part)
        if rejection is None and not any(is_debit(entry) or came_back(entry) for entry in entries):
            return None
        return stands(record, entries, record.at, rejection)

    def _placed(self, record: Record, records: Records, holder: str, iban: str) -> Notice:
        order = Order(
            part=record.part,
            amount=record.amount,
            currency=record.currency,
            holder=holder,
            iban=iban,
            words=record.part,
        )
        document = order_document(order, self._options, record.at)
        return asked_notice(records.place(replace(record, digest=digest_of(document)), document))

    def _refund(self, record: Record, records: Records, files: Files) -> Notice:
        if (known := records.handed_over(record)) is not None:
            return asked_notice(known)  # also if the statement of the charge is too old by now
        with self._lock:
            self._follow(files)
            if (booked := self._booked(record)) is not None:
                return booked
            paid = self._books.credit(record.of)
            why = self._why_not(record, paid, records)
        if paid is None or why:
            return failed_notice(record, why, record.at)
        return self._placed(record, records, paid.holder, paid.account)

    def _why_not(self, record: Record, paid: Entry | None, records: Records) -> str:
        """Return why a refund of what was paid cannot be sent; "" if it can."""
        if paid is None:
            return NO_PAYMENT
        if record.currency != paid.currency:
            return OTHER_CURRENCY
        if not is_iban(paid.account):
            return NO_PAYER
        left = paid.amount - self._refunded(record, records)
        if record.amount > left and records.find(record.kind, record.part) is None:
            return TOO_MUCH
        return ""

    def _refunded(self, record: Record, records: Records) -> int:
        """Return what other refunds have sent of the same charge, or are sending."""
        others = (other for other in records.refunds_of(record.of) if other.part != record.part)
        states = ((other, self._standing(other, record.at)) for other in others)
        return sum(other.amount for other, notice in states if notice.state is not PartState.FAILED)

    def _standing(self, record: Record, now: datetime) -> Notice:
        rejection = self._books.rejection(record.part)
        return stands(record, self._books.of_part(record.part), now, rejection)

    async def _answered(self, work: Callable[[Files], T]) -> T:
        """Ask the folder.

        Raises:
            Unanswered: It cannot be read.
        """

        def opened() -> T:
            with self._folder.opened() as files:
                return work(files)

        return await self._guarded(opened)

    async def _guarded(self, work: Callable[..., T], *given: object) -> T:
        try:
            return await asyncio.to_thread(work, *given)
        except OSError as fault:
            raise Unanswered(f"the bank's folder: {fault.strerror}") from fault
        except Unreadable as fault:
            raise Unanswered(f"a statement that was believed cannot be read: {fault}") from fault
        except Contradiction as fault:  # whoever sends learns of it; whoever reads can only wait
            raise Unanswered(str(fault)) from fault

    def _stands(self, kind: PartKind, part: str, files: Files) -> Notice | None:
        records = Records(files)
        with self._lock:
            self._follow(files)
            entries, rejection = self._books.of_part(part), self._books.rejection(part)
        record = records.find(kind, part) or record_of(kind, part, entries)
        if record is None:
            return None
        notice = stands(record, entries, self._now(), rejection)
        if notice.state is PartState.PROCESSING and not records.is_handed_over(part):
            return None
        return notice

    def _lines(self, day: date, files: Files) -> list[ReportLine]:
        """Return the lines of a day.

        Raises:
            Unanswered: No statement goes so far yet.
        """
        records = Records(files)
        with self._lock:
            self._follow(files)
            if not self._books.reach(day):
                raise Unanswered(f"no statement of the bank goes to {day} yet")
            return [report_line(entry, records.sent) for entry in self._books.of_day(day)]

    def _put_away(self, files: Files) -> Sequence[Arrival]:
        with self._lock:
            self._follow(files)
            left, sent, now = put_away(files, self._books, self._options), Records(files).sent, self._now()
            return [with_statuses(arrival, self._books, sent, now) for arrival in left]

    def _put_aside(self, files: Files, arrival: Arrival) -> None:
        if arrival.statuses:
            day = self._now().astimezone(UTC).date()
            files.move(INBOX, arrival.name, READ, name_of_report(day, arrival.digest, arrival.statuses))
        else:
            files.move(INBOX, arrival.name, REFUSED, arrival.kept_as)

    def _unheard(self, files: Files) -> Sequence[Arrival]:
        sent = Records(files).sent
        with self._lock:
            found = self._books.after(heard(files))
        return [with_meaning(believed, sent) for believed in found]

    def _clear_sent(self, files: Files) -> None:
        if self._options.sent_days is not None:
            before = days_before(self._now(), self._options.sent_days)
            with self._lock:
                clear_sent(files, self._books, before)

    def _follow_alone(self, files: Files) -> None:
        with self._lock:
            self._follow(files)

    def _follow(self, files: Files) -> None:
        self._books.follow(files, days_before(self._now(), self._options.look_back_days))


def _may_be_there(records: Records, record: Record) -> bool:
    try:
        return records.find(record.kind, record.part) is not None or records.has_file(record.part)
    except OSError:
        return True
