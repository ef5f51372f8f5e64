"""Reads what a bank says of orders before it books them: pain.002 of ISO 20022, in any of its versions.

Rules: ISO 20022's message definition reports of pain.002, and its external code sets of statuses of payments.
Whatever else a report has is left out: banks add to it as they like, and the status of each payment is in the
same place in all versions. A payment without a status of its own has that of its batch, or of the file.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from foundation.iso20022.documents import Element, HostileDocument, read_document
from foundation.iso20022.messages import message_name
from subgraphs.wallet.payments.bank.fields import Fields, given
from subgraphs.wallet.payments.processor import Unreadable

REJECTED: Final = "RJCT"
PARTIAL: Final = "PART"
"""Some of the payments were accepted: it says nothing of one that has no status of its own."""

UNDER_WAY: Final = frozenset(
    "ACCC ACCP ACFC ACPD ACSC ACSP ACTC ACWC ACWP PATC PDNG RCVD".split()  # noqa: SIM905 - a table
) | {PARTIAL}
"""A payment goes its way, or was booked: its statement says so."""

DUPLICATES: Final = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05"})
"""Why an order is refused that came before: the first may be booked."""

NARRATIVE: Final = "NARR"
"""Why is said in words, if at all."""

_HEAD: Final = 4_096
_REPORT: Final = re.compile(r"pain\.002\.001\.[0-9]{2}")
_NAMED: Final = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.[0-9]{2}")
_CODE: Final = re.compile(r"[A-Za-z0-9]{1,35}")


class Status(Struct, frozen=True, kw_only=True):
    """What a bank says of an order.

    Attributes:
        part: Ours: the id of the message, the batch and the payment alike, since each file has one payment.
        code: ISO 20022's, such as RJCT; "" if there is none, or something else than a code.
        reason: ISO 20022's code of why, such as AC04; "" if the bank does not say, or in words of its own.
    """

    part: str
    code: str
    reason: str

    @property
    def is_rejection(self) -> bool:
        """Tell whether an order is certainly not, and never, booked."""
        return self.code == REJECTED and self.reason not in {"", NARRATIVE, *DUPLICATES}


def is_report(document: bytes) -> bool:
    """Tell whether a document begins as a report on orders."""
    return _NAMED.search(document[:_HEAD]) is not None


def read_report(document: bytes) -> tuple[Status, ...]:
    """Return what a report says of each order that it names.

    Raises:
        Unreadable: It is no report; the message says why, without any value.
    """
    try:
        root = read_document(document)
    except HostileDocument as fault:
        raise Unreadable(f"the report cannot be read: {fault}") from None
    fields = Fields(message_name(root))
    report = fields.child(root, "CstmrPmtStsRpt") if _REPORT.fullmatch(message_name(root)) else None
    if report is None:
        raise Unreadable("the report cannot be read: it is no pain.002")
    statuses = tuple(_statuses(fields, report))
    if not statuses:
        raise Unreadable("the report names no order")
    return statuses


def _statuses(fields: Fields, report: Element) -> Iterator[Status]:
    group = Status(part="", code="", reason="")
    for element in fields.children(report, "OrgnlGrpInfAndSts"):
        group = _status(fields, element, group, "GrpSts", "OrgnlMsgId")
    batches = list(fields.children(report, "OrgnlPmtInfAndSts"))
    for batch in batches:
        of_batch = _status(fields, batch, group, "PmtInfSts", "OrgnlPmtInfId")
        payments = list(fields.children(batch, "TxInfAndSts"))
        yield from (_of_payment(fields, payment, of_batch) for payment in payments)
        if not payments:
            yield of_batch
    older = list(fields.children(report, "TxInfAndSts"))  # of versions without batches
    yield from (_of_payment(fields, payment, group) for payment in older)
    if group.part and not batches and not older:
        yield group


def _of_payment(fields: Fields, payment: Element, outer: Status) -> Status:
    return _status(fields, payment, outer, "TxSts", "OrgnlEndToEndId", "OrgnlInstrId")


def _status(fields: Fields, element: Element, outer: Status, name: str, *ids: str) -> Status:
    """Return what an element says; what it leaves out is said by what it is in."""
    code = fields.text(element, name)
    reason = fields.text(element, "StsRsnInf/Rsn/Cd")
    part = next((text for path in ids if (text := given(fields.text(element, path)))), outer.part)
    said = (code if _CODE.fullmatch(code) else "") if code else outer.code
    return Status(part=part, code=said, reason=reason if _CODE.fullmatch(reason) else outer.reason)
