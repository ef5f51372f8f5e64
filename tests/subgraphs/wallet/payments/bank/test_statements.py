"""Statements of banks are read whole, in both versions, or refused with a reason.

The rules are those of ISO 20022's message definition reports of camt.053.001.02 and camt.053.001.08, and of
its external code sets, in which BOOK, OPBD, PRCD, CLBD, INTM, RRTN and AC04 are defined.
"""

from datetime import date
from typing import Any, Final

import pytest

from subgraphs.wallet.payments.bank.entries import MAX_REMITTANCE_LENGTH
from subgraphs.wallet.payments.bank.statements import read_statements
from tests.support.payments.bank_documents import (
    NEWER,
    OLDER,
    OURS,
    THEIRS,
    balance,
    detail,
    document,
    entry,
    moved,
    statement,
)

CREDIT: Final = (
    "<Refs><AcctSvcrRef>R7</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
    "<RltdPties><Dbtr><Pty><Nm>Ann Smith</Nm></Pty></Dbtr>"
    f"<DbtrAcct><Id><IBAN>{THEIRS}</IBAN></Id></DbtrAcct>"
    f"<CdtrAcct><Id><IBAN>{OURS}</IBAN></Id></CdtrAcct></RltdPties>"
    "<RmtInf><Ustrd>for  my\n account</Ustrd><Ustrd>FL-77</Ustrd></RmtInf>"
)
PAID: Final = (
    "<Refs><EndToEndId>part-1</EndToEndId></Refs>"
    "<RltdPties><Cdtr><Pty><Nm>Ann Smith</Nm></Pty></Cdtr>"
    f"<CdtrAcct><Id><IBAN>{THEIRS}</IBAN></Id></CdtrAcct></RltdPties>"
)
PAID_OLDER: Final = PAID.replace("<Pty>", "").replace("</Pty>", "")
RETURNED: Final = PAID + "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
SENT_BACK_BY_THEM: Final = (
    "<Refs><EndToEndId>part-1</EndToEndId></Refs>"
    "<RltdPties><Dbtr><Pty><Nm>Ann Smith</Nm></Pty></Dbtr>"
    f"<DbtrAcct><Id><IBAN>{THEIRS}</IBAN></Id></DbtrAcct>"
    f"<CdtrAcct><Id><IBAN>{OURS}</IBAN></Id></CdtrAcct></RltdPties>"
)
RRTN: Final = "<Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn>"
REVERSAL: Final = "<RvslInd>true</RvslInd>"
CHARGES: Final = '<Chrgs><Rcrd><Amt Ccy="EUR">1.50</Amt></Rcrd></Chrgs>'
EMPTY_TEXTS: Final = (
    "<Refs><EndToEndId/></Refs><RltdPties><Dbtr><Pty><Nm/></Pty></Dbtr></RltdPties><RmtInf><Ustrd/></RmtInf>"
)
ONLY_PAGE: Final = "<PgNb>1</PgNb><LastPgInd>true</LastPgInd>"
CREDITOR_REFERENCE: Final = (
    "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18539007547034</Ref>"
    "</CdtrRefInf></Strd></RmtInf>"
)


def older_detail(part: str, amount: str) -> str:
    """Return details as the older version has them."""
    given = f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
    return f"<Refs><EndToEndId>{part}</EndToEndId></Refs>{given}"


