"""Reads the entries of a bank's statement: each is a movement, or several that were booked together.

Rules: the definitions of `Ntry` and `NtryDtls` in ISO 20022's message definition reports of camt.053, and its
external code sets for the status of entries, the bank's transaction codes and the reasons of returns.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from foundation.iso20022.documents import Element
from subgraphs.wallet.payments.bank.fields import Fields
from subgraphs.wallet.payments.processor import Unreadable

BOOKED: Final = "BOOK"
NOT_PROVIDED: Final = "NOTPROVIDED"
"""What banks write where a payer has given no `EndToEndId`."""

RETURNED: Final = "RRTN"
"""The sub-family of a credit transfer that came back: its reversal by a return."""

MAX_REMITTANCE_LENGTH: Final = 500
"""What is beyond is cut off; a SEPA transfer has at most 140 characters."""

CREDIT_TRANSFERS: Final = frozenset({"ICDT", "RCDT", "IRCT", "RRCT"})
"""The families of credit transfers, issued and received, those within seconds included."""


class Entry(Struct, frozen=True, kw_only=True):
    """A movement on an account.

    Attributes:
        id: Unique for the account, and the same whenever its statement is sent again.
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


class Account(Struct, frozen=True, kw_only=True):
    """Whose entries are read.

    Attributes:
        statement: The bank's id of the statement.
        iban: The account's.
        digits: How many decimals the currency has.
    """

    statement: str
    iban: str
    currency: str
    digits: int


class Entries:
    """Reads the entries of one statement, in their order."""

    def __init__(self, fields: Fields, account: Account) -> None:
        self._fields = fields
        self._account = account
        self._of_reference: Counter[str] = Counter()

    def read(self, entry: Element) -> Iterator[Entry]:
        """Yield what an entry consists of; nothing if it is not booked.

        Raises:
            Unreadable: An amount or a day is wrong, or the details contradict the entry.
        """
        if self._fields.text(entry, "Sts/Cd", "Sts") != BOOKED:
            return
        amount, details = self._amount(entry), list(self._fields.children(entry, "NtryDtls/TxDtls"))
        amounts = [self._detail_amount(entry, detail) for detail in details]
        given = [detail_amount for detail_amount in amounts if detail_amount is not None]
        complete = bool(details) and len(given) == len(details)
        if complete and sum(given) != amount:
            raise Unreadable("the amounts of its details are not the entry's together")
        if len(details) == 1:
            yield self._entry(entry, details[0], amount)
        elif complete:
            for detail, detail_amount in zip(details, given, strict=True):
                yield self._entry(entry, detail, detail_amount)
        else:
            yield self._entry(entry, None, amount)

    def _amount(self, entry: Element) -> int:
        amount = self._fields.amount(entry, "Amt", self._account.currency, self._account.digits)
        return self._fields.signed(entry, amount or 0)

    def _detail_amount(self, entry: Element, detail: Element) -> int | None:
        """Return the amount of one of an entry's details; the older version has it elsewhere."""
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            amount = self._fields.amount(detail, path, self._account.currency, self._account.digits)
            if amount is not None:
                return self._fields.signed(detail, amount, self._fields.text(entry, "CdtDbtInd"))
        return None

    def _entry(self, entry: Element, detail: Element | None, amount: int) -> Entry:
        fields, inner = self._fields, entry if detail is None else detail
        part = fields.text(inner, "Refs/EndToEndId")
        is_return = fields.child(inner, "RtrInf") is not None or self._coded_as_return(entry, inner)
        holder, account = self._other_party(inner, of_debtor=(amount >= 0) is not is_return)
        return Entry(
            id=self._id(entry),
            part="" if part == NOT_PROVIDED else part,
            reference=fields.text(inner, "Refs/AcctSvcrRef") or fields.text(entry, "AcctSvcrRef"),
            amount=amount,
            currency=self._account.currency,
            day=fields.day(entry, "BookgDt"),
            is_return=is_return,
            reason=fields.text(inner, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
            remittance=self._remittance(inner),
            holder=holder,
            account=account,
        )

    def _id(self, entry: Element) -> str:
        """Return the bank's reference with the position among all that the statement has under it.

        The other reference need only differ within a statement.
        """
        reference = self._fields.text(entry, "AcctSvcrRef")
        if not reference:
            reference = f"{self._account.statement}:{self._fields.text(entry, 'NtryRef')}"
        self._of_reference[reference] += 1
        return f"{reference}/{self._of_reference[reference]}"

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
