"""Reads the statements of a bank: camt.053 of ISO 20022, in both versions that banks send.

Rules: ISO 20022's message definition reports of camt.053.001.02 and camt.053.001.08, and its external code
set of balances. A statement is read as a whole, or not at all.
"""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from foundation.iso20022.documents import Element, HostileDocument, read_document
from foundation.iso20022.messages import InvalidMessage, check
from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.wallet.payments.bank.entries import Account, Entries, Entry
from subgraphs.wallet.payments.bank.fields import Fields, read_day
from subgraphs.wallet.payments.processor import Unreadable

MESSAGES: Final = ("camt.053.001.02", "camt.053.001.08")
OPENING: Final = "OPBD"
FORMER_CLOSING: Final = "PRCD"
"""What the statement before has ended with; some banks say only this."""

CLOSING: Final = "CLBD"
INTERMEDIATE: Final = "INTM"
"""The sub-type of a balance between two pages."""

_YES: Final = frozenset({"true", "1"})


class Statement(Struct, frozen=True, kw_only=True):
    """What has moved on an account between two days, complete: opening and entries together are closing.

    A copy or duplicate has the ids of the original.

    Attributes:
        id: The bank's.
        account: Our IBAN.
        opening: Before the first entry, in minor units; negative if we owe the bank.
        closing: After the last one.
        day_from: The first day, in the bank's time zone.
        day_to: The last day, included.
    """

    id: str
    account: str
    currency: str
    opening: int
    closing: int
    day_from: date
    day_to: date
    entries: tuple[Entry, ...]


def read_statements(document: bytes) -> tuple[Statement, ...]:
    """Return the statements of a bank's document, in their order.

    Raises:
        Unreadable: Anything is wrong, or a rule is broken; the message says what, without any value.
    """
    try:
        root = read_document(document)
        fields = Fields(check(root, MESSAGES))
    except (HostileDocument, InvalidMessage) as fault:
        raise Unreadable(f"the statement cannot be read: {fault}") from None
    _check_pages(fields, root, "BkToCstmrStmt/GrpHdr/MsgPgntn")
    statements = fields.children(root, "BkToCstmrStmt/Stmt")
    return tuple(_numbered(fields, number, statement) for number, statement in enumerate(statements, 1))


def _numbered(fields: Fields, number: int, statement: Element) -> Statement:
    try:
        return _read(fields, statement)
    except Unreadable as fault:
        raise Unreadable(f"statement {number} of the document: {fault}") from None


def _read(fields: Fields, statement: Element) -> Statement:
    _check_pages(fields, statement, "StmtPgntn")
    account = _account(fields, statement)
    first_kind, first = _opening(fields, statement)
    last = _balance(fields, statement, CLOSING)
    if last is None:
        raise Unreadable(f"it has no closing balance ({CLOSING})")
    opening, closing = (_balance_amount(fields, balance, account) for balance in (first, last))
    day_to = fields.day(last, "Dt")
    begun = fields.text(statement, "FrToDt/FrDtTm")
    if begun:
        day_from = read_day(begun, "FrDtTm")
    else:
        day_from = fields.day(first, "Dt")
        if first_kind == FORMER_CLOSING and day_from < day_to:
            day_from += timedelta(days=1)
    if day_from > day_to:
        raise Unreadable("it ends before it begins")
    entries = _entries(fields, statement, account)
    if opening + sum(entry.amount for entry in entries) != closing:
        raise Unreadable("opening balance and entries are not the closing balance together")
    return Statement(
        id=account.statement,
        account=account.iban,
        currency=account.currency,
        opening=opening,
        closing=closing,
        day_from=day_from,
        day_to=day_to,
        entries=entries,
    )


def _check_pages(fields: Fields, element: Element, path: str) -> None:
    """Refuse one page of several: no page has both balances, so that none can be proven complete."""
    pages = fields.child(element, path)
    if pages is None:
        return
    if fields.text(pages, "LastPgInd") not in _YES or int(fields.text(pages, "PgNb") or "1") != 1:
        raise Unreadable("it is one page of several; ask the bank to send statements as a whole")


def _account(fields: Fields, statement: Element) -> Account:
    iban = fields.text(statement, "Acct/Id/IBAN")
    if not iban:
        raise Unreadable("its account has no IBAN")
    balance = fields.child(statement, "Bal/Amt")
    of_balance = "" if balance is None else balance.get("Ccy", "")
    currency = fields.text(statement, "Acct/Ccy") or of_balance
    digits = all_currencies().get(currency)
    if digits is None:
        raise Unreadable("its currency is not one of ISO 4217 with minor units")
    return Account(statement=fields.text(statement, "Id"), iban=iban, currency=currency, digits=digits)


def _opening(fields: Fields, statement: Element) -> tuple[str, Element]:
    for kind in (OPENING, FORMER_CLOSING):
        if (balance := _balance(fields, statement, kind)) is not None:
            return kind, balance
    raise Unreadable(f"it has no opening balance ({OPENING} or {FORMER_CLOSING})")


def _balance(fields: Fields, statement: Element, kind: str) -> Element | None:
    balances = [
        balance
        for balance in fields.children(statement, "Bal")
        if fields.text(balance, "Tp/CdOrPrtry/Cd") == kind
    ]
    if len(balances) > 1:
        raise Unreadable(f"it has more than one balance {kind}")
    if balances and fields.text(balances[0], "Tp/SubTp/Cd") == INTERMEDIATE:
        raise Unreadable(f"its balance {kind} is one between pages")
    return balances[0] if balances else None


def _balance_amount(fields: Fields, balance: Element, account: Account) -> int:
    amount = fields.amount(balance, "Amt", account.currency, account.digits)
    return fields.signed(balance, amount or 0)


def _entries(fields: Fields, statement: Element, account: Account) -> tuple[Entry, ...]:
    reader, entries = Entries(fields, account), list[Entry]()
    for number, entry in enumerate(fields.children(statement, "Ntry"), 1):
        try:
            entries += reader.read(entry)
        except Unreadable as fault:
            raise Unreadable(f"entry {number}: {fault}") from None
    return tuple(entries)