READ: Final[dict[str, tuple[bytes, list[dict[str, Any]]]]] = {
    "a credit of a customer": (
        moved(entry("12.5", "CRDT", CREDIT), closing="112.50"),
        [
            {
                "id": "S1:2026-11-20:1/1",
                "part": "",
                "reference": "R7",
                "amount": 1_250,
                "currency": "EUR",
                "day": date(2026, 11, 20),
                "is_return": False,
                "reason": "",
                "remittance": "for my account FL-77",
                "holder": "Ann Smith",
                "account": THEIRS,
            }
        ],
    ),
    "a payment of ours": (
        moved(entry("40.00", "DBIT", PAID), closing="60.00"),
        [{"part": "part-1", "reference": "R1", "amount": -4_000, "holder": "Ann Smith", "account": THEIRS}],
    ),
    "a payment of ours in the older version": (
        moved(entry("40.00", "DBIT", PAID_OLDER, status="BOOK"), closing="60.00", version=OLDER),
        [{"part": "part-1", "reference": "R1", "amount": -4_000, "holder": "Ann Smith", "account": THEIRS}],
    ),
    "a payment that came back": (
        moved(entry("40.00", "CRDT", RETURNED), closing="140.00"),
        [{"part": "part-1", "amount": 4_000, "is_return": True, "reason": "AC04", "holder": "Ann Smith"}],
    ),
    "a return that only the entry's code tells, with the parties of the way back": (
        moved(entry("40.00", "CRDT", SENT_BACK_BY_THEM, code=RRTN), closing="140.00"),
        [{"part": "part-1", "is_return": True, "reason": "", "holder": "Ann Smith", "account": THEIRS}],
    ),
    "a return that only the details' code tells": (
        moved(
            entry("40.00", "CRDT", PAID.replace("</Refs>", f"</Refs><BkTxCd>{RRTN}</BkTxCd>")),
            closing="140.00",
        ),
        [{"part": "part-1", "is_return": True, "account": THEIRS}],
    ),
    "a credit of ours that went back to who paid": (
        moved(entry("5.00", "DBIT", CREDIT + "<RtrInf/>", code=RRTN), closing="95.00"),
        [{"amount": -500, "is_return": True, "holder": "Ann Smith", "account": THEIRS}],
    ),
    "a credit with our id, which anybody can write": (
        moved(entry("40.00", "CRDT", SENT_BACK_BY_THEM), closing="140.00"),
        [{"part": "part-1", "amount": 4_000, "is_return": False}],
    ),
    "a reversal, whose sign the bank has already turned": (
        moved(entry("40.00", "CRDT", reversal="<RvslInd>true</RvslInd>"), closing="140.00"),
        [{"amount": 4_000, "is_return": True, "reason": ""}],
    ),
    "a reversal without a reason, of a payment of ours": (
        moved(entry("40.00", "CRDT", PAID, reversal="<RvslInd>1</RvslInd>"), closing="140.00"),
        [{"part": "part-1", "amount": 4_000, "is_return": True, "holder": "Ann Smith", "account": THEIRS}],
    ),
    "a reversal in the direction of what it reverses, as the balances prove": (
        moved(entry("3.00", "DBIT"), entry("40.00", "DBIT", PAID, reversal=REVERSAL), closing="137.00"),
        [
            {"amount": -300},
            {"part": "part-1", "amount": 4_000, "is_return": True, "account": THEIRS, "odd": ""},
        ],
    ),
    "a reversal of several in the direction of what it reverses": (
        moved(
            entry("10.00", "DBIT", detail("a", "15"), detail("b", "5", "CRDT"), reversal=REVERSAL),
            closing="110.00",
        ),
        [{"part": "a", "amount": 1_500}, {"part": "b", "amount": -500}],
    ),
    "a reversal of a credit": (
        moved(entry("5.00", "DBIT", CREDIT, reversal=REVERSAL), closing="95.00"),
        [{"amount": -500, "is_return": True, "holder": "Ann Smith"}],
    ),
    "details of another currency": (
        moved(entry("1.00", "CRDT", detail("a", "11").replace("EUR", "SEK")), closing="101.00"),
        [{"part": "a", "amount": 100, "odd": ""}],
    ),
    "details of another currency in the older version": (
        moved(
            entry("1.00", "CRDT", older_detail("a", "11").replace("EUR", "SEK"), status="BOOK"),
            closing="101.00",
            version=OLDER,
        ),
        [{"part": "a", "amount": 100, "odd": ""}],
    ),
    "details before charges": (
        moved(entry("98.50", "CRDT", detail("a", "100.00") + CHARGES), closing="198.50"),
        [{"part": "a", "amount": 9_850, "odd": ""}],
    ),
    "an entry without a day, which was booked by the end of the statement": (
        moved(entry("1.00", day=""), closing="101.00"),
        [{"day": date(2026, 11, 20), "odd": ""}],
    ),
    "an entry with empty texts": (
        moved(entry("1.00", "CRDT", EMPTY_TEXTS, reference="<AcctSvcrRef></AcctSvcrRef>"), closing="101.00"),
        [{"part": "", "reference": "", "holder": "", "odd": ""}],
    ),
    "a creditor's reference": (
        moved(entry("1.00", "CRDT", CREDITOR_REFERENCE), closing="101.00"),
        [{"remittance": "RF18539007547034"}],
    ),
    "a booking of several, with their amounts": (
        moved(entry("30.00", "DBIT", detail("a", "10.00"), detail("b", "20")), closing="70.00"),
        [
            {"id": "S1:2026-11-20:1/1", "part": "a", "amount": -1_000, "reference": ""},
            {"id": "S1:2026-11-20:1/2", "part": "b", "amount": -2_000},
        ],
    ),
    "a booking of several in both directions": (
        moved(entry("10.00", "DBIT", detail("a", "15"), detail("b", "5", "CRDT")), closing="90.00"),
        [{"part": "a", "amount": -1_500}, {"part": "b", "amount": 500}],
    ),
    "a booking of several in the older version": (
        moved(
            entry("30.00", "DBIT", older_detail("a", "10"), older_detail("b", "20"), status="BOOK"),
            closing="70.00",
            version=OLDER,
        ),
        [{"part": "a", "amount": -1_000}, {"part": "b", "amount": -2_000}],
    ),
    "a booking of several, of which one has no amount": (
        moved(entry("30.00", "DBIT", detail("a", "10.00"), PAID), closing="70.00"),
        [{"id": "S1:2026-11-20:1/1", "part": "", "amount": -3_000, "holder": "", "odd": ""}],
    ),
    "two entries under one reference": (
        moved(entry("1.00"), entry("2.00"), closing="103.00"),
        [{"id": "S1:2026-11-20:1/1", "amount": 100}, {"id": "S1:2026-11-20:2/1", "amount": 200}],
    ),
    "entries without any reference": (
        moved(entry("1.00", reference=""), entry("2.00", reference=""), closing="103.00"),
        [{"id": "S1:2026-11-20:1/1", "reference": ""}, {"id": "S1:2026-11-20:2/1", "reference": ""}],
    ),
    "an instant, whose day is that of the bank": (
        moved(
            entry("1.00", day="<BookgDt><DtTm>2026-11-20T23:59:59-05:00</DtTm></BookgDt>"), closing="101.00"
        ),
        [{"day": date(2026, 11, 20)}],
    ),
    "what is not booked": (
        moved(
            entry("7.00", status="<Cd>PDNG</Cd>", day=""),
            entry("8.00", status="<Cd>INFO</Cd>", day=""),
            entry("9.00", status="<Prtry>BOOK</Prtry>", day=""),
            closing="100.00",
        ),
        [],
    ),
    "what is not booked in the older version": (
        moved(entry("7.00", status="PDNG", day=""), closing="100.00", version=OLDER),
        [],
    ),
}


