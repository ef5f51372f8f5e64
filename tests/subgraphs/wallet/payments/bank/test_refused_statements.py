"""What is wrong in a bank's statement beside its entries is refused, in words that name no value."""

from typing import Final

import pytest

from subgraphs.wallet.payments.bank.statements import read_statements
from subgraphs.wallet.payments.processor import Unreadable
from tests.support.payments.bank_documents import (
    OURS,
    THEIRS,
    balance,
    document,
    entry,
    moved,
    statement,
)

CREDIT: Final = (
    "<RltdPties><Dbtr><Pty><Nm>Ann Smith</Nm></Pty></Dbtr>"
    f"<DbtrAcct><Id><IBAN>{THEIRS}</IBAN></Id></DbtrAcct></RltdPties>"
    "<RmtInf><Ustrd>FL-77</Ustrd></RmtInf>"
)
WHOLE: Final = (balance("OPBD", "100.00"), balance("CLBD", "112.50"), entry("12.50", "CRDT", CREDIT))
EMPTY: Final = (balance("OPBD", "1.00"), balance("CLBD", "1.00"))


def pages(number: int, last: str) -> str:
    """Return a page's number, and whether it is the last one."""
    return f"<PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd>"


def changed(old: str, new: str) -> bytes:
    """Return a document in which something is changed."""
    right = document(statement(*WHOLE))
    assert old.encode() in right
    return right.replace(old.encode(), new.encode(), 1)


REFUSED: Final[dict[str, tuple[bytes, str]]] = {
    "no document": (b"statement", "not well-formed"),
    "half a document": (document(statement(*WHOLE))[:-100], "not well-formed"),
    "a document type": (b"<!DOCTYPE a>" + document(statement(*WHOLE)), "document type"),
    "another message": (changed("camt.053.001.08", "camt.052.001.08"), "camt.052"),
    "another version": (changed("camt.053.001.08", "camt.053.001.13"), "001.13"),
    "an element that is not in the schema": (changed("<Ntry>", "<Name/><Ntry>"), "Name"),
    "a balance with a sign": (changed(">112.50<", ">-112.50<"), "Amt"),
    "an odd entry whose direction the balances contradict": (
        changed('EUR">12.50</Amt><CdtDbtInd>CRDT', 'USD">12.50</Amt><CdtDbtInd>DBIT'),
        "not the closing balance",
    ),
    "an odd entry beside which the balances lack nothing": (
        moved(entry("1.00"), entry("1.00", currency="USD"), closing="101.00"),
        "not the closing balance",
    ),
    "a reversal that the balances contradict either way": (
        moved(entry("1.00", reversal="<RvslInd>true</RvslInd>"), closing="102.00"),
        "not the closing balance",
    ),
    "an IBAN that is none": (changed(OURS, "here"), "IBAN"),
    "another opening": (changed(">100.00<", ">100.01<"), "not the closing balance"),
    "another closing": (changed(">112.50<", ">112.51<"), "not the closing balance"),
    "another amount": (changed(">12.50<", ">12.49<"), "not the closing balance"),
    "another direction": (
        changed("CRDT</CdtDbtInd><Sts>", "DBIT</CdtDbtInd><Sts>"),
        "not the closing balance",
    ),
    "an overdrawn opening": (changed("CRDT", "DBIT"), "not the closing balance"),
    "an entry that is pending": (changed("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>"), "not the closing balance"),
    "an entry that is left out": (document(statement(*WHOLE[:2])), "not the closing balance"),
    "an entry that comes twice": (document(statement(*WHOLE, WHOLE[2])), "not the closing balance"),
    "a balance of another currency": (changed('EUR">112.50', 'USD">112.50'), "another currency"),
    "an account of another currency": (changed("<Ccy>EUR</Ccy>", "<Ccy>USD</Ccy>"), "another currency"),
    "an unknown currency": (
        document(statement(*(part.replace("EUR", "XXX") for part in WHOLE), currency="")),
        "ISO 4217",
    ),
    "a part of a yen": (
        document(
            statement(
                balance("OPBD", "0.5", currency="JPY"), balance("CLBD", "0.5", currency="JPY"), currency=""
            )
        ),
        "more decimals than JPY",
    ),
    "no opening": (document(statement(balance("CLBD", "1.00"))), "no opening balance"),
    "no closing": (document(statement(balance("OPBD", "1.00"))), "no closing balance"),
    "a balance of the middle of a day": (
        document(statement(balance("OPBD", "1.00"), balance("ITBD", "1.00"))),
        "no closing balance",
    ),
    "two closings": (document(statement(*EMPTY, balance("CLBD", "1.00"))), "more than one balance CLBD"),
    "a closing between pages": (
        document(
            statement(EMPTY[0], balance("CLBD", "1.00", sub_type="<SubTp><Cd>INTM</Cd></SubTp>")),
        ),
        "between pages",
    ),
    "a page that is not the last": (
        document(statement(*EMPTY).replace("</Id>", f"</Id><StmtPgntn>{pages(1, 'false')}</StmtPgntn>", 1)),
        "one page of several",
    ),
    "the last of two pages": (
        document(statement(*EMPTY), pages=f"<MsgPgntn>{pages(2, 'true')}</MsgPgntn>"),
        "one page of several",
    ),
    "an account without an IBAN": (
        document(
            statement(*EMPTY).replace(f"<IBAN>{OURS}</IBAN>", "<Othr><Id>1234</Id></Othr>"),
        ),
        "no IBAN",
    ),
    "an end before the beginning": (
        document(statement(balance("OPBD", "1.00", day="2026-11-21"), EMPTY[1])),
        "ends before it begins",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_refused_with_words_and_without_values(what: str) -> None:
    """A person reads what is wrong; nothing that a customer or a bank has filled in is in the words."""
    written, words = REFUSED[what]
    with pytest.raises(Unreadable, match=words) as refusal:
        read_statements(written)
    for value in ("Ann", "12.50", "FL-77", THEIRS, OURS, "here", "much"):
        assert value not in str(refusal.value).removeprefix("the statement cannot be read")


def test_one_wrong_statement_spoils_the_document() -> None:
    """A document is read as a whole or not at all, and the words say which statement is wrong."""
    with pytest.raises(Unreadable, match="statement 2 of the document"):
        read_statements(document(statement(*EMPTY), statement(EMPTY[0])))
