"""What becomes of sessions, refunds and payouts when their time has come."""

from simulator.payments.books import Books
from simulator.payments.checkout import expire_session
from simulator.payments.payouts import settle_payout
from simulator.payments.refunds import settle_refund


def settle_due(books: Books) -> None:
    """Let become of everything what is to become of it now."""
    for name in books.store.due(books.now()):
        with books.store.transaction():
            _settle(books, name)


def _settle(books: Books, name: str) -> None:
    books.store.wait_no_more(name)
    known = books.store.find(name)
    if known is None:
        return
    match known["object"], known["status"]:
        case "checkout.session", "open":
            expire_session(books, name)
        case "refund", _:
            settle_refund(books, known)
        case "payout", _:
            settle_payout(books, known)
