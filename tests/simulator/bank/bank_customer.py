"""A customer of a simulated bank: writes files of payments, and reads the statements."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from foundation.iso20022.amounts import decimal_text
from foundation.iso20022.messages import Maker, written
from simulator.bank.folders import INBOX, OUTBOX
from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.wallet.payments.bank.statements import Statement, read_statements
from tests.support.payments.bank_documents import OURS, THEIRS

NEWER: Final = "pain.001.001.09"
OLDER: Final = "pain.001.001.03"
DAY: Final = date(2026, 11, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFile:
    """A file of payments, right or wrong.

    Attributes:
        payments: The amounts in minor units, by `EndToEndId`.
        number: How many payments the header says that there are; None for the right number.
        control_sum: What the header says that these are together; None for the right sum.
        together: Whether the bank is to book all as one entry.
    """

    message_id: str
    payments: dict[str, int]
    day: date = DAY
    account: str = OURS
    currency: str = "EUR"
    version: str = NEWER
    number: int | None = None
    control_sum: int | None = None
    together: bool = False

    def document(self) -> bytes:
        """Return the file's text."""
        make, digits = Maker(self.version), all_currencies()[self.currency]
        number = len(self.payments) if self.number is None else self.number
        total = sum(self.payments.values()) if self.control_sum is None else self.control_sum
        header = make(
            "GrpHdr",
            make("MsgId", self.message_id),
            make("CreDtTm", f"{self.day}T08:00:00"),
            make("NbOfTxs", str(number)),
            make("CtrlSum", decimal_text(total, digits)),
            make("InitgPty", make("Nm", "House")),
        )
        newer = self.version == NEWER
        bank = make("FinInstnId", make("BICFI" if newer else "BIC", "DEUTDEFFXXX"))
        batch = make(
            "PmtInf",
            make("PmtInfId", f"{self.message_id}-1"),
            make("PmtMtd", "TRF"),
            make("BtchBookg", str(self.together).lower()),
            make("ReqdExctnDt", make("Dt", str(self.day)) if newer else str(self.day)),
            make("Dbtr", make("Nm", "House")),
            make("DbtrAcct", make("Id", make("IBAN", self.account))),
            make("DbtrAgt", bank),
        )
        for part, amount in self.payments.items():
            batch.append(
                make(
                    "CdtTrfTxInf",
                    make("PmtId", make("EndToEndId", part)),
                    make("Amt", make("InstdAmt", decimal_text(amount, digits), Ccy=self.currency)),
                    make("Cdtr", make("Nm", f"Payee of {part}")),
                    make("CdtrAcct", make("Id", make("IBAN", THEIRS))),
                    make("RmtInf", make("Ustrd", f"Your withdrawal {part}")),
                )
            )
        return written(make("Document", make("CstmrCdtTrfInitn", header, batch)))


def send(folder: Path, name: str, document: bytes) -> None:
    """Put a file into the outbox, as a whole."""
    outbox = folder / OUTBOX
    part = outbox / f".{name}"
    part.write_bytes(document)
    part.rename(outbox / name)


def statements(folder: Path) -> list[Statement]:
    """Return all statements in the inbox, in the order in which they were written.

    Raises:
        Unreadable: One is wrong.
    """
    paths = sorted((folder / INBOX).glob("*.xml"), key=lambda path: path.stem[-6:])
    return [statement for path in paths for statement in read_statements(path.read_bytes())]
