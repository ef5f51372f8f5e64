"""Clears away orders that were taken to the bank: each has a customer's name and account in it."""

from contextlib import suppress
from datetime import date

from subgraphs.wallet.payments.bank.books import Books
from subgraphs.wallet.payments.bank.folders import SENT, Files

ENDING = ".xml"


def clear_sent(files: Files, books: Books, before: date) -> None:
    """Remove the orders that the bank had booked, or refused, before a day.

    What neither a statement nor a report tells of stays: the bank may not have got it yet. What is removed is
    not sent again, since its record, or its statement, says that it was.

    Raises:
        OSError: They cannot be read, or removed.
    """
    for name in files.names(SENT):
        if name.endswith(ENDING) and books.is_over(name.removesuffix(ENDING), before):
            with suppress(FileNotFoundError):  # whoever takes files to the bank may clear them away as well
                files.remove(SENT, name)
