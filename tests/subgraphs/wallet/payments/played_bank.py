"""A bank that a test plays: it takes orders from the folder, books, and puts statements there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from foundation.iso20022.amounts import decimal_text, minor_units
from foundation.iso20022.documents import Element, read_document
from foundation.iso20022.messages import Maker, message_name, paths, written
from subgraphs.wallet.payments.bank.folders import FOLDERS
from subgraphs.wallet.payments.bank.options import BankOptions

STATEMENT: Final = "camt.053.001.08"
OURS: Final = "DE89370400440532013000"
ANN: Final = "GB33BUKB20201555555555"
BEN: Final = "FR1420041010050500013M02606"
DIGITS: Final = 2


class Booking(Struct, frozen=True, kw_only=True):
    """A movement that the bank books.

    Attributes:
        amount: In minor units; positive if the account gets it.
        part: The end-to-end id.
        reason: Why it came back; "" if it is no return.
    """

    amount: int
    part: str = ""
    reason: str = ""
    remittance: str = ""
    holder: str = "Ann Example"
    account: str = ANN
    reference: str = ""


class Ordered(Struct, frozen=True, kw_only=True):
    """What an order of ours says, as a bank reads it."""

    part: str
    amount: int
    currency: str
    holder: str
    account: str


def bank_options(folder: Path, currency: str = "GBP", **more: object) -> BankOptions:
    """Return the options of an account by a folder."""
    given: dict[str, Any] = {"holder": "Northbet Ltd", "iban": OURS} | more
    return BankOptions(folder=str(folder), currency=currency, **given)


def made_folders(folder: Path) -> Path:
    """Make a bank's folder as an operator does."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, mode=0o700)
    return folder


@dataclass(slots=True)
class PlayedBank:
    """The bank of one account.

    Attributes:
        booked: What no statement has yet.
        balance: Before that.
        statements: How many there were.
    """

    options: BankOptions
    now: Callable[[], datetime]
    booked: list[Booking] = field(default_factory=list)
    balance: int = 0
    statements: int = 0
    _references: int = 0

    @property
    def folder(self) -> Path:
        """Return the folder."""
        return Path(self.options.folder)

    def takes_orders(self) -> list[Ordered]:
        """Take all orders from the outbox, as an operator's job does."""
        taken = []
        for file in sorted((self.folder / "outbox").glob("*.xml")):
            taken.append(ordered(file.read_bytes()))
            file.rename(self.folder / "sent" / file.name)
        return taken

    def orders(self) -> list[Ordered]:
        """Return all orders that were ever handed over."""
        files = [*(self.folder / "outbox").glob("*.xml"), *(self.folder / "sent").glob("*.xml")]
        return [ordered(file.read_bytes()) for file in files]

    def pays(self, order: Ordered) -> None:
        """Book an order."""
        self.books(Booking(amount=-order.amount, part=order.part, holder=order.holder, account=order.account))

    def sends_back(self, order: Ordered, reason: str = "AC04") -> None:
        """Book that what was paid came back."""
        self.books(
            Booking(
                amount=order.amount,
                part=order.part,
                reason=reason,
                holder=order.holder,
                account=order.account,
            )
        )

    def books(self, booking: Booking) -> None:
        """Book a movement, under a reference of its own unless it has one."""
        self._references += 1
        reference = booking.reference or f"B{self._references:06}"
        self.booked.append(
            Booking(
                **{name: getattr(booking, name) for name in Booking.__struct_fields__}
                | {"reference": reference}
            )
        )

    def statement(self, day: date | None = None, **other: str) -> bytes:
        """Return a statement of all that no statement has yet, which goes on from the last one."""
        opening, self.statements = self.balance, self.statements + 1
        self.balance += sum(booking.amount for booking in self.booked)
        document = statement_document(
            other.get("id", f"S{self.statements}"),
            self.booked,
            (opening, self.balance),
            day or self.now().date(),
            iban=other.get("iban", self.options.iban),
            currency=other.get("currency", self.options.currency),
        )
        self.booked = []
        return document

    def delivers(self, document: bytes, name: str = "") -> Path:
        """Put a file into the inbox."""
        place = self.folder / "inbox" / (name or f"camt053-{self.statements}.xml")
        place.write_bytes(document)
        return place


