"""Reads what elements of a bank's message have in them: texts, dates, and amounts of one currency.

What is wrong is said by the names of elements alone, because values may be a customer's.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from lxml import etree

from foundation.iso20022.amounts import minor_units
from foundation.iso20022.documents import Element
from foundation.iso20022.messages import paths
from subgraphs.wallet.payments.processor import Unreadable

CREDIT: Final = "CRDT"
YES: Final = frozenset({"true", "1"})
PLACEHOLDERS: Final = frozenset({"NONREF", "NOTPROVIDED"})
"""What banks write where there is no reference, however they space it."""

MAX_TEXT: Final = 500
"""What is beyond is cut off: no message's own limit is higher but for what no part is found by."""

_ZEROS: Final = frozenset("0")
_DATE_LENGTH: Final = len("2026-11-20")


class Fields:
    """Reads elements of one message.

    The message has been compared with its schema; paths have plain names, such as `Refs/EndToEndId`.
    """

    def __init__(self, message: str) -> None:
        """Read a message, such as `camt.053.001.08`."""
        self._paths = paths(message)

    def child(self, element: Element, path: str) -> Element | None:
        """Return the first element at a path."""
        return element.find(path, self._paths)

    def children(self, element: Element, path: str) -> Iterator[Element]:
        """Yield all elements at a path."""
        return element.iterfind(path, self._paths)

    def text(self, element: Element, *alternatives: str) -> str:
        """Return the text at the first of some paths that leads to one; "" if none does."""
        for path in alternatives:
            child = self.child(element, path)
            if child is not None and child.text and child.text.strip():
                return child.text.strip()[:MAX_TEXT]
        return ""

    def day(self, element: Element, path: str) -> date:
        """Return the day of a choice between a date and an instant, in the time zone of who wrote it.

        Raises:
            Unreadable: It is missing, or not between the years 1 and 9999.
        """
        return read_day(self.text(element, f"{path}/Dt", f"{path}/DtTm"), path)

    def amount(self, element: Element, path: str, currency: str, digits: int) -> int | None:
        """Return an amount in minor units, without its sign; None if there is none.

        Raises:
            Unreadable: It is of another currency, or has a part of a minor unit.
        """
        child = self.child(element, path)
        if child is None:
            return None
        name = etree.QName(child).localname
        if child.get("Ccy") != currency:
            raise Unreadable(f"<{name}> is of another currency than the account, {currency}")
        try:
            return minor_units(child.text or "", digits)
        except ValueError:
            raise Unreadable(f"<{name}> has more decimals than {currency}, which has {digits}") from None

    def signed(self, element: Element, amount: int) -> int:
        """Return an amount with its sign: positive for a credit, as the element's `CdtDbtInd` says."""
        return amount if self.text(element, "CdtDbtInd") == CREDIT else -amount


def read_day(text: str, name: str) -> date:
    """Return the day of a date or an instant of XML.

    Raises:
        Unreadable: It is missing, or not between the years 1 and 9999.
    """
    try:
        return date.fromisoformat(text[:_DATE_LENGTH])
    except ValueError:
        raise Unreadable(f"<{name}> is missing, or is no day") from None


def given(reference: str) -> str:
    """Return a reference; "" if it stands for none."""
    letters = "".join(filter(str.isalnum, reference.upper()))
    return "" if letters in PLACEHOLDERS or _ZEROS.issuperset(letters) else reference
