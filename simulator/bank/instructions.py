"""Reads files of payments (pain.001) as a bank does: a file that contradicts itself is refused as a whole."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from foundation.iso20022.amounts import minor_units
from foundation.iso20022.documents import Element, read_document
from foundation.iso20022.messages import check, paths
from subgraphs.kit.domain.currencies import all_currencies

MESSAGES: Final = ("pain.001.001.03", "pain.001.001.09")
_DATE_LENGTH: Final = len("2026-11-20")


class RefusedFile(ValueError):
    """The bank does nothing of a file; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that the bank is asked for.

    Attributes:
        part: The `EndToEndId`.
        amount: In minor units.
        holder: Who is to be paid.
        account: The payee's IBAN.
        remittance: The first text of the payer; SEPA has no more.
    """

    part: str
    amount: int
    currency: str
    holder: str
    account: str
    remittance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Payments from one account on one day.

    Attributes:
        account: The payer's IBAN.
        day: When they are to be made.
        together: Whether they are to be booked as one entry.
    """

    account: str
    day: date
    together: bool
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """What a file asks for, under the id by which the bank knows it again."""

    message_id: str
    batches: tuple[Batch, ...]


def read_instructions(document: bytes) -> PaymentFile:
    """Return what a file asks for.

    Raises:
        RefusedFile: It is no such file, or contradicts itself.
    """
    try:
        root = read_document(document)
        return _Reader(root, check(root, MESSAGES)).read()
    except ValueError as fault:
        raise RefusedFile(str(fault)) from None


class _Reader:
    def __init__(self, root: Element, message: str) -> None:
        self._root, self._paths = root, paths(message)

    def read(self) -> PaymentFile:
        base = "CstmrCdtTrfInitn"
        header, transfers = f"{base}/GrpHdr", self._all(self._root, f"{base}/PmtInf/CdtTrfTxInf")
        if int(self._text(self._root, f"{header}/NbOfTxs")) != len(transfers):
            raise RefusedFile("the number of payments is wrong")
        control_sum = self._text(self._root, f"{header}/CtrlSum")
        amounts = [Decimal(self._text(transfer, "Amt/InstdAmt")) for transfer in transfers]
        if control_sum and Decimal(control_sum) != sum(amounts):
            raise RefusedFile("the sum of payments is wrong")
        batches = tuple(self._batch(batch) for batch in self._all(self._root, f"{base}/PmtInf"))
        return PaymentFile(self._text(self._root, f"{header}/MsgId"), batches)

    def _batch(self, batch: Element) -> Batch:
        days = (self._text(batch, path) for path in ("ReqdExctnDt/Dt", "ReqdExctnDt/DtTm", "ReqdExctnDt"))
        return Batch(
            account=self._text(batch, "DbtrAcct/Id/IBAN"),
            day=date.fromisoformat(next(filter(None, days))[:_DATE_LENGTH]),
            together=self._text(batch, "BtchBookg") in {"true", "1"},
            payments=tuple(self._payment(transfer) for transfer in self._all(batch, "CdtTrfTxInf")),
        )

    def _payment(self, transfer: Element) -> Payment:
        amount = transfer.find("Amt/InstdAmt", self._paths)
        currency = "" if amount is None else amount.get("Ccy", "")
        digits = all_currencies().get(currency)
        if amount is None or digits is None:
            raise RefusedFile("a payment is of no known currency")
        try:
            minor = minor_units(amount.text or "", digits)
        except ValueError:
            raise RefusedFile(f"a payment has more decimals than {currency}") from None
        if minor <= 0:
            raise RefusedFile("a payment is of nothing")
        return Payment(
            part=self._text(transfer, "PmtId/EndToEndId"),
            amount=minor,
            currency=currency,
            holder=self._text(transfer, "Cdtr/Nm"),
            account=self._text(transfer, "CdtrAcct/Id/IBAN"),
            remittance=self._text(transfer, "RmtInf/Ustrd"),
        )

    def _all(self, element: Element, path: str) -> list[Element]:
        return element.findall(path, self._paths)

    def _text(self, element: Element, path: str) -> str:
        return (element.findtext(path, "", self._paths) or "").strip()
