"""The books of a simulated bank: what its customers ask for, what others pay them, and what comes back."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from foundation.storage.clock import Clock
from simulator.bank.faults import BankFaults
from simulator.bank.instructions import Batch, Payment, PaymentFile, RefusedFile, read_instructions
from simulator.bank.statements import Movement, MovementKind
from simulator.bank.store import DAY, Account, Kept, Store
from subgraphs.kit.domain.currencies import all_currencies

ACCOUNT_CLOSED: Final = "AC04"
REFUSED_FOR_NOTHING: Final = "the bank does not want it"
TAKEN_BEFORE: Final = "a file with its message id was taken before"
MAX_TEXT: Final = 140
MAX_ID: Final = 35
MAX_AMOUNT: Final = 10**15
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
_REASON: Final = re.compile(r"[A-Z0-9]{4}")
_TOMORROW: Final = timedelta(days=1)


class NotPossible(ValueError):
    """Who asks the bank for something asks for what cannot be; the message says why."""


@dataclass(slots=True)
class Books:
    """The books.

    Attributes:
        clock: Tells on which day something happens, by UTC; the bank's day may be ahead of it.
        reason: Why payments come back for which no other reason was asked.
    """

    store: Store
    clock: Clock
    faults: BankFaults
    reason: str = ACCOUNT_CLOSED

    @property
    def today(self) -> date:
        """The bank's day: on it, and on later days, something may still be booked."""
        return date.fromisoformat(self.store.setting(DAY, str(self.clock.now().date())))

    def account(self, iban: str) -> Account:
        """Return an account.

        Raises:
            NotPossible: There is none.
        """
        for account in self.store.accounts():
            if account.iban == iban:
                return account
        raise NotPossible("there is no such account")

    def open_account(self, iban: str, currency: str, opening: int) -> Account:
        """Open an account, or return the one that there is.

        Raises:
            NotPossible: It is no IBAN, or no known currency.
        """
        _check(_IBAN.fullmatch(iban) is not None, "it is no IBAN")
        _check(currency in all_currencies(), "it is no known currency")
        _check(abs(opening) <= MAX_AMOUNT, "the amount is too large")
        self.store.open_account(Account(iban=iban, currency=currency, opening=opening, opened=self.today))
        return self.account(iban)

    def balance(self, account: Account, day: date) -> int:
        """Return what an account has at the end of a day, in minor units."""
        return account.opening + self.store.moved_until(account.iban, day)

    def take_file(self, name: str, document: bytes) -> int:
        """Book what a file asks for, or refuse it as a whole; return its place among all files.

        A file that was booked before the bank was stopped, and is still in the outbox, is booked no more.
        """
        digest = hashlib.sha256(document).hexdigest()
        if (seq := self.store.takes_up(name, digest)) is not None:
            return seq
        message = None
        try:
            asked = read_instructions(document)
            message = asked.message_id
            self._check_file(asked)
        except (RefusedFile, NotPossible) as fault:
            return self.store.add_file(name, digest, message, str(fault))
        for batch in asked.batches:
            self._book(batch)
        return self.store.add_file(name, digest, message, "")

    def credit(self, iban: str, payment: Movement) -> int:
        """Let somebody pay to an account, and return the place of the movement.

        Raises:
            NotPossible: There is no such account, or a bank would not write this.
        """
        _check(0 < payment.amount <= MAX_AMOUNT, "the amount is too small or too large")
        _check(not payment.account or bool(_IBAN.fullmatch(payment.account)), "the other account is no IBAN")
        texts = ((payment.holder, MAX_TEXT), (payment.remittance, MAX_TEXT), (payment.part, MAX_ID))
        for text, limit in texts:
            _check(len(text) <= limit and text.isprintable(), "a text is too long, or has control characters")
        return self.store.add(self.account(iban).iban, self.today, payment)

    def charge(self, iban: str, amount: int) -> int:
        """Take what the bank charges for an account, and return the place of the movement.

        Raises:
            NotPossible: There is no such account.
        """
        _check(0 < amount <= MAX_AMOUNT, "the amount is too small or too large")
        movement = Movement(reference="", kind=MovementKind.CHARGE, amount=-amount)
        return self.store.add(self.account(iban).iban, self.today, movement)

    def send_back(self, part: str, reason: str = "", *, days: int = 0) -> int:
        """Let the newest payment with an id come back, and return the place of the movement.

        Args:
            part: Its `EndToEndId`.
            reason: ISO 20022's code; the usual one if it is left out.
            days: How much later than today, or than the payment.

        Raises:
            NotPossible: There is no such payment, or it has come back.
        """
        _check(not reason or _REASON.fullmatch(reason) is not None, "a reason has four letters or digits")
        payment = self.store.newest_payment(part)
        if payment is None:
            raise NotPossible("no such payment is booked, or it has come back")
        return self._return(payment, reason, days)

    def _check_file(self, asked: PaymentFile) -> None:
        if self.faults.take("refuses"):
            raise RefusedFile(REFUSED_FOR_NOTHING)
        if self.store.has_message(asked.message_id):
            raise RefusedFile(TAKEN_BEFORE)
        for batch in asked.batches:
            account = self.account(batch.account)
            for payment in batch.payments:
                _check(
                    payment.currency == account.currency, "a payment is of another currency than the account"
                )
                _check(payment.amount <= MAX_AMOUNT, "a payment is too large")

    def _book(self, batch: Batch) -> None:
        bare = self.faults.take("together_bare")
        together = self.faults.take("together") or bare or batch.together
        first = 0
        for payment in batch.payments:
            seq = self._book_payment(batch, payment, first if together else 0, bare=bare)
            first = first or seq

    def _book_payment(self, batch: Batch, payment: Payment, first: int, *, bare: bool) -> int:
        faults, day = self.faults, max(batch.day, self.today)
        if faults.take("late"):
            day += _TOMORROW
        amount = payment.amount - (1 if payment.amount > 1 and faults.take("differs") else 0)
        movement = Movement(
            reference="",
            kind=MovementKind.PAYMENT,
            amount=-amount,
            part=payment.part,
            holder=payment.holder,
            account=payment.account,
            remittance=payment.remittance,
        )
        if faults.take("drops"):
            self.store.add(batch.account, None, movement)
            return first
        seq = self.store.add(batch.account, day, movement, batch=first, bare=bare)
        for days, fault in enumerate(("returns", "returns_later")):
            if faults.take(fault):  # type: ignore[arg-type]
                self.send_back(payment.part, days=days)
                break
        return seq

    def _return(self, payment: Kept, reason: str, days: int) -> int:
        paid = payment.movement
        movement = Movement(
            reference="",
            kind=MovementKind.RETURN,
            amount=-paid.amount,
            part=paid.part,
            holder=paid.holder,
            account=paid.account,
            remittance=paid.remittance,
            reason=reason or self.reason,
        )
        day = max(payment.day or self.today, self.today) + timedelta(days=days)
        return self.store.add(payment.account, day, movement, returns=payment.seq)


def _check(holds: bool, words: str) -> None:  # noqa: FBT001 - what holds comes first, as in assert
    if not holds:
        raise NotPossible(words)
