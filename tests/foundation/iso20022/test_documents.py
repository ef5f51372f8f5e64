"""XML from outside is read without believing it anything: no document type, and a bound for everything."""

import pytest

from foundation.iso20022.documents import (
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    MAX_ELEMENTS,
    MAX_TAG_BYTES,
    HostileDocument,
    read_document,
)
from foundation.iso20022.messages import InvalidMessage, Maker, check, message_name, written

LAUGHS = b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
HOSTILE = {
    "entities that multiply": (LAUGHS, "document type"),
    "a document type elsewhere": (OUTSIDE, "document type"),
    "a document type in another encoding": (OUTSIDE.decode().encode("utf-16"), "document type"),
    "an entity of a parameter": (
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://localhost/">%b;]><a/>',
        "document type",
    ),
    "an encoding that hides what is written": (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "read"),
    "a byte that is no letter": (b"<a>\x00</a>", "well-formed"),
    "an entity that nobody defined": (b"<a>&b;</a>", "undefined entity"),
    "deep nesting": (b"<a>" * (MAX_DEPTH + 1), "deep"),
    "many elements": (b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>", "elements"),
    "a long tag": (b"<a " + b" " * (4 * MAX_TAG_BYTES), "tag"),
    "a long comment": (b"<a><!--" + b"x" * (4 * MAX_TAG_BYTES) + b"--></a>", "comment"),
    "a hundred megabytes": (b" " * (100 * 1024 * 1024), str(MAX_DOCUMENT_BYTES)),
    "half a document": (b"<a><b>", "well-formed"),
    "nothing": (b"", "well-formed"),
    "wrong bytes": (b"<a>\xff</a>", "well-formed"),
    "an encoding that does not exist": (b'<?xml version="1.0" encoding="none"?><a/>', "encoding"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused(name: str) -> None:
    """Whatever is no document of a bank is refused with a sentence that says why."""
    document, words = HOSTILE[name]
    with pytest.raises(HostileDocument, match=words):
        read_document(document)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_a_document_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    """Letters are the same, whatever encoding a bank writes."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>\u00fc</a>'
    assert read_document(text.encode(encoding)).text == "\u00fc"


def test_what_is_written_is_checked_by_the_schema() -> None:
    """A message that its schema refuses is never written."""
    make = Maker("camt.053.001.08")
    document = make("Document", make("BkToCstmrStmt", make("GrpHdr", make("MsgId", "m-1"))))
    assert message_name(document) == "camt.053.001.08"
    with pytest.raises(InvalidMessage, match="CreDtTm"):
        written(document)


def test_another_message_is_not_taken_for_the_expected_one() -> None:
    """A document of another version, or of no message at all, is refused by its name."""
    other = Maker("camt.053.001.13")("Document")
    for document, name in ((other, "13"), (read_document(b"<a/>"), "<a>")):
        with pytest.raises(InvalidMessage, match=name):
            check(document, ("camt.053.001.02", "camt.053.001.08"))
