"""Schemas are those that were published, and what they find names no value of a document."""

import hashlib
import re
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from foundation.iso20022 import messages
from foundation.iso20022.documents import Element, read_document
from foundation.iso20022.messages import (
    MAX_APART,
    MAX_FINDING_LENGTH,
    MAX_FINDINGS,
    InvalidMessage,
    Maker,
    check,
    check_apart,
    message_name,
    paths,
    written,
)

SCHEMAS: Final = Path(messages.__file__).parent / "schemas"
PUBLISHED: Final = dict(
    re.findall(r"`([\w.]+)\.xsd` .* `([0-9a-f]{64})`", (SCHEMAS / "README.md").read_text())
)
STATEMENT: Final = "camt.053.001.08"


def test_the_page_lists_all_schemas() -> None:
    """Each schema has a row with its digest."""
    assert set(PUBLISHED) == {path.stem for path in SCHEMAS.glob("*.xsd")}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_is_as_it_was_published(name: str) -> None:
    """Nobody has changed what messages are compared with."""
    schema = SCHEMAS / f"{name}.xsd"
    assert hashlib.sha256(schema.read_bytes()).hexdigest() == PUBLISHED[name]
    empty = Maker(name)("Document")
    assert message_name(empty) == name
    with pytest.raises(InvalidMessage, match="Missing child element"):
        check(empty, (name,))


def statement(**texts: str) -> Element:
    """Return a right statement in which texts are replaced."""
    given = {"id": "m-1", "iban": "DE89370400440532013000", "amount": "1.00", "currency": "EUR"} | texts
    make = Maker(STATEMENT)
    kind = make("Tp", make("CdOrPrtry", make("Cd", "CLBD")))
    amount = make("Amt", given["amount"], Ccy=given["currency"])
    day = make("Dt", make("Dt", "2026-11-20"))
    account = make("Acct", make("Id", make("IBAN", given["iban"])))
    balance = make("Bal", kind, amount, make("CdtDbtInd", "CRDT"), day)
    header = make("GrpHdr", make("MsgId", given["id"]), make("CreDtTm", "2026-11-20T18:00:00"))
    body = make("BkToCstmrStmt", header, make("Stmt", make("Id", "s-1"), account, balance))
    return make("Document", body)


def test_a_written_message_can_be_read_again() -> None:
    """The same tree gives the same bytes, and plain names find what is in them."""
    document = written(statement())
    read = read_document(document)
    assert check(read, (STATEMENT,)) == STATEMENT
    assert (
        read.findtext("BkToCstmrStmt/Stmt/Acct/Id/IBAN", None, paths(STATEMENT)) == "DE89370400440532013000"
    )
    assert document == written(statement())


@pytest.mark.parametrize(
    ("what", "value", "place"),
    [
        ("iban", "Ann's account", "Element 'IBAN'"),
        ("amount", "Ann's all", "Element 'Amt'"),
        ("amount", "-1", "Element 'Amt'"),
        ("amount", "1.000001", "Element 'Amt'"),
        ("currency", "Ann's", "Element 'Amt', attribute 'Ccy'"),
        ("id", "Ann" * 12, "Element 'MsgId'"),
    ],
)
def test_what_a_schema_finds_names_the_place_and_not_the_value(what: str, value: str, place: str) -> None:
    """A finding is shown and logged, and what a document has in its elements may be a customer's."""
    with pytest.raises(InvalidMessage, match=re.escape(place)) as refusal:
        check(statement(**{what: value}), (STATEMENT,))
    assert "Ann" not in str(refusal.value)
    assert "value is not allowed" in str(refusal.value)


def test_findings_are_bounded() -> None:
    """A document with a thousand wrong elements gets a sentence, and not a thousand."""
    document = statement()
    body = document[0]
    for number in range(1_000):
        etree.SubElement(body, f"{{urn:iso:std:iso:20022:tech:xsd:{STATEMENT}}}{'x' * 400}{number}")
    with pytest.raises(InvalidMessage) as refusal:
        check(document, (STATEMENT,))
    assert len(str(refusal.value)) < (MAX_FINDINGS + 1) * MAX_FINDING_LENGTH


def with_entries(*bodies: str) -> Element:
    """Return a statement with entries, each of which has something in it."""
    entries = "".join(f"<Ntry>{body}</Ntry>" for body in bodies)
    return read_document(written(statement()).replace(b"</Stmt>", f"{entries}</Stmt>".encode()))


RIGHT: Final = (
    '<Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BkTxCd><Prtry><Cd>T</Cd></Prtry></BkTxCd>"
)


def test_what_is_wrong_within_an_element_is_told_apart() -> None:
    """Of all elements of a name, each that is wrong has its own words; elsewhere, the document is refused."""
    wrong = ("", RIGHT.replace("CRDT", "Ann"), f"{RIGHT}<Ntry/>", '<a:b xmlns:a="urn:a"/>')
    document = with_entries(RIGHT, *wrong, RIGHT)
    name, parts = check_apart(document, (STATEMENT,), "Ntry")
    entries = document.findall("BkToCstmrStmt/Stmt/Ntry", paths(STATEMENT))
    assert (name, [entry in parts for entry in entries]) == (
        STATEMENT,
        [False, True, True, True, True, False],
    )
    assert not any("Ann" in words for words in parts.values())
    assert check_apart(with_entries(RIGHT), (STATEMENT,), "Ntry") == (STATEMENT, {})
    with pytest.raises(InvalidMessage):
        check(document, (STATEMENT,))
    elsewhere = read_document(written(statement()).replace(b"CRDT", b"AWAY"))
    with pytest.raises(InvalidMessage):
        check_apart(elsewhere, (STATEMENT,), "Ntry")


def test_a_document_that_is_wrong_nearly_everywhere_is_refused() -> None:
    """Nobody looks for the place of each of thousands of faults."""
    assert len(check_apart(with_entries(*[""] * MAX_APART), (STATEMENT,), "Ntry")[1]) == MAX_APART
    with pytest.raises(InvalidMessage):
        check_apart(with_entries(*[""] * (MAX_APART + 1)), (STATEMENT,), "Ntry")


@pytest.mark.parametrize(
    "text",
    [
        b"<Document/>",
        b'<Document xmlns="urn:elsewhere:camt.053.001.08"/>',
        b'<Statement xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:../../secret"/>',
    ],
)
def test_a_document_does_not_choose_its_schema(text: bytes) -> None:
    """Only the expected messages have a schema; no name leads to another file."""
    with pytest.raises(InvalidMessage, match="and not"):
        check(read_document(text), (STATEMENT,))


def test_a_schema_that_a_document_names_is_not_read() -> None:
    """The place of a schema is left out of the tree, so that nothing is fetched."""
    location = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a file:///etc/passwd"'
    )
    document = written(statement()).replace(b"<Document ", f"<Document {location} ".encode())
    assert check(read_document(document), (STATEMENT,)) == STATEMENT