def ordered(document: bytes) -> Ordered:
    """Return what an order says."""
    root = read_document(document)
    names = paths(message_name(root))

    def text(path: str) -> str:
        found = root.find(f"CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/{path}", names)
        assert found is not None
        return found.text or ""

    amount = root.find("CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/InstdAmt", names)
    assert amount is not None
    return Ordered(
        part=text("PmtId/EndToEndId"),
        amount=minor_units(text("Amt/InstdAmt"), DIGITS),
        currency=amount.get("Ccy") or "",
        holder=text("Cdtr/Nm"),
        account=text("CdtrAcct/Id/IBAN"),
    )


def statement_document(
    name: str,
    bookings: Sequence[Booking],
    balances: tuple[int, int],
    day: date,
    *,
    iban: str = OURS,
    currency: str = "GBP",
) -> bytes:
    """Return a statement of one day as a bank writes it."""
    make = Maker(STATEMENT)
    at = f"{day}T23:00:00Z"
    opening, closing = balances
    statement = make(
        "Stmt",
        make("Id", name),
        make("CreDtTm", at),
        make("Acct", make("Id", make("IBAN", iban)), make("Ccy", currency)),
        *[
            make(
                "Bal",
                make("Tp", make("CdOrPrtry", make("Cd", kind))),
                *_amount(make, amount, currency),
                make("Dt", make("Dt", str(day))),
            )
            for kind, amount in (("OPBD", opening), ("CLBD", closing))
        ],
        *[_entry(make, booking, day, iban, currency) for booking in bookings],
    )
    head = make("GrpHdr", make("MsgId", name), make("CreDtTm", at))
    return written(make("Document", make("BkToCstmrStmt", head, statement)))


def _amount(make: Maker, amount: int, currency: str) -> tuple[Element, Element]:
    written_amount = make("Amt", decimal_text(abs(amount), DIGITS), Ccy=currency)
    return written_amount, make("CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")


def _entry(make: Maker, booking: Booking, day: date, iban: str, currency: str) -> Element:
    details = make(
        "TxDtls",
        make("Refs", make("EndToEndId", booking.part or "NOTPROVIDED")),
        *_amount(make, booking.amount, currency),
        _parties(make, booking, iban),
        *([make("RmtInf", make("Ustrd", booking.remittance))] if booking.remittance else []),
        *([make("RtrInf", make("Rsn", make("Cd", booking.reason)))] if booking.reason else []),
    )
    return make(
        "Ntry",
        *_amount(make, booking.amount, currency),
        make("Sts", make("Cd", "BOOK")),
        make("BookgDt", make("Dt", str(day))),
        make("AcctSvcrRef", booking.reference),
        make("BkTxCd", make("Prtry", make("Cd", "TRANSFER"))),
        make("NtryDtls", details),
    )


def _parties(make: Maker, booking: Booking, iban: str) -> Element:
    """Return who pays whom; of a return, the parties of what came back."""
    ours = ("Northbet Ltd", iban)
    theirs = (booking.holder, booking.account)
    we_get = (booking.amount >= 0) is not bool(booking.reason)
    debtor, creditor = (theirs, ours) if we_get else (ours, theirs)
    sides: list[Element] = []
    for side, (name, account) in (("Dbtr", debtor), ("Cdtr", creditor)):
        sides.append(make(side, make("Pty", make("Nm", name))))
        if account:
            sides.append(make(f"{side}Acct", make("Id", make("IBAN", account))))
    return make("RltdPties", *sides)
