"""Reads the entries of a bank's statement: each is a movement, or several that were booked together.

The amount of an entry is what has moved; those of its details are hints, and only share out what was booked
together. What is odd of an entry is a person's, and makes no other entry doubtful.

Rules: the definitions of `Ntry` and `NtryDtls` in ISO 20022's message definition reports of camt.053, and its
external code sets for the status of entries, the bank's transaction codes and the reasons of returns.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from foundation.iso20022.documents import Element
from subgraphs.wallet.payments.bank.fields import CREDIT, YES, Fields, given
from subgraphs.wallet.payments.bank.movements import Told
from subgraphs.wallet.payments.processor import Unreadable

BOOKED: Final = "BOOK"
DIRECTIONS: Final = {CREDIT: True, "DBIT": False}
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")

RETURNED: Final = "RRTN"
"""The sub-family of a credit transfer that came back: its reversal by a return."""

MAX_REMITTANCE_LENGTH: Final = 500
"""What is beyond is cut off; a SEPA transfer has at most 140 characters."""

CREDIT_TRANSFERS: Final = frozenset({"ICDT", "RCDT", "IRCT", "RRCT"})
"""The families of credit transfers, issued and received, those within seconds included."""


class Entry(Struct, frozen=True, kw_only=True):
    """A movement on an account.

    Attributes:
        id: Unique for the account, and the same whenever its statement is sent again: the statement and the
            place in it.
        part: The payer's `EndToEndId`, which is ours for what we pay, and for what comes back of it; "" if
            there is none. A customer who pays us may write anything.
        reference: The bank's; "" if it gives none.
        amount: In minor units; positive if we got it, negative if we gave it.
        day: When it was booked, in the bank's time zone.
        is_return: Whether a payment came back: to us if the amount is positive.
        reason: ISO 20022's code of why it came back, such as AC04; "" if the bank does not say.
        remittance: What the payer wrote, in one line; "" if nothing.
        holder: Who paid us, or was paid; of a return, who had been paid or had paid; "" if it is not said.
        account: Whose IBAN, or other number, that is; "" if it is not said.
        odd: Why nothing follows from it, and a person has to look; "" if it is sound. It names no value.
    """

    id: str
    part: str
    reference: str
    amount: int
    currency: str
    day: date
    is_return: bool
    reason: str
    remittance: str
    holder: str
    account: str
    odd: str = ""


class Account(Struct, frozen=True, kw_only=True):
    """Whose entries are read.

    Attributes:
        statement: The bank's id of the statement.
        iban: The account's.
        digits: How many decimals the currency has.
        day_to: The statement's last day.
    """

    statement: str
    iban: str
    currency: str
    digits: int
    day_to: date


class Entries:
    """Reads the entries of one statement, in their order."""

    def __init__(self, fields: Fields, account: Account, *, older_ids: bool = False) -> None:
        """Begin with a statement.

        Args:
            fields: Reads its elements.
            account: Whose it is.
            older_ids: Whether ids are the bank's references, as they were of what was believed before these
                could be missing or come again.
        """
        self._fields = fields
        self._account = account
        self._older_ids = older_ids
        self._of_reference: Counter[str] = Counter()

    def told(self, entry: Element, *, is_odd: bool) -> Told | None:
        """Return what an entry says that has moved; None if it is not booked.

        Args:
            entry: The element.
            is_odd: Whether it is not as the schema says; it is booked unless it says otherwise.
        """
        status = self._fields.text(entry, "Sts/Cd", "Sts")
        if status != BOOKED and (status or not is_odd):
            return None
        direction = DIRECTIONS.get(self._fields.text(entry, "CdtDbtInd"))
        amount = None if direction is None else self._amount(entry, "Amt", is_credit=direction)
        is_reversal = self._fields.text(entry, "RvslInd") in YES
        return Told(amount=amount, is_credit=direction, is_reversal=is_reversal)

    def read(self, entry: Element, place: int, amount: int, odd: str) -> Iterator[Entry]:
        """Yield what a booked entry consists of.

        Args:
            entry: The element.
            place: Which one of the statement's entries it is, from 1.
            amount: What it has moved.
            odd: What is wrong with it; "" if nothing is known to be.
        """
        details = list(self._fields.children(entry, "NtryDtls/TxDtls"))
        shares = self._shares(entry, details, amount)
        odd = odd or self._doubt(entry, details, shares, amount)
        if odd or len(details) == 1:
            yield self._entry(entry, details[0] if len(details) == 1 else None, place, amount, odd)
        elif shares:
            for detail, share in zip(details, shares, strict=True):
                read = self._entry(entry, detail, place, share)
                own = given(self._fields.text(detail, "Refs/AcctSvcrRef"))
                yield replace(read, reference=own)  # the entry's is that of all of them
        else:
            yield self._entry(entry, None, place, amount)

    def _shares(self, entry: Element, details: list[Element], amount: int) -> list[int]:
        """Return what each of several details has of an entry; nothing if that is not said of all."""
        is_credit = amount >= 0
        said = DIRECTIONS.get(self._fields.text(entry, "CdtDbtInd"))
        is_turned = amount != 0 and said is not is_credit
        shares = list[int]()
        for detail in details:
            direction = DIRECTIONS.get(self._fields.text(detail, "CdtDbtInd"))
            side = is_credit if direction is None else direction is not is_turned
            for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt"):
                if (share := self._amount(detail, path, is_credit=side)) is not None:
                    shares.append(share)
                    break
        return shares if len(shares) == len(details) else []

    def _doubt(self, entry: Element, details: list[Element], shares: list[int], amount: int) -> str:
        """Return what is odd about an entry that is as its schema says; "" if nothing is."""
        numbers = [number.text or "" for number in self._fields.children(entry, "NtryDtls/Btch/NbOfTxs")]
        if details and sum(int(number) for number in numbers if number.isdecimal()) > len(details):
            return "it has fewer details than it says"
        if len(details) > 1 and shares and sum(shares) != amount:
            return "the amounts of its details are not the entry's together"
        try:
            self._day(entry)
        except Unreadable as fault:
            return str(fault)
        return ""

    def _amount(self, element: Element, path: str, *, is_credit: bool) -> int | None:
        """Return an amount with its sign; None if there is none in the account's currency."""
        child = self._fields.child(element, path)
        if child is None or not _AMOUNT.fullmatch((child.text or "").strip()):
            return None
        try:
            amount = self._fields.amount(element, path, self._account.currency, self._account.digits)
        except Unreadable:
            return None
        return amount if amount is None or is_credit else -amount

    def _day(self, entry: Element) -> date:
        """Return when an entry was booked: by the end of the statement if it does not say.

        Raises:
            Unreadable: It says so, and it is no day.
        """
        if self._fields.child(entry, "BookgDt") is None:
            return self._account.day_to
        return self._fields.day(entry, "BookgDt")

    def _entry(self, entry: Element, detail: Element | None, place: int, amount: int, odd: str = "") -> Entry:
        fields, inner = self._fields, entry if detail is None else detail
        is_return = (
            fields.child(inner, "RtrInf") is not None
            or fields.text(entry, "RvslInd") in YES
            or self._coded_as_return(entry, inner)
        )
        holder, account = self._other_party(inner, of_debtor=(amount >= 0) is not is_return)
        reference = given(fields.text(inner, "Refs/AcctSvcrRef"))
        read = Entry(
            id=self._id(entry, place),
            part=given(fields.text(inner, "Refs/EndToEndId")),
            reference=reference or given(fields.text(entry, "AcctSvcrRef")),
            amount=amount,
            currency=self._account.currency,
            day=self._account.day_to if odd else self._day(entry),
            is_return=is_return,
            reason=fields.text(inner, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
            remittance=self._remittance(inner),
            holder=holder,
            account=account,
        )
        return replace(read, part="", reference="", odd=odd) if odd else read

    def _id(self, entry: Element, place: int) -> str:
        """Return the id: a statement may have the id of one of another year, and its days are its own."""
        statement = self._account.statement
        beginning = f"{statement}:{self._account.day_to}:{place}"
        if self._older_ids:
            reference = self._fields.text(entry, "AcctSvcrRef")
            beginning = reference or f"{statement}:{self._fields.text(entry, 'NtryRef')}"
        self._of_reference[beginning] += 1
        return f"{beginning}/{self._of_reference[beginning]}"

    def _coded_as_return(self, entry: Element, inner: Element) -> bool:
        code = self._fields.child(inner, "BkTxCd/Domn")
        code = self._fields.child(entry, "BkTxCd/Domn") if code is None else code
        if code is None:
            return False
        family = self._fields.text(code, "Fmly/Cd")
        return family in CREDIT_TRANSFERS and self._fields.text(code, "Fmly/SubFmlyCd") == RETURNED

    def _other_party(self, inner: Element, *, of_debtor: bool) -> tuple[str, str]:
        """Return name and account of who is not us.

        Of a return, most banks name the parties of what has come back, and some those of the way back.
        """
        sides = [self._party(inner, side) for side in ("Dbtr", "Cdtr")]
        expected, other = sides if of_debtor else sides[::-1]
        return other if expected[1] == self._account.iban else expected

    def _party(self, inner: Element, side: str) -> tuple[str, str]:
        party, account = f"RltdPties/{side}", f"RltdPties/{side}Acct/Id"
        name = self._fields.text(inner, f"{party}/Pty/Nm", f"{party}/Nm", f"{party}/Agt/FinInstnId/Nm")
        return name, self._fields.text(inner, f"{account}/IBAN", f"{account}/Othr/Id")

    def _remittance(self, inner: Element) -> str:
        texts = [*self._fields.children(inner, "RmtInf/Ustrd")]
        texts += self._fields.children(inner, "RmtInf/Strd/CdtrRefInf/Ref")
        words = (word for text in texts for word in (text.text or "").split())
        return " ".join(words)[:MAX_REMITTANCE_LENGTH]