ODD: Final[dict[str, tuple[str, int, str]]] = {
    "another currency": (entry("9.00", currency="USD"), 1_250, "no amount in the account's currency"),
    "a part of a cent": (entry("12.505"), 1_250, "no amount in the account's currency"),
    "a sign": (entry("-12.50"), 1_250, "Amt"),
    "an amount that is no number": (entry("much"), 1_250, "Amt"),
    "an amount that no memory holds": (entry("1e999999999"), 1_250, "Amt"),
    "no direction": (entry("12.50", "AWAY"), 1_250, "CdtDbtInd"),
    "nothing": ("<Ntry/>", 1_250, "Ntry"),
    "an unknown element": (entry("12.50", "CRDT", f"<Name/>{CREDIT}"), 1_250, "Name"),
    "an id that is too long": (entry("12.50", "CRDT", detail("x" * 36, "12.50")), 1_250, "EndToEndId"),
    "a day before our calendar": (
        entry("12.50", "CRDT", CREDIT, day="<BookgDt><Dt>-0001-01-01</Dt></BookgDt>"),
        1_250,
        "day",
    ),
    "details that are not the entry together": (
        entry("12.50", "CRDT", detail("a", "10.00"), detail("b", "2.51")),
        1_250,
        "not the entry's together",
    ),
    "fewer details than it says": (
        entry("12.50", "DBIT", PAID).replace("<NtryDtls>", "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>"),
        -1_250,
        "fewer details",
    ),
}
"""Entries, what they have moved, and why a person has to look."""


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("is_first", [False, True])
def test_an_odd_entry_is_odd_alone(what: str, *, is_first: bool) -> None:
    """It counts as the balances say, names no part, and what is wrong is said without a value."""
    written, amount, why = ODD[what]
    sound = entry("3.00", "CRDT", detail("part-2", "3.00"))
    entries = [written, sound] if is_first else [sound, written]
    [read] = read_statements(moved(*entries, closing=f"{(10_300 + amount) / 100:.2f}"))
    odd, other = read.entries if is_first else read.entries[::-1]
    assert (odd.amount, odd.part, odd.reference, odd.day) == (amount, "", "", date(2026, 11, 20))
    assert why in odd.odd
    assert not any(value in odd.odd for value in ("Ann", "12.50", "much", THEIRS))
    assert (other.amount, other.part, other.odd) == (300, "part-2", "")


