"""Orders to a bank: one payment a file, in the message pain.001 of ISO 20022, in two of its versions.

Rules: ISO 20022's message definition reports of pain.001.001.03 and pain.001.001.09; for euros, the European
Payments Council's implementation guidelines EPC132-08.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Final

from lxml import etree
from msgspec import Struct

from foundation.iso20022.amounts import decimal_text
from foundation.iso20022.documents import Element, read_document
from foundation.iso20022.messages import Maker, written
from subgraphs.kit.domain.currencies import minor_digits
from subgraphs.wallet.payments.bank.latin import latin
from subgraphs.wallet.payments.bank.options import MAX_NAME, BankOptions
from subgraphs.wallet.payments.processor import MAX_PART_ID_LENGTH

PART: Final = re.compile(f"[A-Za-z0-9][A-Za-z0-9-]{{0,{MAX_PART_ID_LENGTH - 1}}}")
"""Our ids of parts: they are names of files, and banks take them as they are."""

MAX_WORDS: Final = 140
"""Of what the receiver reads."""

FORMER: Final = "pain.001.001.03"
NOT_PROVIDED: Final = "NOTPROVIDED"
"""What stands for a bank whose BIC is not known: the IBAN leads to it."""

_SEPA: Final = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL "
    "PT RO RS SE SI SK SM VA"
)
SEPA: Final = frozenset(_SEPA.split(" "))
"""Countries whose IBANs are in the geographical scope of the SEPA schemes (EPC409-09)."""

_WHEN: Final = ("CreDtTm", "ReqdExctnDt")


class Order(Struct, frozen=True, kw_only=True):
    """Money to be sent.

    Attributes:
        part: Our id: the message's, and the end-to-end id, which comes back in statements.
        amount: In minor units; positive.
        holder: To whom, in any letters.
        iban: To which account.
        words: What the receiver reads beside our name.
    """

    part: str
    amount: int
    currency: str
    holder: str
    iban: str
    words: str


def order_document(order: Order, account: BankOptions, at: datetime) -> bytes:
    """Return an order as a file; the same order gives the same bytes but for the time.

    Args:
        order: What is to be sent.
        account: From where.
        at: Now: when the file is made, and the day on which it is to be executed, in UTC.

    Raises:
        ValueError: The id, or the amount, cannot stand in a message.
    """
    if not PART.fullmatch(order.part):
        raise ValueError("the part's id cannot stand in a message")
    make = Maker(account.version)
    now = at.astimezone(UTC)
    total = decimal_text(order.amount, minor_digits(order.currency))
    head = make(
        "GrpHdr",
        make("MsgId", order.part),
        make("CreDtTm", f"{now:%Y-%m-%dT%H:%M:%SZ}"),
        make("NbOfTxs", "1"),
        make("CtrlSum", total),
        make("InitgPty", make("Nm", latin(account.holder, MAX_NAME))),
    )
    is_sepa = order.currency == "EUR" and order.iban[:2] in SEPA
    service = [make("PmtTpInf", make("SvcLvl", make("Cd", "SEPA")))] if is_sepa else []
    day = f"{now:%Y-%m-%d}"
    payment = make(
        "PmtInf",
        make("PmtInfId", order.part),
        make("PmtMtd", "TRF"),
        make("BtchBookg", "false"),
        make("NbOfTxs", "1"),
        make("CtrlSum", total),
        *service,
        make("ReqdExctnDt", day if account.version == FORMER else make("Dt", day)),
        make("Dbtr", make("Nm", latin(account.holder, MAX_NAME))),
        make("DbtrAcct", make("Id", make("IBAN", account.iban)), make("Ccy", account.currency)),
        make("DbtrAgt", _bank(make, account)),
        make("ChrgBr", "SLEV" if is_sepa else "SHAR"),
        _transfer(make, order, total),
    )
    return written(make("Document", make("CstmrCdtTrfInitn", head, payment)))


def digest_of(document: bytes) -> str:
    """Return the SHA-256 of what a file orders, however it is laid out, and whenever it was made.

    Raises:
        ValueError: It cannot be read.
    """
    root = read_document(document)
    for element in list(root.iter(etree.Element)):
        if etree.QName(element).localname in _WHEN and (parent := element.getparent()) is not None:
            parent.remove(element)
    return hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()


def _transfer(make: Maker, order: Order, total: str) -> Element:
    return make(
        "CdtTrfTxInf",
        make("PmtId", make("EndToEndId", order.part)),
        make("Amt", make("InstdAmt", total, Ccy=order.currency)),
        make("CdtrAgt", _unknown_bank(make)),
        make("Cdtr", make("Nm", latin(order.holder, MAX_NAME))),
        make("CdtrAcct", make("Id", make("IBAN", order.iban))),
        make("RmtInf", make("Ustrd", latin(order.words, MAX_WORDS))),
    )


def _bank(make: Maker, account: BankOptions) -> Element:
    if not account.bic:
        return _unknown_bank(make)
    return make("FinInstnId", make("BIC" if account.version == FORMER else "BICFI", account.bic))


def _unknown_bank(make: Maker) -> Element:
    return make("FinInstnId", make("Othr", make("Id", NOT_PROVIDED)))
