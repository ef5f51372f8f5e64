"""What is to be known of an account at a bank, and of the folder by which files go to and fro."""

import importlib.util
import re
from pathlib import Path
from typing import Annotated, Final, Literal

from iso4217 import Currency
from msgspec import Meta, Struct

from foundation.late_imports import NotInstalled
from subgraphs.wallet.payments.iban import is_iban

HOW_TO_INSTALL: Final = "files of a bank need lxml, which is not installed: pip install 'furlong[payments]'"
MAX_NAME: Final = 70
"""The longest name that all banks accept."""

_BIC: Final = re.compile("[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")


def require_lxml() -> None:
    """Require the optional package that writes and reads messages.

    Raises:
        NotInstalled: It is not there.
    """
    if importlib.util.find_spec("lxml") is None:
        raise NotInstalled(HOW_TO_INSTALL)


class BankOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of the house at a bank.

    Attributes:
        folder: The absolute path of the folder for files; see docs/payments.md for what is in it.
        holder: Whose account it is, as the bank has the name; customers read it, too.
        iban: The account's number.
        bic: The bank's; "" if the bank does not want it.
        currency: The account's; it pays and gets no other one.
        version: The message in which the bank takes orders.
        transfer_days: For how many days a customer may pay by a transfer before a deposit is given up; what
            comes later is looked at all the same.
        look_back_days: How old a statement may be that questions are answered from.
        sent_days: How long after the bank has booked it the file of an order stays in `sent`; None: for ever.
        payees_url: Where the bank says whose accounts are; "" if it does not.
    """

    folder: str
    holder: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    iban: str
    currency: str
    bic: str = ""
    version: Literal["pain.001.001.03", "pain.001.001.09"] = "pain.001.001.09"
    transfer_days: Annotated[int, Meta(ge=1, le=60)] = 14
    look_back_days: Annotated[int, Meta(ge=40, le=3_700)] = 400
    sent_days: Annotated[int, Meta(ge=1)] | None = None
    payees_url: str = ""

    def __post_init__(self) -> None:
        """Refuse what no bank would take.

        Raises:
            ValueError: An option cannot be used; the message says which, and how it has to be.
        """
        if not Path(self.folder).is_absolute():
            raise ValueError("folder: write the whole path, from the root")
        if not self.holder.isprintable() or not self.holder.strip():
            raise ValueError("holder: write the name of the account's holder")
        if not is_iban(self.iban):
            raise ValueError("iban: this is no IBAN; write it in capitals and without spaces")
        if self.bic and not _BIC.fullmatch(self.bic):
            raise ValueError("bic: a BIC has 8 or 11 letters and digits, in capitals; it may be left out")
        if self.payees_url and not self.payees_url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("payees_url: write an address that begins with https://")
        if self.sent_days is not None and self.sent_days >= self.look_back_days:
            raise ValueError("sent_days: write fewer days than look_back_days: statements say what is booked")
        if self.currency not in {currency.code for currency in Currency}:
            raise ValueError("currency: write a code of ISO 4217, such as EUR")