def test_what_several_odd_entries_have_moved_is_known_together() -> None:
    """The balances say no more: each is odd, and the first has all of it."""
    written = moved(entry("1.00", currency="USD"), entry("2.00", currency="USD"), closing="104.00")
    assert [(entry.amount, bool(entry.odd)) for entry in read_statements(written)[0].entries] == [
        (400, True),
        (0, True),
    ]


@pytest.mark.parametrize(
    "placeholder", ["NONREF", "NOTPROVIDED", "NOT PROVIDED", "Not-provided", " ", "0", "0000000"]
)
def test_a_placeholder_is_no_reference(placeholder: str) -> None:
    """Banks write one where they have none: it tells no movement from another."""
    refs = f"<Refs><AcctSvcrRef>{placeholder}</AcctSvcrRef><EndToEndId>{placeholder}</EndToEndId></Refs>"
    reference = f"<AcctSvcrRef>{placeholder}</AcctSvcrRef>"
    [read] = read_statements(moved(entry("1.00", "CRDT", refs, reference=reference), closing="101.00"))
    [only] = read.entries
    assert (only.id, only.part, only.reference) == ("S1:2026-11-20:1/1", "", "")


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ([entry("1.00"), entry("2.00")], ["R1/1", "R1/2"]),
        ([entry("3.00", reference="", first="<NtryRef>7</NtryRef>")], ["S1:7/1"]),
        ([entry("3.00", "CRDT", detail("a", "1"), detail("b", "2"))], ["R1/1", "R1/2"]),
    ],
)
def test_what_was_believed_before_keeps_its_ids(written: list[str], ids: list[str]) -> None:
    """The lines of reports are kept under them."""
    [read] = read_statements(moved(*written, closing="103.00"), older_ids=True)
    assert [entry.id for entry in read.entries] == ids


@pytest.mark.parametrize("what", READ)
def test_an_entry_is_read_as_the_bank_means_it(what: str) -> None:
    """What moved, whose it is, and whether it came back is read from wherever banks write it."""
    written, expected = READ[what]
    [read] = read_statements(written)
    fields = [
        {name: getattr(entry, name) for name in wanted}
        for entry, wanted in zip(read.entries, expected, strict=True)
    ]
    assert fields == expected


