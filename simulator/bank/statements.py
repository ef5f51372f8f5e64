"""Writes statements (camt.053), in both versions that banks send.

Sources: ISO 20022's message definition reports of camt.053.001.02 and camt.053.001.08, and its external code
set of bank transaction codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from foundation.iso20022.amounts import decimal_text
from foundation.iso20022.documents import Element
from foundation.iso20022.messages import Maker, written
from subgraphs.kit.domain.currencies import all_currencies

Version: TypeAlias = Literal["camt.053.001.02", "camt.053.001.08"]
OLDER: Final = "camt.053.001.02"
NEWER: Final = "camt.053.001.08"
_UNKNOWN: Final = "NOTPROVIDED"


class MovementKind(StrEnum):
    """Why money moves, each with the bank's code of it: domain, family and sub-family."""

    PAYMENT = "PMNT ICDT ESCT"
    RETURN = "PMNT ICDT RRTN"
    CREDIT = "PMNT RCDT ESCT"
    CHARGE = "PMNT ICDT CHRG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that moves on an account.

    Attributes:
        reference: The bank's.
        part: The payer's `EndToEndId`; "" if there is none.
        amount: In minor units; positive for a credit.
        holder: The other party; of a return, who had been paid.
        account: The other party's IBAN.
        reason: Why it came back; "" if it is no return.
    """

    reference: str
    kind: MovementKind
    amount: int
    part: str = ""
    holder: str = ""
    account: str = ""
    remittance: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """Movements that are one entry, all credits or all debits.

    Attributes:
        bare: Whether the statement says nothing of the single ones.
    """

    movements: tuple[Movement, ...]
    bare: bool = False

    @property
    def amount(self) -> int:
        """What they are together, in minor units."""
        return sum(movement.amount for movement in self.movements)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatement:
    """What a statement says of an account and a day.

    Attributes:
        number: Its place among the statements of the account.
        opening: In minor units; negative if the account is overdrawn.
        copy: Whether it is a duplicate of what was sent before.
        odd: Whether its first entry is in a currency that is not the account's.
    """

    id: str
    number: int
    account: str
    currency: str
    day: date
    opening: int
    closing: int
    bookings: tuple[Booking, ...]
    copy: bool = False
    odd: bool = False


def write_statements(
    version: Version, message_id: str, made_at: datetime, statements: tuple[DayStatement, ...]
) -> bytes:
    """Return a document with statements."""
    make = Maker(version)
    header = make("GrpHdr", make("MsgId", message_id), make("CreDtTm", _instant(made_at)))
    bodies = (_Writer(version, make, statement).write(made_at) for statement in statements)
    return written(make("Document", make("BkToCstmrStmt", header, *bodies)))


class _Writer:
    def __init__(self, version: Version, make: Maker, statement: DayStatement) -> None:
        self._older, self._make, self._statement = version == OLDER, make, statement
        self._digits = all_currencies()[statement.currency]

    def write(self, made_at: datetime) -> Element:
        make, statement = self._make, self._statement
        period = [make("FrDtTm", f"{statement.day}T00:00:00"), make("ToDtTm", f"{statement.day}T23:59:59")]
        return make(
            "Stmt",
            make("Id", statement.id),
            make("ElctrncSeqNb", str(statement.number)),
            make("CreDtTm", _instant(made_at)),
            make("FrToDt", *period),
            *([make("CpyDplctInd", "DUPL")] if statement.copy else []),
            make("Acct", make("Id", make("IBAN", statement.account)), make("Ccy", statement.currency)),
            self._balance("OPBD", statement.opening),
            self._balance("CLBD", statement.closing),
            *(self._entry(number, booking) for number, booking in enumerate(statement.bookings, 1)),
        )

    def _balance(self, kind: str, amount: int) -> Element:
        make = self._make
        code = make("Tp", make("CdOrPrtry", make("Cd", kind)))
        return make("Bal", code, *self._signed(amount), make("Dt", make("Dt", str(self._statement.day))))

    def _entry(self, number: int, booking: Booking) -> Element:
        make, first = self._make, booking.movements[0]
        day = str(self._statement.day)
        amount = self._signed(booking.amount)
        if number == 1 and self._statement.odd:
            amount[0].set("Ccy", "XAU")
        return make(
            "Ntry",
            make("NtryRef", str(number)),
            *amount,
            make("Sts", "BOOK") if self._older else make("Sts", make("Cd", "BOOK")),
            make("BookgDt", make("Dt", day)),
            make("ValDt", make("Dt", day)),
            make("AcctSvcrRef", first.reference),
            self._code(first.kind),
            make("NtryDtls", *self._details(booking)),
        )

    def _details(self, booking: Booking) -> Iterator[Element]:
        make = self._make
        if len(booking.movements) > 1 or booking.bare:
            yield make("Btch", make("NbOfTxs", str(len(booking.movements))))
        if not booking.bare:
            yield from map(self._transaction, booking.movements)

    def _transaction(self, movement: Movement) -> Element:
        make, amount = self._make, self._signed(movement.amount)
        remittance, reason = movement.remittance, movement.reason
        references = [make("AcctSvcrRef", movement.reference), make("EndToEndId", movement.part or _UNKNOWN)]
        return make(
            "TxDtls",
            make("Refs", *references),
            *([make("AmtDtls", make("TxAmt", amount[0]))] if self._older else amount),
            self._code(movement.kind),
            *self._parties(movement),
            *([make("RmtInf", make("Ustrd", remittance))] if remittance else []),
            *([make("RtrInf", make("Rsn", make("Cd", reason)))] if reason else []),
        )

    def _parties(self, movement: Movement) -> Iterator[Element]:
        """Yield the parties of the payment; of a return, those of what has come back."""
        if movement.kind is MovementKind.CHARGE:
            return
        make, ours = self._make, self._account(self._statement.account)
        side = "Dbtr" if movement.kind is MovementKind.CREDIT else "Cdtr"
        theirs = []
        if movement.holder:
            name = make("Nm", movement.holder)
            theirs.append(make(side, name if self._older else make("Pty", name)))
        if movement.account:
            theirs.append(make(f"{side}Acct", self._account(movement.account)))
        if side == "Dbtr":
            yield make("RltdPties", *theirs, make("CdtrAcct", ours))
        else:
            yield make("RltdPties", make("DbtrAcct", ours), *theirs)

    def _account(self, iban: str) -> Element:
        return self._make("Id", self._make("IBAN", iban))

    def _code(self, kind: MovementKind) -> Element:
        make = self._make
        domain, family, sub_family = kind.value.split()
        return make(
            "BkTxCd",
            make("Domn", make("Cd", domain), make("Fmly", make("Cd", family), make("SubFmlyCd", sub_family))),
        )

    def _signed(self, amount: int) -> list[Element]:
        text = decimal_text(abs(amount), self._digits)
        return [
            self._make("Amt", text, Ccy=self._statement.currency),
            self._make("CdtDbtInd", "DBIT" if amount < 0 else "CRDT"),
        ]


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
