"""Writes that a file of payments was refused (pain.002), as a bank does that answers before it books.

Source: ISO 20022's message definition report of pain.002.001.10, and its external code set of reasons.
"""

from datetime import datetime
from typing import Final

from lxml import etree

from foundation.iso20022.messages import Maker

REPORT: Final = "pain.002.001.10"
DUPLICATE: Final = "AM05"
WRONG: Final = "FF01"


def write_rejection(message_id: str, order: str, reason: str, made_at: datetime) -> bytes:
    """Return a report on a file.

    Args:
        message_id: The report's.
        order: The file's message id.
        reason: Why, as a code.
        made_at: When the bank writes it.
    """
    make = Maker(REPORT)
    made = make("CreDtTm", made_at.isoformat(timespec="seconds"))
    group = make(
        "OrgnlGrpInfAndSts",
        make("OrgnlMsgId", order),
        make("OrgnlMsgNmId", "pain.001"),
        make("GrpSts", "RJCT"),
        make("StsRsnInf", make("Rsn", make("Cd", reason))),
    )
    report = make("CstmrPmtStsRpt", make("GrpHdr", make("MsgId", message_id), made), group)
    text = etree.tostring(make("Document", report), xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return bytes(text)
