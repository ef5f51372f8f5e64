"""Reads the statements of a bank: camt.053 of ISO 20022, in both versions that banks send.

Rules: ISO 20022's message definition reports of camt.053.001.02 and camt.053.001.08, and its external code
set of balances. A statement is read as a whole, or not at all.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from foundation.iso20022.documents import Element, HostileDocument, read_document
from foundation.iso20022.messages import InvalidMessage, check_apart
from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.wallet.payments.bank.entries import Account, Entries, Entry
from subgraphs.wallet.payments.bank.fields import YES, Fields, read_day
from subgraphs.wallet.payments.bank.movements import moved
from subgraphs.wallet.payments.processor import Unreadable

MESSAGES: Final = ("camt.053.001.02", "camt.053.001.08")
OPENING: Final = "OPBD"
FORMER_CLOSING: Final = "PRCD"
"""What the statement before has ended with; some banks say only this."""

CLOSING: Final = "CLBD"
INTERMEDIATE: Final = "INTM"
"""The sub-type of a balance between two pages."""

ENTRY: Final = "Ntry"
NO_AMOUNT: Final = "it has no amount in the account's currency: what it has moved is what the balances lack"
_TEXTS: Final = (
    *("NtryRef", "AcctSvcrRef", "EndToEndId", "InstrId", "TxId", "PmtInfId", "UETR", "MndtId", "ChqNb"),
    *("Nm", "Ustrd", "Ref", "AddtlNtryInf", "AddtlTxInf"),
)
"""What banks also write empty; an empty one says nothing."""


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


def read_statements(document: bytes, *, older_ids: bool = False) -> tuple[Statement, ...]:
    """Return the statements of a bank's document, in their order.

    Args:
        document: As it came.
        older_ids: Whether entries have the ids that they had before these had the statement's.

    Raises:
        Unreadable: Anything but a single entry is wrong, or a rule is broken; the message says what, without
            any value.
    """
    try:
        root = read_document(document)
        for element in list(root.iter(*(f"{{*}}{name}" for name in _TEXTS))):
            if not element.text and len(element) == 0 and (parent := element.getparent()) is not None:
                parent.remove(element)
        name, odd = check_apart(root, MESSAGES, ENTRY)
    except (HostileDocument, InvalidMessage) as fault:
        raise Unreadable(f"the statement cannot be read: {fault}") from None
    reader = _Reader(Fields(name), odd, older_ids=older_ids)
    _check_pages(reader.fields, root, "BkToCstmrStmt/GrpHdr/MsgPgntn")
    statements = reader.fields.children(root, "BkToCstmrStmt/Stmt")
    return tuple(_numbered(reader, number, statement) for number, statement in enumerate(statements, 1))


class _Reader(Struct, frozen=True):
    """What reads a document.

    Attributes:
        odd: What is wrong with entries that are not as the schema says.
    """

    fields: Fields
    odd: Mapping[Element, str]
    older_ids: bool


def _numbered(reader: _Reader, number: int, statement: Element) -> Statement:
    try:
        return _read(reader, statement)
    except Unreadable as fault:
        raise Unreadable(f"statement {number} of the document: {fault}") from None


def _read(reader: _Reader, statement: Element) -> Statement:
    fields = reader.fields
    _check_pages(fields, statement, "StmtPgntn")
    first_kind, first = _opening(fields, statement)
    last = _balance(fields, statement, CLOSING)
    if last is None:
        raise Unreadable(f"it has no closing balance ({CLOSING})")
    day_to = fields.day(last, "Dt")
    account = _account(fields, statement, day_to)
    opening, closing = (_balance_amount(fields, balance, account) for balance in (first, last))
    begun = fields.text(statement, "FrToDt/FrDtTm")
    if begun:
        day_from = read_day(begun, "FrDtTm")
    else:
        day_from = fields.day(first, "Dt")
        if first_kind == FORMER_CLOSING and day_from < day_to:
            day_from += timedelta(days=1)
    if day_from > day_to:
        raise Unreadable("it ends before it begins")
    return Statement(
        id=account.statement,
        account=account.iban,
        currency=account.currency,
        opening=opening,
        closing=closing,
        day_from=day_from,
        day_to=day_to,
        entries=_entries(reader, statement, account, closing - opening),
    )


def _check_pages(fields: Fields, element: Element, path: str) -> None:
    """Refuse one page of several: no page has both balances, so that none can be proven complete."""
    pages = fields.child(element, path)
    if pages is None:
        return
    if fields.text(pages, "LastPgInd") not in YES or int(fields.text(pages, "PgNb") or "1") != 1:
        raise Unreadable("it is one page of several; ask the bank to send statements as a whole")


def _account(fields: Fields, statement: Element, day_to: date) -> Account:
    iban = fields.text(statement, "Acct/Id/IBAN")
    if not iban:
        raise Unreadable("its account has no IBAN")
    balance = fields.child(statement, "Bal/Amt")
    of_balance = "" if balance is None else balance.get("Ccy", "")
    currency = fields.text(statement, "Acct/Ccy") or of_balance
    digits = all_currencies().get(currency)
    if digits is None:
        raise Unreadable("its currency is not one of ISO 4217 with minor units")
    name = fields.text(statement, "Id")
    return Account(statement=name, iban=iban, currency=currency, digits=digits, day_to=day_to)


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


def _entries(reader: _Reader, statement: Element, account: Account, difference: int) -> tuple[Entry, ...]:
    entries = Entries(reader.fields, account, older_ids=reader.older_ids)
    numbered = enumerate(reader.fields.children(statement, ENTRY), 1)
    told = [(place, entry, entries.told(entry, is_odd=entry in reader.odd)) for place, entry in numbered]
    booked = [(place, entry, said) for place, entry, said in told if said is not None]
    amounts = moved([said for _, _, said in booked], difference)
    if amounts is None:
        raise Unreadable("opening balance and entries are not the closing balance together")
    read = list[Entry]()
    for (place, entry, said), amount in zip(booked, amounts, strict=True):
        odd = reader.odd.get(entry, "") or (NO_AMOUNT if said.amount is None else "")
        read += entries.read(entry, place, amount, odd)
    return tuple(read)