@pytest.mark.parametrize(
    ("currency", "opening", "closing", "moved_by"),
    [
        ("JPY", "500", "512", 12),
        ("BHD", "1.000", "1.234", 234),
        ("EUR", "0", "0.01", 1),
        ("JPY", "1.0", "2", 1),
    ],
)
def test_amounts_have_the_digits_of_their_currency(
    currency: str, opening: str, closing: str, moved_by: int
) -> None:
    """Yen have no decimals, dinars three: ISO 4217 says how many."""
    balances = (balance("OPBD", opening, currency=currency), balance("CLBD", closing, currency=currency))
    change = f"{float(closing) - float(opening):.3f}".rstrip("0").rstrip(".")
    written = document(statement(*balances, entry(change, currency=currency), currency=""))
    [read] = read_statements(written)
    assert (read.currency, read.entries[0].amount) == (currency, moved_by)


def test_a_statement_says_which_days_it_is_of() -> None:
    """The period is the bank's; otherwise it begins with the opening balance, or after the former closing."""
    closing = balance("CLBD", "1.00", day="2026-11-20")
    period = "<FrToDt><FrDtTm>2026-11-16T00:00:00</FrDtTm><ToDtTm>2026-11-21T00:00:00</ToDtTm></FrToDt>"
    written = document(
        statement(balance("OPBD", "1.00"), closing),
        statement(balance("PRCD", "1.00", day="2026-11-18"), closing),
        statement(balance("PRCD", "1.00"), closing),
        statement(balance("OPBD", "1.00"), closing, before=period),
    )
    days = [(read.day_from.day, read.day_to.day) for read in read_statements(written)]
    assert days == [(20, 20), (19, 20), (20, 20), (16, 20)]


def test_an_account_may_be_overdrawn() -> None:
    """A debit balance is negative."""
    balances = (
        balance("PRCD", "10.00", "DBIT"),
        balance("OPBD", "10.00", "DBIT"),
        balance("CLBD", "5.00", "DBIT"),
    )
    [read] = read_statements(document(statement(*balances, entry("5.00"))))
    assert (read.opening, read.closing, read.account, read.id) == (-1_000, -500, OURS, "S1")


@pytest.mark.parametrize("copy", ["COPY", "DUPL", "CODU"])
@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_a_copy_has_the_ids_of_the_original(copy: str, version: str) -> None:
    """What is sent again is the same, so that nothing counts twice."""
    status = "BOOK" if version == OLDER else "<Cd>BOOK</Cd>"
    parts = (balance("OPBD", "1.00"), balance("CLBD", "3.00"), entry("2.00", status=status))
    original = document(statement(*parts), version=version)
    again = document(statement(*parts, before=f"<CpyDplctInd>{copy}</CpyDplctInd>"), version=version)
    assert read_statements(again) == read_statements(original)


def test_a_long_text_is_cut_off() -> None:
    """No payer can fill the database by what they write."""
    texts = "".join(f"<Ustrd>{'x' * 140}</Ustrd>" for _ in range(20))
    [read] = read_statements(moved(entry("1.00", "CRDT", f"<RmtInf>{texts}</RmtInf>"), closing="101.00"))
    assert len(read.entries[0].remittance) == MAX_REMITTANCE_LENGTH


def test_a_statement_of_one_page_is_read() -> None:
    """A bank may say that all is on one page."""
    whole = statement(balance("OPBD", "1.00"), balance("CLBD", "1.00"))
    paged = whole.replace("</Id>", f"</Id><StmtPgntn>{ONLY_PAGE}</StmtPgntn>", 1)
    written = document(paged, pages=f"<MsgPgntn>{ONLY_PAGE}</MsgPgntn>")
    assert len(read_statements(written)) == 1
